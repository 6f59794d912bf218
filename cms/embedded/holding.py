"""Who uses the cluster: locks that the kernel drops when a process dies, however it dies."""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import os
from typing import TYPE_CHECKING

from cms.embedded.cluster import Cluster
from cms.embedded.errors import EmbeddedDatabaseError
from cms.embedded.places import find_places, make_directories

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cms.embedded.places import Places

# Cluster directory → (process that took the shared lock, its descriptor). A forked child inherits the entry and the
# lock, but not the duty to stop the cluster.
_held: dict[Path, tuple[int, int]] = {}


def ensure_running() -> str:
    """Start this checkout's cluster unless it runs, keep it running while this process lives; return its URL.

    Raises:
        EmbeddedDatabaseError: There is no server to run, or it does not start.
    """
    places = find_places()
    cluster = Cluster(places)
    pid, _ = _held.get(places.base, (0, 0))
    if pid == os.getpid():
        return cluster.url
    make_directories(places)
    with start_lock(places):
        use = _open(places.use_lock)
        try:
            # Never waits: the exclusive lock is only ever tried under the start lock, without waiting.
            fcntl.flock(use, fcntl.LOCK_SH)
            cluster.start()
        except BaseException:
            os.close(use)
            raise
    _held[places.base] = (os.getpid(), use)
    atexit.register(_leave, places)
    return cluster.url


@contextlib.contextmanager
def start_lock(places: Places) -> Iterator[None]:
    """Keep every other process from making, starting, stopping or deleting the cluster meanwhile."""
    descriptor = _open(places.start_lock)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def sole_use(places: Places) -> Iterator[None]:
    """Hold the cluster alone; raise `EmbeddedDatabaseError` when another process uses it."""
    make_directories(places)
    with start_lock(places):
        use = _open(places.use_lock)
        try:
            if not _try_exclusive(use):
                msg = "The embedded PostgreSQL is in use by another process. End that one first."
                raise EmbeddedDatabaseError(msg)
            yield
        finally:
            os.close(use)


def is_in_use(places: Places) -> bool:
    """Tell whether any process uses the cluster now."""
    if not places.use_lock.exists():
        return False
    use = _open(places.use_lock)
    try:
        return not _try_exclusive(use)
    finally:
        os.close(use)


def _leave(places: Places) -> None:
    """Give up this process's use of the cluster; stop it when no other is left."""
    pid, use = _held.get(places.base, (0, 0))
    if pid != os.getpid():
        return
    del _held[places.base]
    if not places.start_lock.exists():
        os.close(use)  # somebody deleted the directory under us, cluster and all
        return
    with start_lock(places):
        try:
            if _try_exclusive(use):
                Cluster(places).stop()
        finally:
            os.close(use)


def _try_exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
