import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests import template_database as databases


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("run", [1, 2])
def test_what_a_test_commits_is_gone_in_the_next_even_where_triggers_refuse_to_empty_a_table(run):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (run int)")
        cursor.execute("INSERT INTO kept VALUES (%s)", [run])
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;"
            "CREATE TRIGGER kept BEFORE TRUNCATE ON kept EXECUTE FUNCTION refuse()"
        )
        with pytest.raises(DatabaseError, match="never"), transaction.atomic():
            cursor.execute("TRUNCATE kept")
        cursor.execute("SELECT run FROM kept")
        assert cursor.fetchall() == [(run,)]


@pytest.mark.django_db
def test_the_run_stands_on_a_copy_of_the_template():
    assert connection.settings_dict["NAME"].startswith(databases.COPY_PREFIX)
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_another_migration_gives_another_template(tmp_path, settings, monkeypatch):
    before = databases.template_name()
    assert databases.template_name() == before
    (tmp_path / "changed_migrations").mkdir()
    (tmp_path / "changed_migrations" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"policies": "changed_migrations"}
    changed = databases.template_name()
    assert changed != before
    (tmp_path / "changed_migrations" / "0001_initial.sql").write_text("SELECT 1")
    assert databases.template_name() not in {before, changed}


@pytest.mark.django_db
def test_copies_of_runs_that_were_killed_are_dropped():
    orphan = f"{databases.COPY_PREFIX}4194999_gw0"  # above the largest process id that Linux gives
    with databases.maintenance() as cluster:
        databases._create(cluster, orphan, template="template0")
        assert databases._exists(cluster, orphan)
    databases.drop_leftovers()
    with databases.maintenance() as cluster:
        assert not databases._exists(cluster, orphan)
        assert databases._exists(cluster, connection.settings_dict["NAME"])
