"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("command", "0002_security"),)
    operations = (
        rls.Reguarded("command_bulletin", rls.visible(purpose="requests")),
        rls.Reguarded("command_suspicion", rls.visible(purpose="oversight")),
    )
