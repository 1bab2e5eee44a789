"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls

_MESSAGE = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = (("voices", "0011_retention_security"),)
    operations = (
        rls.Reguarded(
            "voices_source", f"({rls.visible(purpose='requests')} OR {rls.visible(purpose='administration')})"
        ),
        rls.Reguarded("voices_import", rls.visible(purpose="requests")),
        rls.Reguarded("voices_message", _MESSAGE),
        rls.FasterSearchFunction("voices_message", _MESSAGE),
    )
