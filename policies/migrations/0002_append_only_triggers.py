"""PostgreSQL itself refuses to change the public record, whoever asks."""

from django.db import migrations

TABLES = (
    "policies_edition",
    "policies_editiontext",
    "policies_editionclause",
    "policies_notecorrection",
    "policies_effectivedate",
    "policies_ledgerentry",
    "policies_translationreview",
)

FUNCTION = """
CREATE FUNCTION policies_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are part of the public record and cannot be changed or deleted.', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation',
              HINT = 'Put it right with a new edition, a corrected note or a withdrawal.';
END;
$$
"""


def _create(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION policies_refuse_change();"
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION policies_refuse_change();"
    )


def _drop(table: str) -> str:
    return f"DROP TRIGGER {table}_append_only ON {table}; DROP TRIGGER {table}_no_truncate ON {table};"


class Migration(migrations.Migration):
    dependencies = [("policies", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION policies_refuse_change()"),
        *(migrations.RunSQL(_create(table), _drop(table)) for table in TABLES),
    ]
