"""The least share of each package that the tests must try."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts import covered
from scripts.compile_messages import ROOT

CONFIGURATION = '[tool.coverage.run]\nbranch = true\nsource = ["policies"]\n'
MODULE = "def absolute(number):\n    if number < 0:\n        return -number\n    return number\n"


def file(lines, branches):
    (ran, there), (taken, possible) = lines, branches
    counts = {"covered_lines": ran, "num_statements": there, "covered_branches": taken, "num_branches": possible}
    return {"summary": counts}


def test_adds_up_statements_and_branches_of_each_package():
    report = {
        "files": {
            "policies/a.py": file((90, 90), (6, 10)),
            "policies/text/b.py": file((9, 10), (0, 0)),
            "core/__init__.py": file((0, 0), (0, 0)),
        }
    }
    assert covered.by_package(report) == {"policies": pytest.approx(105 / 110 * 100)}


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"policies/a.py": file((95, 100), (0, 0)), "core/a.py": file((10, 10), (0, 0))}, 0),
        ({"policies/a.py": file((94, 100), (0, 0)), "core/a.py": file((10, 10), (0, 0))}, 1),
        ({}, 1),
    ],
)
def test_refuses_less_than_it_must(files, code, capsys):
    assert covered.main({"files": files}) == code
    assert ("less than 95 %" in capsys.readouterr().out) == (code == 1 and bool(files))


def test_reads_what_a_run_left(tmp_path):
    (tmp_path / "pyproject.toml").write_text(CONFIGURATION)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "__init__.py").write_text(MODULE)
    command = [sys.executable, "-m", "coverage", "run", "-m", "policies"]
    (tmp_path / "policies" / "__main__.py").write_text("from policies import absolute\n\nabsolute(1)\n")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    script = f"import sys; sys.path.insert(0, {str(ROOT)!r})\nfrom pathlib import Path\nfrom scripts import covered\nprint(covered.by_package(covered.measure(Path('.'))))"
    result = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert result.stdout.strip() == "{'policies': 75.0}"
