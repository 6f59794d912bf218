"""`python -m cms.embedded status|stop|reset`: look after this checkout's embedded PostgreSQL."""

from __future__ import annotations

import argparse
import sys

from cms.embedded.cluster import Cluster
from cms.embedded.errors import EmbeddedDatabaseError
from cms.embedded.holding import is_in_use, sole_use
from cms.embedded.places import find_places


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done and 1, with the reason on standard error, when it was refused."""
    parser = argparse.ArgumentParser(prog="python -m cms.embedded", description="Look after the embedded PostgreSQL.")
    parser.add_argument("command", choices=["status", "stop", "reset"], help="reset deletes all its data")
    command = parser.parse_args(arguments).command
    try:
        sys.stdout.write(_COMMANDS[command](Cluster(find_places())))
    except EmbeddedDatabaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _status(cluster: Cluster) -> str:
    state = "running" if cluster.pid() is not None else "stopped" if cluster.is_made() else "not made yet"
    used = ", in use" if is_in_use(cluster.places) else ""
    return f"{state}{used}\ndata: {cluster.places.data}\nlog: {cluster.places.log}\nurl: {cluster.url}\n"


def _stop(cluster: Cluster) -> str:
    with sole_use(cluster.places):
        cluster.stop()
    return "stopped\n"


def _reset(cluster: Cluster) -> str:
    with sole_use(cluster.places):
        cluster.delete()
    return "deleted\n"


_COMMANDS = {"status": _status, "stop": _stop, "reset": _reset}

if __name__ == "__main__":
    sys.exit(main())
