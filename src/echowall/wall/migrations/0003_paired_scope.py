"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls

_PARENT = rls.visible(purpose="requests", office="p.office_id", path="p.place_path")


class Migration(migrations.Migration):
    dependencies = (("wall", "0002_security"),)
    operations = (
        rls.Reguarded("wall_wallpost", rls.visible(purpose="requests")),
        rls.Reguarded("wall_wallstep", f"EXISTS (SELECT 1 FROM wall_wallpost p WHERE p.id = post_id AND {_PARENT})"),
    )
