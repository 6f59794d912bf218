from django.db import migrations

from core.append_only import append_only_triggers


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_people_use_their_rights"), ("newsletters", "0002_append_only_triggers")]

    operations = append_only_triggers("privacy_tombstone", function="newsletters_refuse_change")
