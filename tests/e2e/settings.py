"""Settings of the site that browsers visit: those of the tests, with files served as in production."""

from __future__ import annotations

import os
from pathlib import Path

from cms.settings.test import *  # noqa: F403 -- a settings module is its names

_FILES = Path(os.environ["AVOW_E2E_FILES"])
STATIC_ROOT = _FILES / "static"
MEDIA_ROOT = _FILES / "media"
AVOW_OUTBOX = _FILES / "outbox"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "cms.static_files.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = False
AVOW_ERASURES = _FILES / "erasures.txt"
