"""How channels are reached is seen by administrators of the place alone."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("notices", "0003_delivery"),)
    operations = (rls.Guarded("notices_transportsetting", rls.visible(purpose="administration")),)
