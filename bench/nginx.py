"""Run nginx with the configuration that is shipped, on loopback."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.place import ROOT
from bench.serve import HOST, ServerError, free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SHIPPED = ROOT / "docs" / "deploy" / "nginx.conf"

#: Of a file nginx knows these, and X-Accel-Expires it takes off.
_NGINX_S_OWN = frozenset(
    {"connection", "content-encoding", "content-length", "content-type", "date", "etag", "last-modified", "server"}
    | {"transfer-encoding", "x-accel-expires"}
)

_FRAME = """\
daemon off;
worker_processes 1;
{user}pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 1024; }}
http {{
    include {mime_types};
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    client_body_temp_path {directory}/temp;
    proxy_temp_path {directory}/temp;
    fastcgi_temp_path {directory}/temp;
    uwsgi_temp_path {directory}/temp;
    scgi_temp_path {directory}/temp;
{shipped}
    # What the site is measured against: the same bytes from a file, under the same headers.
    server {{
        listen {host}:{static_port};
        access_log {directory}/static.log avow buffer=64k flush=5s;
        location / {{
            root {directory}/files;
            default_type "text/html; charset=utf-8";
            gzip_static on;
{headers}        }}
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Edge:
    """The ports of a running nginx: the site's, and that of the static file."""

    site: int
    static: int


@contextmanager
def edge(
    directory: Path,
    *,
    application: int,
    static: Path,
    page: bytes,
    compressed: bytes,
    path: str,
    headers: Mapping[str, str],
) -> Iterator[Edge]:
    """Serve the application on port `application` through nginx, and `page` as the file `/page.html` beside it.

    The file is answered with those of `headers` that nginx does not make itself.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        msg = "nginx is not installed: apt-get install nginx-light"
        raise ServerError(msg)
    shutil.rmtree(directory, ignore_errors=True)
    files = directory / "files"
    files.mkdir(parents=True)
    (files / "page.html").write_bytes(page)
    (files / "page.html.gz").write_bytes(compressed)
    found = Edge(free_port(), free_port())
    text = _FRAME.format(
        directory=directory,
        user=_user(),
        mime_types=_mime_types(),
        host=HOST,
        static_port=found.static,
        headers=add_headers(headers),
        shipped=on_loopback(
            SHIPPED.read_text(), directory=directory, port=found.site, application=application, static=static
        ),
    )
    (directory / "nginx.conf").write_text(text)
    command = [program, "-p", str(directory), "-c", str(directory / "nginx.conf")]
    with running(command, env=None, port=found.site, path=path):
        yield found


def add_headers(headers: Mapping[str, str]) -> str:
    """Return nginx's lines for the headers of an answer, but for those that nginx sets, or takes off, by itself."""
    others = {name: value for name, value in headers.items() if name.lower() not in _NGINX_S_OWN}
    return "".join(f"            add_header {name} '{_quoted(value)}';\n" for name, value in others.items())


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def on_loopback(shipped: str, *, directory: Path, port: int, application: int, static: Path) -> str:
    """Return the shipped configuration without TLS, on a port of ours, with its files in `directory`."""
    text = re.sub(r"^\s*ssl_.*\n", "", shipped, flags=re.MULTILINE)
    text = re.sub(r"^\s*listen \[::\]:.*\n", "", text, flags=re.MULTILINE)
    text = text.replace("listen 443 ssl http2;", f"listen {HOST}:{port};")
    text = text.replace("listen 80;", f"listen {HOST}:{free_port()};")
    places = {
        "</var/log/nginx/avow.log>": f"{directory}/access.log",
        "</var/log/nginx/avow-error.log>": f"{directory}/error.log",
        "</var/cache/nginx/avow>": f"{directory}/cache",
        "</srv/avow/static/>": f"{static}/",
        "</srv/avow/media/>": f"{directory}/media/",
        "<127.0.0.1:8000>": f"{HOST}:{application}",
        "<policies.example.gov>": "localhost",
    }
    for mark, value in places.items():
        text = text.replace(mark, value)
    left = re.findall(r"^[^#\n]*<[^>\n]+>", re.sub(r"\(\?P<", "(?P", text), flags=re.MULTILINE)
    if left:
        msg = f"The shipped nginx configuration has a mark that the bench does not know: {left[0].strip()}"
        raise ServerError(msg)
    return text


def _user() -> str:
    # Started by root, nginx would work as nobody, who may not enter the run's directory.
    return "user root;\n" if os.geteuid() == 0 else ""


def _mime_types() -> str:
    for path in ("/etc/nginx/mime.types", "/usr/local/etc/nginx/mime.types"):
        if Path(path).exists():
            return path
    msg = "nginx has no mime.types"
    raise ServerError(msg)
