"""Turn the environment into Django's database settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from cms.embedded import EmbeddedDatabaseError, ensure_running
from cms.embedded.places import find_places

if TYPE_CHECKING:
    from collections.abc import Mapping

# libpq's names of what Django's settings name otherwise; all the rest are libpq options under their own names.
_DJANGO_NAMES = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
_CONNECTION_SECONDS = 600


def database_settings(env: Mapping[str, str]) -> dict[str, Any]:
    """Return `DATABASES["default"]`: the database of DATABASE_URL, or the embedded one, started if need be.

    DATABASE_URL is any address that libpq takes: `postgresql://user:password@host:5432/name?sslmode=verify-full`.

    Raises:
        ImproperlyConfigured: DATABASE_URL is malformed, or is unset in production, or no embedded database starts.
    """
    url = env.get("DATABASE_URL", "")
    if not url:
        if env.get("DJANGO_SETTINGS_MODULE", "").endswith(".production"):
            msg = "DATABASE_URL is not set. Production never runs on the embedded trial database: name a PostgreSQL."
            raise ImproperlyConfigured(msg)
        try:
            url = ensure_running()
        except EmbeddedDatabaseError as error:
            raise ImproperlyConfigured(str(error)) from error
    try:
        parameters = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        # Neither the address nor libpq's complaint is repeated: both can hold the password.
        msg = "DATABASE_URL is not a PostgreSQL address. It looks like postgresql://user:password@host:5432/name."
        raise ImproperlyConfigured(msg) from None
    named = {django: str(parameters.pop(libpq, None) or "") for libpq, django in _DJANGO_NAMES.items()}
    if not named["NAME"]:
        msg = "DATABASE_URL names no database. It looks like postgresql://user:password@host:5432/name."
        raise ImproperlyConfigured(msg)
    return {
        "ENGINE": "django.db.backends.postgresql",
        **named,
        "OPTIONS": parameters,
        "CONN_MAX_AGE": _CONNECTION_SECONDS,
        "CONN_HEALTH_CHECKS": True,
    }


def is_embedded(settings: Mapping[str, Any]) -> bool:
    """Tell whether database settings are those of the embedded trial database."""
    return bool(settings.get("HOST") == str(find_places().socket))
