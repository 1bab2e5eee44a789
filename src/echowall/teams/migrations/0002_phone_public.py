"""Whether the office makes a team's duty telephone known: then the public wall shows it as it is."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("teams", "0001_initial"),)

    operations = (
        migrations.AddField(
            model_name="team",
            name="is_phone_public",
            field=models.BooleanField(default=False, verbose_name="对外公布"),
        ),
    )
