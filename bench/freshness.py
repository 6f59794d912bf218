"""How old a page can be after a publication, while the site is under load: from the application and through nginx."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import subprocess
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.load import Subject, command
from bench.nginx import edge
from bench.rows import Row, at_most
from bench.serve import fetch, gunicorn
from policies.choices import EffectiveRule, UpdateType
from policies.drafts import stream_data
from policies.models import Policy, PolicyIndexPage, PolicyPage
from policies.services import issue_edition
from policies.text.clauses import Clause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.place import Place

SLUG = "bench-fresh"
LANGUAGE = "zh-hant"
PATH = f"/{LANGUAGE}/policies/{SLUG}/"
#: Seconds: nothing old may be answered to a request that was sent later than this after the commit.
APPLICATION_BUDGET = 0.0
EDGE_BUDGET = 1.0
_SETTLE_SECONDS = 1.3
_KEY = "0b3f2f6e-6a43-4b5e-9c0e-5a2f4f1b7d10"


@dataclass
class Watcher:
    """Asks for the page again and again, and notes when each request was sent and which edition it was shown."""

    port: int
    seen: list[tuple[float, int]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def watch(self, stop: threading.Event) -> None:
        while not stop.is_set():
            sent = time.monotonic()
            try:
                answer = fetch(self.port, PATH, {"Accept-Encoding": "gzip"})
            except OSError as error:
                self.faults.append(str(error))
                continue
            self.seen.append((sent, read_mark(answer.body)))
            time.sleep(0.002)

    def oldest_after(self, committed: float, mark: int) -> float:
        """Return how long after `committed` a request was still shown an edition before `mark`; 0 when none was."""
        late = [sent - committed for sent, shown in self.seen if sent > committed and shown < mark]
        return max(late, default=0.0)


def measure(place: Place, *, publications: int) -> list[Row]:
    """Publish under load and return how long the old text was still shown, at worst."""
    issue(0)
    with ExitStack() as stack:
        port = stack.enter_context(gunicorn("cms.wsgi", place.environment(), path=PATH))
        body = fetch(port, PATH, {"Accept-Encoding": "gzip"}).body
        ports = stack.enter_context(
            edge(
                place.directory / "nginx-fresh",
                application=port,
                static=place.directory / "avow" / "static",
                page=gzip.decompress(body),
                compressed=body,
                path=PATH,
                headers={},
            )
        )
        seconds = int(publications * (_SETTLE_SECONDS + 1)) + 5
        stack.enter_context(load(Subject("edge", ports.site, PATH, connections=4), seconds=seconds))
        stack.enter_context(load(Subject("application", port, PATH, connections=2), seconds=seconds))
        watchers = {"application": Watcher(port), "nginx": Watcher(ports.site)}
        commits = _publish_while_watching(watchers, publications)
    return [_row(name, watcher, commits) for name, watcher in watchers.items()]


def _publish_while_watching(watchers: dict[str, Watcher], publications: int) -> list[tuple[float, int]]:
    stop = threading.Event()
    threads = [threading.Thread(target=watcher.watch, args=[stop]) for watcher in watchers.values()]
    for thread in threads:
        thread.start()
    commits = []
    try:
        for mark in range(1, publications + 1):
            # At another point of the clock second each time, since that is what nginx counts in.
            time.sleep(_SETTLE_SECONDS + mark * 0.37 % 1)
            issue(mark)
            commits.append((time.monotonic(), mark))
        time.sleep(_SETTLE_SECONDS)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return commits


def _row(name: str, watcher: Watcher, commits: list[tuple[float, int]]) -> Row:
    oldest = max(watcher.oldest_after(moment, mark) for moment, mark in commits)
    note = f"{len(commits)} publications, {len(watcher.seen):,} answers looked at"
    if watcher.faults:
        note += f", {len(watcher.faults)} requests failed"
    budget = EDGE_BUDGET if name == "nginx" else APPLICATION_BUDGET
    return at_most(f"old text shown after publication, from {name}", round(oldest, 3), budget, unit="s", note=note)


def issue(mark: int) -> None:
    """Issue an edition of the bench's own policy that says `mark`."""
    page = PolicyPage.objects.filter(policy__slug=SLUG).first()
    page = page.get_latest_revision_as_object() if page else _make_page()
    page.clauses = stream_data([Clause(_KEY, 1, "標記", f"<p>bench-mark-{mark}</p>")])
    page.update_type, page.change_note = UpdateType.EDITORIAL, f"第 {mark} 次。"
    page.effective, page.based_on_edition = EffectiveRule.ON_ISSUE, ""
    issue_edition(revision=page.save_revision(), issued_at=dt.datetime.now(dt.UTC))


def read_mark(body: bytes) -> int:
    """Return the mark that a compressed page says."""
    found = re.search(rb"<p>bench-mark-(\d+)</p>", gzip.decompress(body))
    return int(found[1]) if found else -1


@contextmanager
def load(subject: Subject, *, seconds: int) -> Iterator[None]:
    """Keep a server under load meanwhile."""
    process = subprocess.Popen(command(subject, seconds=seconds), stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _make_page() -> PolicyPage:
    index = PolicyIndexPage.objects.get(locale__language_code=LANGUAGE)
    page = PolicyPage(title="量測用政策", slug=SLUG, locale=index.locale, live=False)
    index.add_child(instance=page)
    Policy.objects.filter(pk=page.policy_id).update(prevailing_locale=LANGUAGE)
    found: PolicyPage = PolicyPage.objects.get(pk=page.pk)
    return found
