"""Names that Wagtail shows as they stand, to editors of every language, say it in both."""

from django.db import migrations

_GROUPS = {
    "Policy authors": "政策撰擬人員 Policy authors",
    "Policy approvers": "政策核定人員 Policy approvers",
    "Mail operators": "郵件作業人員 Mail operators",
}
_APPROVAL = ("Approval", "核定 Approval")
_ROOT = ("Root", "根目錄 Root")


def name_in_both_languages(apps, schema_editor):
    """Rename what still has the English name that it was made with; what an agency named itself stays."""
    del schema_editor
    group = apps.get_model("auth", "Group")
    taken = set(group.objects.values_list("name", flat=True))
    for old, new in _GROUPS.items():
        if new not in taken:
            group.objects.filter(name=old).update(name=new)
    for model in ("Workflow", "Task"):
        apps.get_model("wagtailcore", model).objects.filter(name=_APPROVAL[0]).update(name=_APPROVAL[1])
    root = apps.get_model("wagtailcore", "Page").objects.filter(depth=1, title=_ROOT[0])
    root.update(title=_ROOT[1], draft_title=_ROOT[1])


class Migration(migrations.Migration):
    dependencies = [
        ("home", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [migrations.RunPython(name_in_both_languages, migrations.RunPython.noop, elidable=True)]
