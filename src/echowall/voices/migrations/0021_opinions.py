"""The queue of messages that wait for a second opinion."""

import django.db.models.deletion
from django.db import migrations, models

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("voices", "0020_queue_leaves_out_handled"),)
    operations = (
        migrations.CreateModel(
            name="PendingOpinion",
            fields=[
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="voices.message",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(db_index=True)),
            ],
        ),
        rls.Guarded("voices_pendingopinion", rls.visible_through("voices_message", "message_id")),
    )
