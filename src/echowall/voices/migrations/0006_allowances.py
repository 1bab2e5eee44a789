"""Token buckets against floods; they may be lost in a crash, so they need no log."""

from django.db import migrations, models

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("voices", "0004_loading_in_chunks"), ("voices", "0005_matters_acting_offices"))
    operations = (
        migrations.CreateModel(
            name="Allowance",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("tokens", models.FloatField()),
                ("is_granted", models.BooleanField()),
                ("at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE voices_allowance SET UNLOGGED", reverse_sql="ALTER TABLE voices_allowance SET LOGGED"
        ),
        rls.Guarded("voices_allowance", rls.EVERYTHING),
    )
