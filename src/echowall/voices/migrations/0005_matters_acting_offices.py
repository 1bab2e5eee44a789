"""A message is seen by the offices that act on its matter too: after a move both sides read what was said."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

from echowall.kernel import rls

_BEFORE = rls.visible(purpose="requests", teams="team_ids")
_AFTER = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


def _alter(condition: str) -> str:
    return f"ALTER POLICY voices_message_scope ON voices_message USING ({condition}) WITH CHECK ({condition})"


class Migration(migrations.Migration):
    dependencies = (("voices", "0003_search"),)
    operations = (
        migrations.AddField(
            "message",
            "also_office_ids",
            ArrayField(models.UUIDField(), default=list, help_text="offices that act on its matter as well"),
        ),
        migrations.RunSQL(
            [_alter(_AFTER), f"GRANT UPDATE (also_office_ids) ON voices_message TO {rls.app_role()}"], [_alter(_BEFORE)]
        ),
        migrations.RunSQL(["DROP FUNCTION voices_message_search(tsquery, integer)"], migrations.RunSQL.noop),
        rls.SearchFunction("voices_message", _AFTER),
    )
