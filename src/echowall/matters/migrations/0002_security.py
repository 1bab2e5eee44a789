"""Matters are seen within the scope, by the teams they were given to, and by the offices that act on them."""

from django.db import migrations

from echowall.kernel import rls

_THROUGH = ("report", "historyevent", "assignment", "evidence", "answer", "callback")


class Migration(migrations.Migration):
    dependencies = (("matters", "0001_initial"), ("kernel", "0002_security"))
    operations = (
        rls.Guarded("matters_matter", rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")),
        *(rls.Guarded(f"matters_{name}", rls.visible_through("matters_matter", "matter_id")) for name in _THROUGH),
        rls.AppendOnly("matters_historyevent"),
        rls.AppendOnly("matters_answer"),
        rls.AppendOnly("matters_callback"),
    )
