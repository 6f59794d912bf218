"""PostgreSQL itself refuses to change the record of who of the staff looked for whom."""

from django.db import migrations

from core.append_only import append_only_triggers


class Migration(migrations.Migration):
    dependencies = [("newsletters", "0004_sign_ups_and_look_ups")]

    operations = append_only_triggers("newsletters_subscriberlookup", function="newsletters_refuse_change")
