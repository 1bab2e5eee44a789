"""Traces are seen with their report; likeness of texts is looked up by an index in spite of row-level security."""

from django.db import migrations

from echowall.kernel import rls

_OFFICE_IN_SIGHT = (
    f"({rls.EVERYTHING} OR t.office_id = ANY ((SELECT NULLIF(current_setting('echowall.offices', true), ''))::uuid[]))"
)


class Migration(migrations.Migration):
    dependencies = (("matters", "0005_traces"),)
    operations = (
        rls.Guarded("matters_trace", rls.visible_through("matters_report", "report_id")),
        migrations.RunSQL(
            [
                "CREATE FUNCTION matters_trace_alike(office uuid, marks bigint[], since timestamptz, at_most integer)"
                " RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$"
                " SELECT t.report_id FROM matters_trace t WHERE t.bands && marks AND t.office_id = office"
                f" AND t.said_at >= since AND {_OFFICE_IN_SIGHT} ORDER BY t.said_at DESC LIMIT at_most $$",
                "REVOKE EXECUTE ON FUNCTION matters_trace_alike(uuid, bigint[], timestamptz, integer) FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION matters_trace_alike(uuid, bigint[], timestamptz, integer)"
                f" TO {rls.app_role()}",
            ],
            ["DROP FUNCTION matters_trace_alike(uuid, bigint[], timestamptz, integer)"],
        ),
    )
