import os

import pytest

from cms.environment import EnvironmentFileError, load_env_file, parse_env


@pytest.mark.parametrize(
    ("line", "variables"),
    [
        ("NAME=value", {"NAME": "value"}),
        ("export NAME = value  # why", {"NAME": "value"}),
        ("URL=postgresql://a:b#c@host/d?e=f", {"URL": "postgresql://a:b#c@host/d?e=f"}),
        ("NAME='# $HOME \"x\" '  # why", {"NAME": '# $HOME "x" '}),
        ('NAME="隱私 權"', {"NAME": "隱私 權"}),
        ("NAME=", {"NAME": ""}),
        ("NAME=# nothing", {"NAME": ""}),
        ("  # NAME=value", {}),
        ("", {}),
    ],
)
def test_reads_a_line(line, variables):
    assert parse_env(line, source=".env") == variables


@pytest.mark.parametrize("line", ["NAME", "1NAME=x", "a b=c", "=x"])
def test_refuses_a_line_and_names_it(line):
    with pytest.raises(EnvironmentFileError, match=r"\.env, line 2: expected NAME=value"):
        parse_env(f"\n{line}", source=".env")


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {"AVOW_ONE": "environment"})
    path = tmp_path / ".env"
    path.write_text("AVOW_ONE=file\nAVOW_TWO=file\n", encoding="utf-8-sig")
    load_env_file(path)
    assert os.environ == {"AVOW_ONE": "environment", "AVOW_TWO": "file"}


def test_no_file_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    load_env_file(tmp_path / ".env")
    assert os.environ == {}
