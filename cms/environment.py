"""Read `.env`, the file that keeps one checkout's settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parents[1] / ".env"
_LINE = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"(?P<quote>['\"])(?P<inside>.*)(?P=quote)\s*(?:#.*)?")
_COMMENT = re.compile(r"(?:^|\s)#.*")


class EnvironmentFileError(ValueError):
    """A line of an environment file is neither empty, a comment nor `NAME=value`; the message names file and line."""


def load_env_file(path: Path = ENV_FILE) -> None:
    """Add the variables of `path` to the environment; what the environment sets already wins. No file, no change.

    Raises:
        EnvironmentFileError: A line cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return
    for name, value in parse_env(text, source=str(path)).items():
        os.environ.setdefault(name, value)


def parse_env(text: str, *, source: str) -> dict[str, str]:
    """Return the variables in `text`. Values are literal: nothing is expanded; quotes around a value are taken off."""
    variables = {}
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None:
            msg = f"{source}, line {number}: expected NAME=value."
            raise EnvironmentFileError(msg)
        value = found["value"]
        quoted = _QUOTED.fullmatch(value)
        variables[found["name"]] = quoted["inside"] if quoted else _COMMENT.sub("", value).strip()
    return variables
