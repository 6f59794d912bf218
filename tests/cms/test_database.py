import pytest
from django.core.exceptions import ImproperlyConfigured

from cms import database
from cms.embedded import EmbeddedDatabaseError


def test_takes_any_address_that_libpq_takes():
    url = "postgresql://avow:p%40ss@db.example.gov:6432/policies?sslmode=verify-full&application_name=avow"
    settings = database.database_settings({"DATABASE_URL": url})
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert {name: settings[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "policies",
        "USER": "avow",
        "PASSWORD": "p@ss",
        "HOST": "db.example.gov",
        "PORT": "6432",
    }
    assert settings["OPTIONS"] == {"sslmode": "verify-full", "application_name": "avow"}


def test_starts_the_embedded_database_when_no_address_is_given(monkeypatch):
    url = "postgresql://avow@%2Fvar%2Ftmp%2FAvow-1%2Frun/avow"
    monkeypatch.setattr(database, "ensure_running", lambda: url)
    settings = database.database_settings({"DJANGO_SETTINGS_MODULE": "cms.settings.dev"})
    assert (settings["HOST"], settings["NAME"], settings["USER"]) == ("/var/tmp/Avow-1/run", "avow", "avow")


def test_production_never_runs_on_the_embedded_database(monkeypatch):
    monkeypatch.setattr(database, "ensure_running", lambda: pytest.fail("was started"))
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL is not set"):
        database.database_settings({"DJANGO_SETTINGS_MODULE": "cms.settings.production"})


@pytest.mark.parametrize("url", ["mysql://avow:secret@host/name", "secret", "postgresql://avow:secret@host"])
def test_refuses_an_address_without_repeating_it(url):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL [^\n]*$") as refusal:
        database.database_settings({"DATABASE_URL": url})
    assert "secret" not in str(refusal.value)


def test_says_why_the_embedded_database_does_not_start(monkeypatch):
    def fail():
        raise EmbeddedDatabaseError("No PostgreSQL server was found.")

    monkeypatch.setattr(database, "ensure_running", fail)
    with pytest.raises(ImproperlyConfigured, match="No PostgreSQL server was found"):
        database.database_settings({})
