"""Searching messages by an index in spite of row-level security."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("voices", "0002_security"),)
    operations = (rls.SearchFunction("voices_message", rls.visible(purpose="requests", teams="team_ids")),)
