"""Moderators see their own office's posts; everybody reads what is published; steps are for the moderators alone."""

from django.db import migrations

from echowall.kernel import rls

_SEEN = rls.visible(purpose="requests")
_PARENT = rls.visible(purpose="requests", office="p.office_id", path="p.place_path")


class Migration(migrations.Migration):
    dependencies = (("wall", "0001_initial"), ("kernel", "0002_security"))
    operations = (
        rls.Guarded("wall_wallpost", _SEEN),
        migrations.RunSQL(
            "CREATE POLICY wall_wallpost_public ON wall_wallpost FOR SELECT USING (state = 'published')",
            "DROP POLICY wall_wallpost_public ON wall_wallpost",
        ),
        rls.Guarded("wall_wallstep", f"EXISTS (SELECT 1 FROM wall_wallpost p WHERE p.id = post_id AND {_PARENT})"),
        rls.SearchFunction("wall_wallpost", "state = 'published'"),
        migrations.RunSQL("INSERT INTO wall_edition (id, number, withdrawn) VALUES (1, 0, 0)", migrations.RunSQL.noop),
    )
