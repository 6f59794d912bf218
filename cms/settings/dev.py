"""A working site on one machine: the demonstration and everyday development."""

from __future__ import annotations

import os

from cms.mail import development_keys
from cms.settings.base import *  # noqa: F403 -- a settings module is its names

DEBUG = os.environ.get("AVOW_DEBUG", "0") == "1"
# Known to everybody who reads this line, and so refused in production (settings.production asks the environment).
SECRET_KEY = os.environ.get("AVOW_SECRET_KEY", "not-secret-" + "development-only-" * 3)
ALLOWED_HOSTS = os.environ.get("AVOW_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
AVOW_SHOWS_OUTBOX = not SMTP_URL  # noqa: F405 -- of base
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
AVOW_TOKEN_KEYS, AVOW_SUPPRESSION_KEY = development_keys(SECRET_KEY)
