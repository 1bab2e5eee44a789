"""Messages are seen within the scope, and what was said is never changed."""

from django.db import migrations

from echowall.kernel import rls

FILING = (
    "office_id", "place_id", "place_path", "team_ids", "state", "intent", "topic", "urgency", "band", "needed_by_at",
    "terms",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = (("voices", "0001_initial"), ("kernel", "0002_security"))
    operations = (
        rls.Guarded("voices_source", f"({rls.visible(purpose='requests')} OR {rls.visible(purpose='administration')})"),
        rls.Guarded("voices_message", rls.visible(purpose="requests", teams="team_ids")),
        rls.Guarded("voices_import", rls.visible(purpose="requests")),
        rls.Guarded("voices_importproblem", rls.visible_through("voices_import", "loaded_id")),
        rls.Guarded("voices_pending", rls.visible_through("voices_message", "message_id")),
        rls.Guarded("voices_attachment", rls.visible_through("voices_message", "message_id")),
        rls.Guarded("voices_reading", rls.visible_through("voices_message", "message_id")),
        rls.Guarded("voices_correction", rls.visible_through("voices_message", "message_id")),
        rls.AppendOnly("voices_message", FILING),
        rls.AppendOnly("voices_reading"),
        rls.AppendOnly("voices_correction"),
    )
