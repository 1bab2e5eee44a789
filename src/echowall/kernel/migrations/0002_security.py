"""Audit: rows may be added and read, not changed; unsealed entries queue up by themselves."""

from django.db import migrations

from echowall.kernel import rls

QUEUE = """
CREATE FUNCTION kernel_audit_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kernel_auditunsealed (entry_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_audit_queue AFTER INSERT ON kernel_auditentry
    FOR EACH ROW EXECUTE FUNCTION kernel_audit_queue();
"""
UNQUEUE = "DROP TRIGGER kernel_audit_queue ON kernel_auditentry; DROP FUNCTION kernel_audit_queue();"


class Migration(migrations.Migration):
    dependencies = (("kernel", "0001_initial"),)
    operations = (
        rls.Guarded("kernel_auditentry", rls.visible(purpose="oversight"), anybody_adds=True),
        rls.AppendOnly("kernel_auditentry"),
        rls.AppendOnly("kernel_auditlink"),
        rls.AppendOnly("kernel_auditcheckpoint"),
        migrations.RunSQL(QUEUE, UNQUEUE),
    )
