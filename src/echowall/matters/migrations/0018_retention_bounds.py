"""The database itself sees to it that nothing dies too early, of another street, or while it is kept.

A record covers its own office, as many as it says, of at least thirty days ago, and only what has happened. A hold or
supervision of a matter keeps everything merged together with it. What was written after the words of a matter died
(it was reopened) dies in its turn.
"""

from django.db import migrations

from echowall.kernel import rls

EVERYTHING = rls.EVERYTHING
GONE = "［内容已到期销毁］"
# Whatever a policy says (or a slip of the pen in it): the present emergency is not destroyed.
SHORTEST_DAYS = 30
_WORDS = "'note', 'text', 'cause', 'reason', 'what', 'node_note', 'title', 'despite'"

FAMILY = """
CREATE FUNCTION matters_family(given uuid) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    WITH RECURSIVE up AS (
        SELECT id, merged_into_id FROM matters_matter WHERE id = given
        UNION
        SELECT m.id, m.merged_into_id FROM matters_matter m JOIN up ON m.id = up.merged_into_id
    ), down AS (
        SELECT id FROM up WHERE merged_into_id IS NULL
        UNION
        SELECT m.id FROM matters_matter m JOIN down ON m.merged_into_id = down.id
    )
    SELECT id FROM down
$$
"""

# Supervised, and neither it nor what it was merged into was evaluated since, nor was that struck out.
SUPERVISED = """
CREATE FUNCTION matters_is_supervised(given uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM matters_historyevent s WHERE s.matter_id = given AND s.kind = 'supervised'
        AND NOT EXISTS (
            SELECT FROM matters_historyevent e WHERE e.kind = 'evaluated' AND e.matter_id IN (SELECT matters_family(given))
            AND CASE WHEN e.matter_id = given THEN e.seq > s.seq ELSE e.recorded_at >= s.recorded_at END)
        AND NOT EXISTS (
            SELECT FROM matters_matter m WHERE m.id IN (SELECT matters_family(given)) AND m.state = 'cancelled'))
$$
"""

KEPT = """
CREATE FUNCTION matters_is_kept(given uuid) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM matters_family(given) one
        WHERE EXISTS (SELECT FROM retention_hold h WHERE h.released_at IS NULL AND h.subject_id = one)
        OR matters_is_supervised(one))
$$
"""

FORGET = f"""
CREATE OR REPLACE FUNCTION matters_matter_forget(ids uuid[], destruction uuid) RETURNS integer LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    done uuid[];
    cutoff timestamptz;
    moment timestamptz;
    office uuid;
    allowed bigint;
BEGIN
    IF {EVERYTHING} IS NOT TRUE THEN
        RAISE EXCEPTION 'only the system destroys';
    END IF;
    SELECT d.closed_before, d.at, d.office_id, d.count - (SELECT count(*) FROM retention_destroyedsubject s
        WHERE s.destruction_id = d.id) INTO cutoff, moment, office, allowed FROM retention_destruction d
    WHERE d.id = destruction AND d.kind = 'handling' AND d.at <= clock_timestamp()
        AND d.closed_before <= d.at - interval '{SHORTEST_DAYS} days';
    IF cutoff IS NULL OR office IS NULL THEN
        RAISE EXCEPTION 'no record % of a destruction of handling', destruction;
    END IF;
    SELECT array_agg(m.id) INTO done FROM matters_matter m
    WHERE m.id = ANY(ids) AND m.office_id = office AND matters_ended_at(m.id) < cutoff AND NOT matters_is_kept(m.id)
        AND (m.words_destroyed_at IS NULL OR EXISTS (
            SELECT FROM matters_historyevent h WHERE h.matter_id = m.id AND h.recorded_at > m.words_destroyed_at));
    IF coalesce(array_length(done, 1), 0) > allowed THEN
        RAISE EXCEPTION 'record % covers only % more', destruction, allowed;
    END IF;
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

_GRANTED = ("matters_ended_at", "matters_is_supervised")
_MADE = ("matters_family", "matters_is_supervised", "matters_is_kept")


class Migration(migrations.Migration):
    dependencies = (("matters", "0017_seen"), ("retention", "0002_security"))
    operations = (
        migrations.RunSQL(FAMILY, "DROP FUNCTION matters_family(uuid)"),
        migrations.RunSQL(SUPERVISED, "DROP FUNCTION matters_is_supervised(uuid)"),
        migrations.RunSQL(KEPT, "DROP FUNCTION matters_is_kept(uuid)"),
        migrations.RunSQL(FORGET, migrations.RunSQL.noop),
        migrations.RunSQL(
            [
                *(f"REVOKE EXECUTE ON FUNCTION {name}(uuid) FROM PUBLIC" for name in _MADE),
                *(f"GRANT EXECUTE ON FUNCTION {name}(uuid) TO {rls.app_role()}" for name in _GRANTED),
            ],
            migrations.RunSQL.noop,
        ),
    )
