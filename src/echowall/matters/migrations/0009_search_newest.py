"""Searching looks at the newest rows first."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("matters", "0008_board_index"),)
    operations = (
        rls.FasterSearchFunction(
            "matters_matter", rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")
        ),
    )
