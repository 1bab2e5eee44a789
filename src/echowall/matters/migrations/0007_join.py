"""Join what was written side by side."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (
        ("matters", "0005_policy_texts"),
        ("matters", "0006_search_planned"),
        ("matters", "0006_trace_security"),
    )
    operations = ()
