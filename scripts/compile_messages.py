"""Compile the translations of `locale/`, without gettext's programs."""

from __future__ import annotations

import os
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[1]


def find_catalogues(root: Path) -> list[Path]:
    return sorted((root / "locale").glob("*/LC_MESSAGES/*.po"))


def find_overrides(root: Path) -> list[Path]:
    """Return the catalogues of others' messages that we word ourselves."""
    return sorted((root / "locale" / "overrides").glob("*/LC_MESSAGES/*.po"))


def compile_catalogues(root: Path) -> list[str]:
    """Write the .mo file of every catalogue that is newer than its own; return the names of those written."""
    written = []
    for path in (*find_catalogues(root), *find_overrides(root)):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        half = target.with_suffix(f".{os.getpid()}.new")
        polib.pofile(str(path)).save_as_mofile(str(half))
        half.replace(target)
        written.append(str(target.relative_to(root)))
    return written


if __name__ == "__main__":
    for name in compile_catalogues(ROOT):
        print(name)
