"""Holds and records are seen within the scope by whoever oversees or solves; a record is never changed.

What was destroyed is written by the functions of the programmes alone, which run as the owner.
"""

from django.db import migrations

from echowall.kernel import rls

_SEEN = f"({rls.visible(purpose='oversight')} OR {rls.visible(purpose='requests')})"
_KEYS = "(office_id IS NULL AND (SELECT current_setting('echowall.purposes', true)) LIKE '%oversight%')"


class Migration(migrations.Migration):
    dependencies = (("retention", "0001_begin"), ("kernel", "0002_security"))
    operations = (
        rls.Guarded("retention_hold", _SEEN),
        rls.Guarded("retention_destruction", f"({_SEEN} OR {_KEYS})"),
        rls.Guarded("retention_destroyedsubject", rls.visible_through("retention_destruction", "destruction_id")),
        rls.AppendOnly("retention_destruction"),
        rls.AppendOnly("retention_destroyedsubject"),
        migrations.RunSQL(
            f"REVOKE INSERT ON retention_destroyedsubject FROM {rls.app_role()}",
            f"GRANT INSERT ON retention_destroyedsubject TO {rls.app_role()}",
        ),
    )
