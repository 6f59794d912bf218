import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cms import database
from cms.embedded import EmbeddedDatabaseError
from cms.embedded.places import find_places
from cms.wagtail_hooks import warn_of_trial_database


def test_takes_any_address_that_libpq_takes():
    url = "postgresql://avow:p%40ss@db.example.gov:6432/policies?sslmode=verify-full&application_name=avow"
    found = database.database_settings({"DATABASE_URL": url})
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "policies",
        "USER": "avow",
        "PASSWORD": "p@ss",
        "HOST": "db.example.gov",
        "PORT": "6432",
    }
    assert found["OPTIONS"] == {"sslmode": "verify-full", "application_name": "avow"}


def test_starts_the_embedded_database_when_no_address_is_given(monkeypatch):
    url = "postgresql://avow@%2Fvar%2Ftmp%2FAvow-1%2Frun/avow"
    monkeypatch.setattr(database, "ensure_running", lambda: url)
    found = database.database_settings({"DJANGO_SETTINGS_MODULE": "cms.settings.dev"})
    assert (found["HOST"], found["NAME"], found["USER"]) == ("/var/tmp/Avow-1/run", "avow", "avow")


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


class TestTrialPanel:
    def panels(self, rf, monkeypatch, host):
        panels = []
        # In place: Django warns of any override of DATABASES.
        monkeypatch.setitem(settings.DATABASES["default"], "HOST", host)
        warn_of_trial_database(rf.get("/admin/"), panels)
        return panels

    def test_editors_are_told_that_the_database_is_for_trial(self, rf, monkeypatch):
        (panel,) = self.panels(rf, monkeypatch, str(find_places().socket))
        assert "set DATABASE_URL to a PostgreSQL server first" in panel.render_html({})

    def test_nothing_is_said_of_a_real_one(self, rf, monkeypatch):
        assert self.panels(rf, monkeypatch, "db.example.gov") == []
