"""Destroying the words of a matter on its day; the history keeps who, when, what kind, and what clocks read.

History, answers and callbacks are append-only for the program. The function runs as the owner and empties the free
words of matters that a destruction record covers; it writes none.
"""

from django.db import migrations

from echowall.kernel import rls

GONE = "［内容已到期销毁］"
# Free words. The reason of a suspension is one of an approved list, and the clocks read it.
_WORDS = "'note', 'text', 'cause', 'reason', 'what', 'node_note', 'title'"

FORGET = f"""
CREATE FUNCTION matters_matter_forget(ids uuid[], destruction uuid) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done uuid[];
    cutoff timestamptz;
    moment timestamptz;
BEGIN
    SELECT d.closed_before, d.at INTO cutoff, moment FROM retention_destruction d
    WHERE d.id = destruction AND d.kind = 'handling';
    IF cutoff IS NULL THEN
        RAISE EXCEPTION 'no record % of a destruction of handling', destruction;
    END IF;
    SELECT array_agg(m.id) INTO done FROM matters_matter m
    WHERE m.id = ANY(ids) AND m.words_destroyed_at IS NULL AND matters_ended_at(m.id) < cutoff
        AND NOT EXISTS (SELECT FROM retention_hold h WHERE h.released_at IS NULL AND h.subject_id = m.id);
    UPDATE matters_matter SET title = '{GONE}', summary = '{GONE}', terms = NULL, words_destroyed_at = moment
    WHERE id = ANY(done);
    UPDATE matters_historyevent SET words_sealed = NULL, body = (
        SELECT coalesce(jsonb_object_agg(e.key, CASE
            WHEN e.key IN ({_WORDS}) AND NOT (kind = 'suspended' AND e.key = 'reason')
                THEN CASE jsonb_typeof(e.value)
                    WHEN 'string' THEN CASE e.value WHEN '""' THEN e.value ELSE to_jsonb('{GONE}'::text) END
                    WHEN 'object' THEN '{{}}'::jsonb WHEN 'array' THEN '[]'::jsonb ELSE e.value END
            ELSE e.value END), '{{}}') FROM jsonb_each(body) e)
    WHERE matter_id = ANY(done);
    UPDATE matters_answer SET text = '{GONE}', findings = '[]' WHERE matter_id = ANY(done);
    UPDATE matters_callback SET note = '' WHERE matter_id = ANY(done);
    INSERT INTO retention_destroyedsubject (id, destruction_id, subject_kind, subject_id)
    SELECT gen_random_uuid(), destruction, 'matter', one FROM unnest(done) one;
    RETURN coalesce(array_length(done, 1), 0);
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("matters", "0010_retention"), ("voices", "0011_retention_security"))
    operations = (
        migrations.RunSQL(FORGET, "DROP FUNCTION matters_matter_forget(uuid[], uuid)"),
        migrations.RunSQL(
            [
                "REVOKE EXECUTE ON FUNCTION matters_matter_forget(uuid[], uuid) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION matters_matter_forget(uuid[], uuid) TO {rls.app_role()}",
            ],
            migrations.RunSQL.noop,
        ),
    )
