"""Where the engine is measured and broken: a PostgreSQL of its own, that may be killed, and a directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from cms.embedded.cluster import Cluster
from cms.embedded.places import find_places

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class MailPlace:
    """The directory and the cluster of one run."""

    directory: Path
    cluster: Cluster

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of workers."""
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DJANGO_SETTINGS_MODULE": "cms.settings.dev",
            "DATABASE_URL": self.cluster.url,
            "AVOW_BASE_URL": "https://policies.example",
            "AVOW_MAIL_DOMAIN": "policies.example",
            "AVOW_OUTBOX": str(self.directory / "outbox"),
            **more,
        }

    def connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.cluster.url, autocommit=True)

    def crash_database(self) -> None:
        """Stop PostgreSQL in immediate mode, as a crash would, and start it again."""
        pid = self.cluster.pid()
        if pid is not None:
            os.kill(pid, signal.SIGQUIT)
            while self.cluster.pid() == pid:
                time.sleep(0.05)
        self.cluster.start()


@contextmanager
def make_place(keep: Path | None = None) -> Iterator[MailPlace]:
    """Start a migrated cluster; it is deleted afterwards, unless `keep` names a directory to find it in again."""
    with tempfile.TemporaryDirectory(prefix="avow-mail-") as made:
        directory = keep or Path(made)
        directory.mkdir(mode=0o755, parents=True, exist_ok=True)
        directory.chmod(0o755)  # the server's account passes through
        cluster = Cluster(find_places({"AVOW_EMBEDDED_DIR": str(directory / "postgres")}))
        cluster.start()
        place = MailPlace(directory, cluster)
        try:
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--no-input"],
                cwd=ROOT,
                env=place.environment(),
                check=True,
            )
            yield place
        finally:
            cluster.stop()
            if keep is None:
                cluster.delete()
