"""Notices are seen within the scope."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("notices", "0001_begin"), ("kernel", "0002_security"))
    operations = (rls.Guarded("notices_notice", rls.visible(purpose="requests")),)
