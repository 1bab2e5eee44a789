"""A door is a term of its own: what was stored before gets its terms; a condition the planner understands."""

from django.db import migrations

from echowall.kernel import rls
from echowall.kernel.search import DoorTerms

_SEEN = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = (("voices", "0014_media"),)
    operations = (
        rls.Reguarded("voices_message", _SEEN),
        rls.FasterSearchFunction("voices_message", _SEEN),
        DoorTerms("voices_message", ("title", "body", "ticket")),
    )
