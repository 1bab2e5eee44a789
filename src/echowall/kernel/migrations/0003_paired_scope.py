"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("kernel", "0002_security"),)
    operations = (rls.Reguarded("kernel_auditentry", rls.visible(purpose="oversight")),)
