"""The database itself sees to it that nothing dies too early, of another street, or while it is kept.

A record covers its own office, as many messages as it says, of at least thirty days ago, and only what has happened.
"""

from django.db import migrations

from echowall.kernel import rls
from echowall.voices.channels.tables.given_words import GIVEN

EVERYTHING = rls.EVERYTHING
GONE = "［内容已到期销毁］"
# Whatever a policy says (or a slip of the pen in it): the present emergency is not destroyed.
SHORTEST_DAYS = 30
_GIVEN = ", ".join(f"'{name}'" for name in GIVEN)

FORGET = f"""
CREATE OR REPLACE FUNCTION voices_message_forget(part text, ids uuid[], destruction uuid) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done uuid[];
    cutoff timestamptz;
    moment timestamptz;
    office uuid;
    allowed bigint;
BEGIN
    IF part NOT IN ('contact', 'words') THEN
        RAISE EXCEPTION 'nothing called % can be destroyed', part;
    END IF;
    IF {EVERYTHING} IS NOT TRUE THEN
        RAISE EXCEPTION 'only the system destroys';
    END IF;
    SELECT d.closed_before, d.at, d.office_id, d.count - (SELECT count(*) FROM retention_destroyedsubject s
        WHERE s.destruction_id = d.id) INTO cutoff, moment, office, allowed FROM retention_destruction d
    WHERE d.id = destruction AND d.kind = part AND d.at <= clock_timestamp()
        AND d.closed_before <= d.at - interval '{SHORTEST_DAYS} days';
    IF cutoff IS NULL OR office IS NULL THEN
        RAISE EXCEPTION 'no record % of a destruction of %', destruction, part;
    END IF;
    SELECT array_agg(m.id) INTO done FROM voices_message m
    WHERE m.id = ANY(ids) AND m.heard_at < cutoff AND m.state IN ('filed', 'handled', 'noted')
        AND (CASE part WHEN 'contact' THEN m.contact_destroyed_at ELSE m.words_destroyed_at END) IS NULL
        AND (m.state <> 'filed' OR EXISTS (SELECT FROM matters_report r WHERE r.message_id = m.id))
        AND NOT EXISTS (
            SELECT FROM matters_report r WHERE r.message_id = m.id
            AND coalesce(matters_ended_at(r.matter_id) >= cutoff, true))
        AND office = coalesce((SELECT t.office_id FROM matters_report r JOIN matters_matter t ON t.id = r.matter_id
            WHERE r.message_id = m.id), m.office_id)
        AND NOT EXISTS (SELECT FROM retention_hold h WHERE h.released_at IS NULL AND h.subject_id = m.id)
        AND NOT EXISTS (
            SELECT FROM matters_report r WHERE r.message_id = m.id AND matters_is_kept(r.matter_id));
    IF coalesce(array_length(done, 1), 0) > allowed THEN
        RAISE EXCEPTION 'record % covers only % more', destruction, allowed;
    END IF;
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
    dependencies = (("voices", "0018_seen"), ("matters", "0018_retention_bounds"))
    operations = (migrations.RunSQL(FORGET, migrations.RunSQL.noop),)
