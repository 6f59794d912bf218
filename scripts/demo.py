"""Make a working site with demo content and serve it: `make demo`.

The site is made and served by one process, which holds the embedded database from the first step to the last; a mail
worker runs beside it. Every step can be done again.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import socket
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.core.wsgi import get_wsgi_application
from django.db import connections
from gunicorn.app.base import BaseApplication

from cms.embedded.__main__ import main as embedded
from cms.environment import EnvironmentFileError, load_env_file
from scripts.companion import mail_worker
from scripts.compile_messages import ROOT, compile_catalogues

WORKERS = 2
# No proxy stands in front, and browsers open connections ahead of need: each would hold up a worker without threads.
THREADS = 8


class RefusedError(Exception):
    """The demo cannot go on; the message says why and what to do."""


class Server(BaseApplication):
    """gunicorn without its command line."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__()

    def load_config(self) -> None:
        self.cfg.set("bind", f"127.0.0.1:{self.port}")
        self.cfg.set("workers", WORKERS)
        self.cfg.set("worker_class", "gthread")
        self.cfg.set("threads", THREADS)
        self.cfg.set("loglevel", "warning")
        self.cfg.set("control_socket_disable", True)
        # The site itself bounds what it looks at; a long address deserves a page in the reader's language, not a bare 400.
        self.cfg.set("limit_request_line", 0)

    def load(self) -> object:
        return get_wsgi_application()


def require_free(port: int) -> None:
    """Raise `RefusedError` when something else listens on the port, before any work is done for nothing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            msg = f"Port {port} cannot be used ({error.strerror}). Choose another: make demo PORT={port + 1}"
            raise RefusedError(msg) from error


def reset() -> None:
    """Delete the embedded database and what belongs to it."""
    if os.environ.get("DATABASE_URL"):
        msg = "RESET=1 deletes the embedded database only, and DATABASE_URL names another. Empty that one yourself."
        raise RefusedError(msg)
    if embedded(["reset"]) != 0:
        msg = "Nothing was deleted."
        raise RefusedError(msg)
    for name in ("media", "outbox", "static"):
        shutil.rmtree(ROOT / ".avow" / name, ignore_errors=True)
    for name in ("demo-password", "demo-factor"):
        (ROOT / ".avow" / name).unlink(missing_ok=True)


def prepare() -> None:
    """Bring the database, the demo content, the translations and the static files to where they can be served."""
    compile_catalogues(ROOT)
    django.setup()
    call_command("check", stdout=io.StringIO())
    step("Database …")
    call_command("migrate", verbosity=0, interactive=False)
    step("Static files …")
    call_command("collectstatic", verbosity=0, interactive=False)
    step("Demo content …")
    call_command("load_demo")
    # The workers are forks, and two processes must not talk over one connection.
    connections.close_all()


def addresses(port: int) -> str:
    site = f"http://127.0.0.1:{port}"
    pages = [("English", "/en/"), ("正體中文", "/zh-hant/"), ("Editors", f"/{settings.AVOW_ADMIN_PATH}/")]
    if settings.AVOW_SHOWS_OUTBOX:
        pages.append(("Mail that the site sends", "/outbox/"))
    return "\n".join(["", *(f"  {site + path:<36} {name}" for name, path in pages), "", "  Ctrl-C stops it.", ""])


def step(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Prepare and serve until interrupted; return 1, with the reason on standard error, when that is refused."""
    parser = argparse.ArgumentParser(prog="python -m scripts.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--reset", action="store_true", help="delete the embedded database first")
    parser.add_argument("--prepare-only", action="store_true", help="do not serve")
    options = parser.parse_args(arguments)
    try:
        load_env_file()
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings.dev")
        os.environ.setdefault("AVOW_BASE_URL", f"http://127.0.0.1:{options.port}")
        require_free(options.port)
        if options.reset:
            reset()
        prepare()
    except (CommandError, EnvironmentFileError, ImproperlyConfigured, RefusedError) as error:
        print(error, file=sys.stderr)
        return 1
    if not options.prepare_only:
        step(addresses(options.port))
        # The server leaves by SystemExit, and the worker with it.
        with mail_worker(ROOT):
            Server(options.port).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
