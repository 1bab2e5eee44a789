"""Destroying what was said, on its day: the one way in which the said part of a message ever changes.

The program may not update these columns (see 0002). The function runs as the owner, empties and never writes words, and
only for messages that a destruction record covers: ended before its cut-off, not held, whose matter is over. It notes
which messages it emptied, and the program cannot write that note.
"""

from django.db import migrations

from echowall.kernel import rls
from echowall.voices.channels.tables.given_words import GIVEN

GONE = "［内容已到期销毁］"
_GIVEN = ", ".join(f"'{name}'" for name in GIVEN)

# When a matter, or the one it was merged into, came to its end; null while it is open.
ENDED = """
CREATE FUNCTION matters_ended_at(given uuid) RETURNS timestamptz LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    WITH RECURSIVE chain AS (
        SELECT id, merged_into_id, state, closed_at FROM matters_matter WHERE id = given
        UNION
        SELECT m.id, m.merged_into_id, m.state, m.closed_at FROM matters_matter m JOIN chain c ON m.id = c.merged_into_id
    )
    SELECT CASE
        WHEN state IN ('closed', 'evaluated') THEN closed_at
        WHEN state = 'cancelled' THEN
            (SELECT max(h.at) FROM matters_historyevent h WHERE h.matter_id = chain.id AND h.kind = 'cancelled')
        END
    FROM chain WHERE merged_into_id IS NULL
$$
"""

FORGET = f"""
CREATE FUNCTION voices_message_forget(part text, ids uuid[], destruction uuid) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done uuid[];
    cutoff timestamptz;
    moment timestamptz;
BEGIN
    IF part NOT IN ('contact', 'words') THEN
        RAISE EXCEPTION 'nothing called % can be destroyed', part;
    END IF;
    SELECT d.closed_before, d.at INTO cutoff, moment FROM retention_destruction d
    WHERE d.id = destruction AND d.kind = part;
    IF cutoff IS NULL THEN
        RAISE EXCEPTION 'no record % of a destruction of %', destruction, part;
    END IF;
    SELECT array_agg(m.id) INTO done FROM voices_message m
    WHERE m.id = ANY(ids) AND m.heard_at < cutoff AND m.state IN ('filed', 'handled', 'noted')
        AND (CASE part WHEN 'contact' THEN m.contact_destroyed_at ELSE m.words_destroyed_at END) IS NULL
        AND (m.state <> 'filed' OR EXISTS (SELECT FROM matters_report r WHERE r.message_id = m.id))
        AND NOT EXISTS (
            SELECT FROM matters_report r WHERE r.message_id = m.id
            AND coalesce(matters_ended_at(r.matter_id) >= cutoff, true))
        AND NOT EXISTS (
            SELECT FROM retention_hold h WHERE h.released_at IS NULL AND (h.subject_id = m.id
            OR h.subject_id IN (SELECT r.matter_id FROM matters_report r WHERE r.message_id = m.id)));
    IF part = 'contact' THEN
        UPDATE voices_message SET sender_sealed = NULL, sender_masked = '', phone_sealed = NULL, phone_index = NULL,
            phone_masked = '', place_text = '', latitude = NULL, longitude = NULL, conversation = '', reply_to = '',
            extra = (SELECT coalesce(jsonb_object_agg(e.key, e.value), '{{}}') FROM jsonb_each(extra) e
                WHERE e.key IN ({_GIVEN})),
            extra_sealed = NULL,
            contact_destroyed_at = moment
        WHERE id = ANY(done);
    ELSE
        UPDATE voices_message SET title = '', body = '{GONE}', body_sealed = ''::bytea, content_hash = ''::bytea,
            extra_sealed = NULL, terms = NULL, words_destroyed_at = moment
        WHERE id = ANY(done);
        UPDATE voices_reading SET result = '{{}}', result_sealed = NULL WHERE message_id = ANY(done);
        UPDATE voices_pending SET error = '' WHERE message_id = ANY(done);
    END IF;
    INSERT INTO retention_destroyedsubject (id, destruction_id, subject_kind, subject_id)
    SELECT gen_random_uuid(), destruction, 'message', one FROM unnest(done) one;
    RETURN coalesce(array_length(done, 1), 0);
END $$
"""


class Migration(migrations.Migration):
    dependencies = (("voices", "0010_retention"), ("retention", "0002_security"))
    operations = (
        migrations.RunSQL("SET LOCAL check_function_bodies = off", migrations.RunSQL.noop),
        migrations.RunSQL(ENDED, "DROP FUNCTION matters_ended_at(uuid)"),
        migrations.RunSQL(FORGET, "DROP FUNCTION voices_message_forget(text, uuid[], uuid)"),
        migrations.RunSQL(
            [
                "REVOKE EXECUTE ON FUNCTION matters_ended_at(uuid) FROM PUBLIC",
                "REVOKE EXECUTE ON FUNCTION voices_message_forget(text, uuid[], uuid) FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION voices_message_forget(text, uuid[], uuid) TO {rls.app_role()}",
            ],
            migrations.RunSQL.noop,
        ),
    )
