"""The keys by which an index narrows what a reader may see."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("kernel", "0003_paired_scope"),)
    operations = (rls.KeyFunction(),)
