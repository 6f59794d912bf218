"""Connections to PostgreSQL for the threads of a worker, beside Django's own."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection as django_connection

_DJANGO_ONLY = ("cursor_factory", "context", "prepare_threshold", "client_encoding")
#: A machine that vanished is noticed before a lease ends.
_KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
_SETTINGS = (
    # An intent that PostgreSQL may lose in a crash would be sent twice, whatever the role's own setting is.
    "SET synchronous_commit = on",
    # Statements are planned once, maybe while the tables are empty: a plan that reads all of a table would stay with us.
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET jit = off",
    # Planning takes longer than carrying out, and PostgreSQL would plan the larger statements anew each time.
    "SET plan_cache_mode = force_generic_plan",
)


def connect(purpose: str) -> psycopg.Connection[Any]:
    """Return a connection in autocommit mode that prepares every statement at once."""
    parameters = {**_KEEPALIVE, **django_connection.get_connection_params()}
    for name in _DJANGO_ONLY:
        parameters.pop(name, None)
    made = psycopg.connect(
        **parameters, autocommit=True, prepare_threshold=0, application_name=f"avow {purpose}", connect_timeout=10
    )
    for statement in _SETTINGS:
        made.execute(statement)
    return made
