"""A door is a term of its own: what was stored before gets its terms."""

from django.db import migrations

from echowall.kernel.search import DoorTerms


class Migration(migrations.Migration):
    dependencies = (("wall", "0003_paired_scope"),)
    operations = (DoorTerms("wall_wallpost", ("title", "question", "answer", "place_name")),)
