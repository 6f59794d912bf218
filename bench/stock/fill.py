"""`python -m bench.stock.fill FILE`: make the database of the stock site with one page of the text in FILE."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path

import django
from django.core.management import call_command


def fill(text: dict[str, object]) -> None:
    """Migrate, collect the static files, and publish the page; `text` has `title`, `summary` and `clauses`."""
    # Models can only be imported when Django has been set up.
    from wagtail.models import Page, Site

    from bench.stock.models import BlogPage, HomePage

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    root = Page.get_first_root_node()
    home = root.add_child(instance=HomePage(title="Home", slug="stock-home"))
    Site.objects.all().delete()
    Site.objects.create(hostname="localhost", root_page=home, is_default_site=True, site_name="Stock")
    body = []
    for clause in text["clauses"]:  # type: ignore[attr-defined]  # read from JSON
        if clause["heading"]:
            body.append(("heading", clause["heading"]))
        if clause["body"]:
            body.append(("paragraph", clause["body"]))
    page = BlogPage(title=text["title"], slug="policy", date=dt.date(2026, 1, 1), intro=text["summary"])
    page.body = json.dumps([{"type": kind, "value": value} for kind, value in body])
    home.add_child(instance=page)
    page.save_revision().publish()


if __name__ == "__main__":
    django.setup()
    fill(json.loads(Path(sys.argv[1]).read_text()))
