"""Lists by whoever sees little are read by keys."""

from django.db import migrations

from echowall.kernel import rls

_SEEN = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = (("voices", "0017_sight_keys"),)
    operations = (rls.SeenView("voices_message", _SEEN, purpose="requests"),)
