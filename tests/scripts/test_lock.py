import subprocess

import pytest

from scripts import lock

GOOD = "django==5.2 \\\n    --hash=sha256:0a \\\n    --hash=sha256:0b\n"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text(GOOD)
    return tmp_path


def test_good_locks_pass(project):
    assert lock.main(["--check"], project) == 0


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("--index-url https://index.example/simple", "requirements/base.txt:4: holds an address"),
        ("-f /srv/wheels", "requirements/base.txt:4: holds an address"),
        ("# from https://index.example/simple", "requirements/base.txt:4: holds an address"),
        ("wagtail==7.4", "requirements/base.txt: no hash: wagtail==7.4"),
    ],
)
def test_a_planted_fault_is_found(project, capsys, line, fault):
    (project / "requirements" / "base.txt").write_text(f"{GOOD}{line}\n")
    assert lock.main(["--check"], project) == 1
    assert fault in capsys.readouterr().out.splitlines()


def test_locks_every_file_without_an_address(project, monkeypatch):
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda command, **_: commands.append(command))
    assert lock.main(["--upgrade"], project) == 0
    assert [command[-1] for command in commands] == [f"requirements/{name}.txt" for name in ("base", "dev", "next")]
    for command in commands:
        assert {"--generate-hashes", "--no-header", "--no-emit-index-url", "--upgrade"} <= set(command)
