"""Serve the demo agency to a browser: `python -m tests.e2e.serve PORT`, with the settings that the environment names."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command
from django.db import connections

from scripts.demo import Server


def main() -> None:
    django.setup()
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("load_demo")
    connections.close_all()  # the workers are forks, and two processes must not talk over one connection
    Server(int(sys.argv[1])).run()


if __name__ == "__main__":
    main()
