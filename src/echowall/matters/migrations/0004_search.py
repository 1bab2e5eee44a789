"""Searching matters by an index in spite of row-level security."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("matters", "0003_counter"),)
    operations = (
        rls.SearchFunction("matters_matter", rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")),
    )
