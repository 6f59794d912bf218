"""Production: every secret and address comes from the environment, and a missing one stops start-up."""

from __future__ import annotations

import os

from django.core.exceptions import ImproperlyConfigured

from cms.mail import token_keys
from cms.settings.base import *  # noqa: F403 -- a settings module is its names


def required(name: str) -> str:
    """Return the environment variable `name`; raise `ImproperlyConfigured` when it is unset or empty."""
    value = os.environ.get(name, "")
    if not value:
        msg = f"{name} is not set. Set it in the environment (see .env.example) and start again."
        raise ImproperlyConfigured(msg)
    return value


DEBUG = False
AVOW_ALLOW_DEMO = False  # its accounts share a password
required("DATABASE_URL")
SECRET_KEY = required("AVOW_SECRET_KEY")
ALLOWED_HOSTS = required("AVOW_ALLOWED_HOSTS").split(",")
WAGTAILADMIN_BASE_URL = required("AVOW_BASE_URL")
CSRF_TRUSTED_ORIGINS = [WAGTAILADMIN_BASE_URL]

SECURE_SSL_REDIRECT = True
# The proxy in front must set this header itself and drop what a visitor sends (docs/deploy/nginx.conf does).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_NAME = "__Host-csrf"

if not AVOW_MAIL_SERVICE:  # noqa: F405 -- of base
    required("SMTP_URL")
required("AVOW_MAIL_DOMAIN")
AVOW_TOKEN_KEYS = token_keys(required("AVOW_TOKEN_KEYS"))
AVOW_SUPPRESSION_KEY = required("AVOW_SUPPRESSION_KEY")
