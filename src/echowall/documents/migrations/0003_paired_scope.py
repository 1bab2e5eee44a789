"""Each purpose counts at its own places only (kernel.rls.visible)."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("documents", "0002_security"),)
    operations = (rls.Reguarded("documents_document", rls.visible(purpose="requests", teams="team_ids")),)
