"""Searching looks at the newest rows first."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("voices", "0008_waiting"),)
    operations = (
        rls.FasterSearchFunction(
            "voices_message", rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")
        ),
    )
