"""What a person must still look at is found by an index of just that, whatever the office."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("places", "0002_address"),
        ("voices", "0015_door_terms"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="message",
            name="message_must_look",
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("band__in", ("must_look", "look"))), fields=["band"], name="message_to_look"
            ),
        ),
    ]
