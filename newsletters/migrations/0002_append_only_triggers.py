"""PostgreSQL itself refuses to change consent and the bodies of mail, whoever asks."""

from django.db import migrations

from core.append_only import append_only_triggers

TABLES = (
    "newsletters_consenttext",
    "newsletters_consentevent",
    "newsletters_mailingbody",
)

FUNCTION = """
CREATE FUNCTION newsletters_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are evidence and cannot be changed or deleted.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END;
$$
"""


class Migration(migrations.Migration):
    dependencies = [("newsletters", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION newsletters_refuse_change()"),
        *append_only_triggers(*TABLES, function="newsletters_refuse_change"),
    ]
