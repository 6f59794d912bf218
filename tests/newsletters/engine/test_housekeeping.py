import datetime as dt

import psycopg
import pytest
from django.db import connection

from newsletters.engine import housekeeping
from newsletters.engine.housekeeping import Housekeeper
from tests.factories.newsletters import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def chores(monkeypatch):
    monkeypatch.setattr(housekeeping, "_chores", {})
    # The test's own connection must outlive what would end a worker's.
    monkeypatch.setattr(housekeeping, "close_old_connections", lambda: None)
    monkeypatch.setattr(connection, "close", lambda: None)
    yield housekeeping
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")


class TestHousekeeper:
    def test_does_each_chore_when_its_time_has_come(self, chores):
        calls = []
        chores.register("often", every=10, run=lambda at: calls.append(("often", at)))
        chores.register("seldom", every=100, run=lambda at: calls.append(("seldom", at)))
        keeper = Housekeeper()
        assert keeper.run_due(NOW) == ["often", "seldom"]
        assert keeper.run_due(NOW + dt.timedelta(seconds=5)) == []
        assert keeper.run_due(NOW + dt.timedelta(seconds=11)) == ["often"]
        assert [name for name, _at in calls] == ["often", "seldom", "often"]
        assert calls[0][1] == NOW

    def test_goes_on_after_a_chore_that_failed_and_tells_no_address(self, chores, caplog):
        def fail(at):
            raise ValueError("@".join(["reader", "readers.example"]))

        chores.register("bad", every=10, run=fail)
        chores.register("good", every=10, run=lambda at: None)
        assert Housekeeper().run_due(NOW) == ["good"]
        assert "The chore bad failed: ValueError" in caplog.text
        assert "reader@readers.example" not in caplog.text

    def test_leaves_the_chores_to_the_worker_that_holds_the_lock(self, chores):
        chores.register("often", every=10, run=lambda at: None)
        parameters = {
            key: value
            for key, value in connection.get_connection_params().items()
            if key in {"dbname", "host", "user", "port", "password"}
        }
        with psycopg.connect(**parameters, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [housekeeping._LOCK])
            keeper = Housekeeper()
            assert keeper.run_due(NOW) == []
            other.execute("SELECT pg_advisory_unlock(%s)", [housekeeping._LOCK])
            assert keeper.run_due(NOW) == ["often"]
