"""The content that is measured: the demo agency, and the same text for the stock site."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from django.core.management import call_command

from bench.place import ROOT
from core.dates import today
from home.demo.loader import load
from members.services.factors import new_secret
from policies.selectors import find_current

if TYPE_CHECKING:
    from bench.place import Place

SLUG = "privacy"
LANGUAGES = ("en", "zh-hant")
#: The language of the page that is compared with the stock one.
LANGUAGE = "en"
PATH = f"/{LANGUAGE}/policies/{SLUG}/"
STOCK_PATH = "/policy/"


def prepare(place: Place) -> None:
    """Fill both databases and collect the static files of both sites."""
    if place.is_made:
        return
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    load(password="only-for-measuring", factor=new_secret())  # noqa: S106 -- in a database that is dropped when the run ends
    text = place.directory / "text.json"
    text.write_text(json.dumps(stock_text()))
    command = [sys.executable, "-m", "bench.stock.fill", str(text)]
    subprocess.run(command, check=True, cwd=ROOT, env=place.stock_environment())
    (place.directory / "filled").touch()


def stock_text() -> dict[str, object]:
    """Return what the policy page says, for the stock page to say too."""
    found = find_current(slug=SLUG, language=LANGUAGE, on=today())
    if found is None or found.text is None:
        msg = "The demo has no such policy."
        raise LookupError(msg)
    text = found.text
    return {"title": text.title, "summary": text.summary, "clauses": text.clauses}
