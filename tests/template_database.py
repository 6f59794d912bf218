"""One migrated database per state of the migrations, and a quick copy of it for each test run.

Running every migration takes long and gives the same result each time, so the result is kept as a template in the
cluster, under a name made from what it depends on.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from home.bootstrap import lay_out_site

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "avow_template_"
COPY_PREFIX = "avow_test_"
# Colleagues and branches share a cluster, so a few states are kept side by side.
TEMPLATES_KEPT = 3
# Any number that nothing else locks.
ADVISORY_LOCK = 4_071_983


def template_name() -> str:
    """Return the name of the template for the migrations, and the settings they read, as they are now."""
    digest = hashlib.sha256()
    digest.update(repr([settings.LANGUAGE_CODE, settings.LANGUAGES, settings.INSTALLED_APPS]).encode())
    for config in sorted(apps.get_app_configs(), key=lambda each: each.label):
        module = settings.MIGRATION_MODULES.get(config.label, f"{config.name}.migrations")
        spec = importlib.util.find_spec(module) if module else None
        for directory in (spec and spec.submodule_search_locations) or ():
            for path in sorted(Path(directory).rglob("*")):
                if path.suffix in {".py", ".sql"}:
                    digest.update(f"{config.label}/{path.relative_to(directory)}".encode())
                    digest.update(path.read_bytes())
    # What `migrate` sets up besides tables: home/bootstrap.py lays out the site after it.
    digest.update(Path(lay_out_site.__code__.co_filename).read_bytes())
    return PREFIX + digest.hexdigest()[:16]


@contextmanager
def maintenance() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Connect to the cluster's own database, out of the way of the databases that are made and dropped."""
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    for name in ("cursor_factory", "context", "prepare_threshold", "client_encoding"):
        parameters.pop(name, None)
    with psycopg.connect(**parameters, autocommit=True) as maintenance_connection:
        yield maintenance_connection


def make_template(name: str) -> None:
    """Make the template unless it exists; two runs that need it at once make it once."""
    with maintenance() as cluster:
        cluster.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        if _exists(cluster, name):
            return
        half = f"{name}_new"
        drop(cluster, half)
        _create(cluster, half, template="template0")
        with connected_to(half):
            call_command("migrate", verbosity=0, interactive=False)
        cluster.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(half), sql.Identifier(name)))
        _drop_old_templates(cluster)


def make_copy(template: str, copy: str) -> None:
    """Make `copy` a fresh copy of `template`, in place of any database of that name and its connections."""
    with maintenance() as cluster:
        drop(cluster, copy)
        _create(cluster, copy, template=template)


def drop(cluster: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a database, breaking off whoever is connected to it."""
    cluster.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_leftovers() -> None:
    """Drop the copies of runs that were killed."""
    with maintenance() as cluster:
        rows = cluster.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{COPY_PREFIX}%"]).fetchall()
        for (name,) in rows:
            # The name says whose it is, as copy_name made it.
            pid = str(name).removeprefix(COPY_PREFIX).split("_")[0]
            if not Path(f"/proc/{pid}").exists():
                drop(cluster, str(name))


def copy_name(worker: str = "") -> str:
    """Return the name of this process's copy."""
    return f"{COPY_PREFIX}{os.getpid()}{worker and '_' + worker}"


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Point Django's connection at another database of the cluster."""
    former = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = former


def _exists(cluster: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return cluster.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _create(cluster: psycopg.Connection[tuple[object, ...]], name: str, *, template: str) -> None:
    cluster.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(sql.Identifier(name), sql.Identifier(template))
    )
    # What a crash of the machine would lose is a test's.
    cluster.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))


def _drop_old_templates(cluster: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = cluster.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET %s",
        [f"{PREFIX}%", TEMPLATES_KEPT],
    ).fetchall()
    for (name,) in rows:
        drop(cluster, str(name))
