"""Searching by whoever sees little: one index of the words of a row and of what opens it."""

from django.db import migrations

from echowall.kernel import rls

_SEEN = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = (("matters", "0015_door_terms"), ("kernel", "0004_sight_keys"))
    operations = (
        migrations.RemoveIndex(model_name="matter", name="matter_terms"),
        rls.Keyed("matters_matter", teams="team_ids", also="also_office_ids"),
        rls.KeyedSearchFunction("matters_matter", _SEEN, purpose="requests"),
    )
