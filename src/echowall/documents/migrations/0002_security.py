"""Papers are seen within the scope, and by the teams they are addressed to once issued."""

from django.db import migrations

from echowall.kernel import rls


class Migration(migrations.Migration):
    dependencies = (("documents", "0001_begin"), ("kernel", "0002_security"))
    operations = (rls.Guarded("documents_document", rls.visible(purpose="requests", teams="team_ids")),)
