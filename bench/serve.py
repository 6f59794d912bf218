"""Start servers on free loopback ports, and stop them."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.place import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOST = "127.0.0.1"
_START_SECONDS = 60.0


class ServerError(Exception):
    """A server did not start; the message holds what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came over the wire, its body still encoded."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def free_port() -> int:
    """Return a port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(application: str, env: Mapping[str, str], *, path: str) -> Iterator[int]:
    """Serve a WSGI application until the block ends; yield its port once `path` answers with 200."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}"]
    command += ["--config", str(ROOT / "bench" / "gunicorn_settings.py")]
    with running(command, env=env, port=port, path=path):
        yield port


@contextmanager
def running(command: Sequence[str], *, env: Mapping[str, str] | None, port: int, path: str) -> Iterator[None]:
    """Run a server until the block ends."""
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_for(process, port, path)
        yield
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def fetch(port: int, path: str, headers: Mapping[str, str] | None = None, *, method: str = "GET") -> Answer:
    """Ask for `path` over a connection of its own, as a proxy in front of the site would."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request(method, path, headers={"X-Forwarded-Proto": "https", **(headers or {})})
        response = connection.getresponse()
        return Answer(response.status, dict(response.getheaders()), response.read())
    finally:
        connection.close()


def _wait_for(process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    status: int | str = "no answer"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            output = process.communicate()[0].decode(errors="replace")
            raise ServerError(f"{process.args!r} ended with {process.returncode}:\n{output}")
        try:
            status = fetch(port, path).status
        except OSError:
            time.sleep(0.1)
            continue
        if status == 200:
            return
        time.sleep(0.1)
    raise ServerError(f"{process.args!r} does not serve {path}: {status}")
