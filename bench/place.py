"""Where a run works: a temporary directory and two databases, all gone afterwards."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from cms.embedded import ensure_running

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
_PREFIX = "avow_bench_"


@dataclass(frozen=True, slots=True)
class Place:
    """The directory and the databases of one run. `is_made` tells that an earlier run left them filled."""

    directory: Path
    database: str
    stock_database: str
    is_made: bool = False

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment in which Avow is measured."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "DATABASE_URL": self.database,
            "AVOW_BENCH_PLACE": str(self.directory),
            "AVOW_SECRET_KEY": "only-for-measuring-" * 3,
            "AVOW_ALLOWED_HOSTS": "127.0.0.1,testserver",
            "AVOW_BASE_URL": "https://127.0.0.1",
            # No mail is sent; the production settings want to know all the same.
            "AVOW_MAIL_DOMAIN": "policies.example",
            "AVOW_SUPPRESSION_KEY": "only-for-measuring-" * 3,
            "AVOW_TOKEN_KEYS": f"1:{'only-for-measuring-' * 3}",
            "SMTP_URL": "smtp://127.0.0.1:25",
            "AVOW_PAGE_CACHE": "1",
            **more,
        }

    def stock_environment(self) -> dict[str, str]:
        """Return the environment in which the stock site is measured."""
        return self.environment(DJANGO_SETTINGS_MODULE="bench.stock.settings", DATABASE_URL=self.stock_database)


@contextmanager
def make_place(*, keep: str = "") -> Iterator[Place]:
    """Give a run its place. With `keep`, a name, the place stays for the next run that gives the same name."""
    cluster = os.environ.get("DATABASE_URL") or ensure_running()
    suffix = keep or str(os.getpid())
    names = [f"{_PREFIX}{suffix}", f"{_PREFIX}{suffix}_stock"]
    directory = Path(tempfile.gettempdir()) / f"avow-bench-{suffix}"
    is_made = bool(keep) and (directory / "filled").exists() and all(_exists(cluster, name) for name in names)
    if not is_made:
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(mode=0o755)
        for name in names:
            _drop(cluster, name)
            _execute(
                cluster, sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name))
            )
    try:
        yield Place(directory, *(make_conninfo(**_url_parts(cluster, name)) for name in names), is_made)
    finally:
        if not keep:
            for name in names:
                _drop(cluster, name)
            shutil.rmtree(directory, ignore_errors=True)


def _url_parts(cluster: str, name: str) -> dict[str, object]:
    return {**conninfo_to_dict(cluster), "dbname": name}


def _execute(cluster: str, statement: sql.Composable) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(statement)


def _exists(cluster: str, name: str) -> bool:
    with psycopg.connect(cluster, autocommit=True) as connection:
        return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop(cluster: str, name: str) -> None:
    _execute(cluster, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
