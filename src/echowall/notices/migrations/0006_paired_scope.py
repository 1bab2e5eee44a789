"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("notices", "0005_retention"),)
    operations = (
        rls.Reguarded("notices_notice", rls.visible(purpose="requests")),
        rls.Reguarded("notices_transportsetting", rls.visible(purpose="administration")),
    )
