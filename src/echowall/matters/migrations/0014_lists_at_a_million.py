"""Lists of a million matters: a topic with all below it by one index, a condition the planner understands.

Indexes that another one begins with are given up.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import echowall.matters.models.matters
from echowall.kernel import rls

_SEEN = rls.visible(purpose="requests", teams="team_ids", also="also_office_ids")


class Migration(migrations.Migration):
    dependencies = [
        ("matters", "0013_sealed_notes"),
        ("places", "0002_address"),
        ("teams", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="matter",
            name="matter_office_state",
        ),
        migrations.AddField(
            model_name="matter",
            name="topic_group",
            field=models.GeneratedField(
                db_persist=True,
                expression=echowall.matters.models.matters.TopicGroupOf("topic"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="lead_team",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="teams.team",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="merged_into",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="matters.matter",
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="office",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="place",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.place"
            ),
        ),
        migrations.AlterField(
            model_name="matter",
            name="split_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="matters.matter",
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(fields=["topic_group", "-opened_at", "-id"], name="matter_group_opened"),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("merged_into__isnull", False)), fields=["merged_into"], name="matter_merged_into"
            ),
        ),
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("split_from__isnull", False)), fields=["split_from"], name="matter_split_from"
            ),
        ),
        rls.Reguarded("matters_matter", _SEEN),
        rls.FasterSearchFunction("matters_matter", _SEEN),
        # What is overdue is open, which the planner cannot know: alone each is rare, together they are no rarer.
        migrations.RunSQL(
            "CREATE STATISTICS matter_colour_state (mcv) ON colour, state FROM matters_matter",
            "DROP STATISTICS matter_colour_state",
        ),
        migrations.RunSQL("ANALYZE matters_matter", migrations.RunSQL.noop),
    ]
