"""Bulletins are seen within the scope and never changed; suspicious handling by those who oversee."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("command", "0001_begin"),)
    operations = (
        rls.Guarded("command_bulletin", rls.visible(purpose="requests")),
        rls.AppendOnly("command_bulletin"),
        rls.Guarded("command_suspicion", rls.visible(purpose="oversight")),
    )
