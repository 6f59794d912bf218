"""The real server, on a database of its own with the demo agency in it."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from django.db import connection
from psycopg.conninfo import make_conninfo

from members.services.factors import new_secret
from tests import template_database as databases

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Site:
    """A site that is being served; `password` opens every account of the demo, with an app of the key `factor`.

    Its mail lies in `outbox`.
    """

    url: str
    database: str
    password: str
    factor: str
    files: Path

    @property
    def outbox(self) -> Path:
        return self.files / "outbox"


@contextmanager
def served_demo(*, worker: str, files: Path) -> Iterator[Site]:
    """Serve a copy of the template database with the demo loaded; stop the server and drop the copy at the end."""
    database = f"{databases.copy_name(worker)}_demo"
    template = databases.template_name()
    databases.make_template(template)
    databases.make_copy(template, database)
    site = Site(f"http://127.0.0.1:{_free_port()}", database, secrets.token_urlsafe(12), new_secret(), files)
    log = files / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.serve", site.url.rpartition(":")[2]],
            cwd=ROOT,
            env=_environment(site),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait(server, site, log)
            yield site
        finally:
            server.send_signal(signal.SIGINT)  # at once: browsers keep idle connections that a graceful stop waits for
            server.wait(timeout=30)
            with databases.maintenance() as cluster:
                databases.drop(cluster, database)


@contextmanager
def mail_worker(site: Site) -> Iterator[None]:
    """Have a worker send the site's mail meanwhile."""
    log = site.files / "worker.log"
    with log.open("wb") as output:
        command = [sys.executable, "manage.py", "send_bulletins"]
        worker = subprocess.Popen(command, cwd=ROOT, env=_environment(site), stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        finally:
            worker.send_signal(signal.SIGTERM)
            worker.wait(timeout=30)


def _environment(site: Site) -> dict[str, str]:
    parameters = {**connection.get_connection_params(), "dbname": site.database}
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    return os.environ | {
        "AVOW_BASE_URL": site.url,
        "AVOW_DEMO_FACTOR": site.factor,
        "AVOW_DEMO_PASSWORD": site.password,
        "AVOW_E2E_FILES": str(site.files),
        "DATABASE_URL": make_conninfo(**parameters),
        "DJANGO_SETTINGS_MODULE": "tests.e2e.settings",
    }


def _wait(server: subprocess.Popen[bytes], site: Site, log: Path) -> None:
    """Return once the site answers that it is ready."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        try:
            with urlopen(f"{site.url}/readyz", timeout=5) as answer:  # noqa: S310 -- our own address
                if answer.status == 200:
                    return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(f"The site did not start:\n{log.read_text(errors='replace')[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
