"""What a person must still look at leaves out what is closed, and so does the index that finds it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voices", "0019_retention_bounds"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="message",
            name="message_to_look",
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("band__in", ("must_look", "look")), models.Q(("state", "handled"), _negated=True)),
                fields=["band"],
                name="message_to_look",
            ),
        ),
    ]
