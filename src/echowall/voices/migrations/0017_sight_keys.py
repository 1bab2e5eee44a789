"""Searching by whoever sees little: one index of the words of a row and of what opens it."""

from django.db import migrations

from echowall.kernel import rls

_SEEN = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = (("voices", "0016_look_queue"), ("kernel", "0004_sight_keys"))
    operations = (
        migrations.RemoveIndex(model_name="message", name="message_terms"),
        rls.Keyed("voices_message", teams="team_ids", also="also_office_ids"),
        rls.KeyedSearchFunction("voices_message", _SEEN, purpose="requests"),
    )
