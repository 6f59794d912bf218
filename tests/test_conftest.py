"""What this suite's own rules promise: nothing is skipped in silence, and nothing at all in CI."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SKIPPING = "import pytest\ndef test_passes(): pass\ndef test_skips(): pytest.skip('no such thing here')\n"


def run(directory, source, **environment):
    (directory / "test_planted.py").write_text(source)
    (directory / "pytest.ini").write_text("[pytest]\n")
    kept = {name: value for name, value in os.environ.items() if name != "CI" and not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "tests.conftest", "-p", "no:cacheprovider", "test_planted.py"],
        cwd=directory,
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize(("environment", "status"), [({}, 0), ({"CI": "true"}, 1)])
def test_a_skipped_test_is_named_and_fails_in_ci(tmp_path, environment, status):
    result = run(tmp_path, SKIPPING, **environment)
    assert "NOT TESTED" in result.stdout
    assert "1 skipped: Skipped: no such thing here" in result.stdout
    assert result.stdout.splitlines()[-1].strip("= ").startswith("1 passed, 1 skipped")
    assert result.returncode == status


@pytest.mark.parametrize("environment", [{}, {"CI": "true"}])
def test_a_run_that_skips_nothing_says_nothing(tmp_path, environment):
    result = run(tmp_path, "def test_passes(): pass\n", **environment)
    assert "NOT TESTED" not in result.stdout
    assert result.returncode == 0
