"""Settings of the test suite: as in production where that can be had, quick where it cannot matter."""

from __future__ import annotations

from cms.mail import development_keys
from cms.settings.base import *  # noqa: F403 -- a settings module is its names

SECRET_KEY = "only-for-tests-" * 4
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
AVOW_SHOWS_OUTBOX = True
WHITENOISE_AUTOREFRESH = True
AVOW_STRICT_TEMPLATES = True
AVOW_TOKEN_KEYS, AVOW_SUPPRESSION_KEY = development_keys(SECRET_KEY)
AVOW_ERASURES = BASE_DIR / ".avow" / "test-erasures.txt"  # noqa: F405 -- from the base
