"""The production settings, with the files that a run makes in a place of its own."""

from __future__ import annotations

import os
from pathlib import Path

from cms.settings.production import *  # noqa: F403 -- a settings module is its names

STATIC_ROOT = Path(os.environ["AVOW_BENCH_PLACE"]) / "avow" / "static"
