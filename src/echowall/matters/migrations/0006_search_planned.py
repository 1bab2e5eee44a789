"""Searching matters is planned for the words asked for."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("matters", "0005_counting"),)
    operations = (
        rls.FasterSearchFunction(
            "matters_matter", rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")
        ),
    )
