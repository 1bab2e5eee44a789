"""Each purpose counts at its own places only; likeness of texts is looked up for whoever sees part of an office, too."""

from django.db import migrations

from echowall.kernel import rls

_MATTER = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")
_IN_SIGHT = (
    f"({rls.EVERYTHING} OR t.office_id = ANY ({rls.offices_of('requests')}) OR EXISTS ("
    "SELECT 1 FROM matters_report r JOIN matters_matter m ON m.id = r.matter_id"
    f" WHERE r.id = t.report_id AND m.place_path <@ {rls.paths_of('requests')}))"
)


class Migration(migrations.Migration):
    dependencies = (("matters", "0011_retention_security"),)
    operations = (
        rls.Reguarded("matters_matter", _MATTER),
        rls.FasterSearchFunction("matters_matter", _MATTER),
        migrations.RunSQL(
            "CREATE OR REPLACE FUNCTION matters_trace_alike(office uuid, marks bigint[], since timestamptz,"
            " at_most integer) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER"
            " SET search_path = public, pg_temp AS $$"
            " SELECT t.report_id FROM matters_trace t WHERE t.bands && marks AND t.office_id = office"
            f" AND t.said_at >= since AND {_IN_SIGHT} ORDER BY t.said_at DESC LIMIT at_most $$",
            migrations.RunSQL.noop,
        ),
    )
