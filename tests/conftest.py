"""What every test stands on: the database, and an account of what was skipped."""

from __future__ import annotations

import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Give the run a copy of the migrated template database, in place of pytest-django's own set-up."""
    # Tests of plain Python need neither Django nor a database.
    from django.db import connection
    from django.test import TransactionTestCase

    from tests import template_database as databases

    template = databases.template_name()
    copy = databases.copy_name(os.environ.get("PYTEST_XDIST_WORKER", ""))

    def replace_database(case: TransactionTestCase) -> None:
        """Throw away what a test committed, with the database: the record's tables refuse to be emptied."""
        connection.close()
        databases.make_copy(template, copy)

    with django_db_blocker.unblock():
        databases.drop_leftovers()
        databases.make_template(template)
        databases.make_copy(template, copy)
        patch = pytest.MonkeyPatch()
        patch.setattr(TransactionTestCase, "_fixture_teardown", replace_database)
        with databases.connected_to(copy):
            yield
        patch.undo()
        with databases.maintenance() as cluster:
            databases.drop(cluster, copy)


@pytest.fixture(autouse=True)
def empty_memory() -> None:
    """Forget what the process remembers of earlier tests: what it was read from is rolled back, versions are counted anew."""
    middleware = sys.modules.get("policies.middleware")  # tests of plain Python never import it
    if middleware is not None:
        middleware.page_store.clear()
        sys.modules["policies.selectors.privacy"].published_languages.clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested, and why."""
    reasons = _skip_reasons(terminalreporter)
    if reasons:
        terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
        for reason, count in reasons.most_common():
            terminalreporter.line(f"{count} skipped: {reason}")
        if _in_ci():
            terminalreporter.line("In CI everything is tested, so this run has failed.")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in CI that skipped something: a test that never runs proves nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if _in_ci() and reporter is not None and _skip_reasons(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skip_reasons(reporter: pytest.TerminalReporter) -> Counter[str]:
    reports = reporter.stats.get("skipped", [])
    return Counter(report.longrepr[2] if isinstance(report.longrepr, tuple) else "" for report in reports)


def _in_ci() -> bool:
    return os.environ.get("CI", "") == "true"
