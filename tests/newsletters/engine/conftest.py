import pytest

from newsletters.engine import housekeeping


@pytest.fixture
def no_chores(monkeypatch):
    """Leave out what other parts have done at their time: it is theirs to test."""
    monkeypatch.setattr(housekeeping, "_chores", {})
