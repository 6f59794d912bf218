"""Production settings: complete, or a start that says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from scripts.check import PRODUCTION, ROOT

REQUIRED = [
    name for name in PRODUCTION if name not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"} and not name.startswith("_")
]


def run(code, **changes):
    environment = {"PATH": os.environ["PATH"], **PRODUCTION, **changes}
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)


def test_serves_with_all_that_it_needs():
    result = run("import cms.wsgi; print(cms.wsgi.application)")
    assert result.returncode == 0, result.stderr
    assert "WSGIHandler" in result.stdout


@pytest.mark.parametrize("name", REQUIRED)
def test_does_not_start_without(name):
    result = run("import cms.settings.production", **{name: ""})
    assert result.returncode == 1
    assert "ImproperlyConfigured" in result.stderr
    assert name in result.stderr


def test_development_has_what_it_needs_by_itself():
    result = run("import cms.settings.dev as s; print(s.DEBUG)", DJANGO_SETTINGS_MODULE="cms.settings.dev")
    assert result.returncode == 0, result.stderr
