import sys

from scripts import check

PASSES = check.Step("passes", [sys.executable, "-c", "print('quiet')"])
FAILS = check.Step(
    "fails", [sys.executable, "-c", "import os, sys; print(os.environ['WHY']); sys.exit(3)"], {"WHY": "no"}
)


def test_runs_all_and_names_what_failed(capsys):
    assert check.main([FAILS, PASSES]) == 1
    output = capsys.readouterr().out
    assert "FAILED fails" in output
    assert "\nno\n" in output
    assert "ok     passes" in output
    assert "quiet" not in output
    assert output.endswith("make check: failed: fails\n")


def test_passes_when_all_pass(capsys):
    assert check.main([PASSES]) == 0
    assert capsys.readouterr().out.endswith("make check: all passed\n")


def test_covers_what_the_project_promises():
    assert {step.name for step in check.all_steps()} == {
        "deployment", "format", "imports", "lint", "locks", "messages", "migrations", "templates", "types",
    }  # fmt: skip


def test_warns_of_long_files(tmp_path):
    (tmp_path / "policies" / "migrations").mkdir(parents=True)
    (tmp_path / "policies" / "long.py").write_text("\n" * 401)
    (tmp_path / "policies" / "short.py").write_text("\n" * 400)
    (tmp_path / "policies" / "migrations" / "0001_long.py").write_text("\n" * 401)
    assert check.find_long_files(tmp_path) == ["warning: policies/long.py has 401 lines; past 400, split it"]
