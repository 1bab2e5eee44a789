"""A door is a term of its own: what was stored before gets its terms."""

from django.db import migrations

from echowall.kernel.search import DoorTerms


class Migration(migrations.Migration):
    dependencies = (("matters", "0014_lists_at_a_million"),)
    operations = (
        DoorTerms("matters_matter", ("title", "summary")),
        DoorTerms("matters_policytext", ("title", "text", "source")),
    )
