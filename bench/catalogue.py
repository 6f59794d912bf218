"""A policy with a very long history, made at once but of true rows with a true chain."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import connection, transaction
from wagtail.models import Locale

from core.dates import TAIPEI
from policies.choices import EditionKind, LedgerKind, UpdateType
from policies.models import Edition, EditionClause, EditionText, LedgerEntry, Policy, PolicyIndexPage, PolicyPage
from policies.payloads import clauses_from_data, clauses_to_data, edition_payload, text_payload
from policies.services.ledger import link_digest, payload_digest
from policies.services.texts import role_of
from policies.services.verify import Fault, _verify_links, _verify_row
from policies.text.clauses import Clause, Document
from policies.text.digest import clause_digest
from policies.text.numbering import number_clauses
from policies.text.plain import plain_text
from policies.text.rendering import render_html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SLUG = "bench-history"
LANGUAGES = ("zh-hant", "en")
#: Every tenth edition is substantive, so numbers run 1.0 … 1.9, 2.0 …
MINORS = 10
_BATCH = 1_000
_FIRST_DAY = dt.date(1990, 1, 1)
_SEED = uuid.UUID("3f0c2c44-8c2a-4f4e-9d53-6f8f2d6f1a11")


@dataclass
class Batch:
    """Rows to be inserted together."""

    editions: list[Edition] = field(default_factory=list)
    texts: list[EditionText] = field(default_factory=list)
    clauses: list[EditionClause] = field(default_factory=list)
    entries: list[LedgerEntry] = field(default_factory=list)

    def save(self) -> None:
        Edition.objects.bulk_create(self.editions)
        EditionText.objects.bulk_create(self.texts)
        EditionClause.objects.bulk_create(self.clauses)
        LedgerEntry.objects.bulk_create(self.entries)


def find_or_make(editions: int) -> Policy:
    """Return the policy, with as many editions as asked for; make it when it is not there."""
    found = Policy.objects.filter(slug=SLUG).first()
    if found is not None and found.editions.count() == editions:
        return found
    policy = found or _make_policy()
    with transaction.atomic():
        _write(policy, editions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return policy


def number_at(position: int) -> str:
    """Return the number of the edition at a position, the oldest being 0."""
    return f"{position // MINORS + 1}.{position % MINORS}"


def verify(policy: Policy, *, every: int) -> Iterator[Fault]:
    """Walk the whole chain, and the rows of every so many entries of it."""
    yield from _verify_links(policy)
    entries = policy.ledger.select_related("edition", "text", "note", "effective_date").order_by("position")
    for entry in entries.filter(position__in=range(1, policy.ledger.count() + 1, every)):
        yield from _verify_row(policy, entry)


def _write(policy: Policy, count: int) -> None:
    edition_ids = _reserve(Edition, count)
    text_ids = iter(_reserve(EditionText, count * len(LANGUAGES)))
    previous_digest, batch = "", Batch()
    for position, pk in enumerate(edition_ids):
        previous = _numbered(position - 1, edition_ids[position - 1]) if position else None
        edition = _edition(policy, position, pk, previous)
        texts = [_text(edition, language, position, next(text_ids)) for language in LANGUAGES]
        payload = payload_digest(edition_payload(edition, texts))
        edition.digest = link_digest(
            kind=LedgerKind.EDITION, position=position + 1, payload=payload, previous=previous_digest
        )
        batch.editions.append(edition)
        batch.texts += texts
        batch.clauses += [clause for text in texts for clause in _clause_rows(text)]
        batch.entries.append(
            LedgerEntry(
                policy=policy,
                position=position + 1,
                kind=LedgerKind.EDITION,
                edition=edition,
                payload_digest=payload,
                previous_digest=previous_digest,
                digest=edition.digest,
            )
        )
        previous_digest = edition.digest
        if len(batch.editions) == _BATCH:
            batch.save()
            batch = Batch()
    batch.save()


def _numbered(position: int, pk: int) -> Edition:
    return Edition(pk=pk, major=position // MINORS + 1, minor=position % MINORS)


def _edition(policy: Policy, position: int, pk: int, previous: Edition | None) -> Edition:
    day = _FIRST_DAY + dt.timedelta(days=position)
    return Edition(
        pk=pk,
        policy=policy,
        major=position // MINORS + 1,
        minor=position % MINORS,
        kind=EditionKind.ISSUE,
        update_type=UpdateType.EDITORIAL if position % MINORS else UpdateType.SUBSTANTIVE,
        effective_from=day,
        issued_at=dt.datetime.combine(day, dt.time(9), TAIPEI),
        issued_by_name="林書瑜",
        language_regime=policy.language_regime,
        prevailing_locale=LANGUAGES[0],
        hosts=[],
        previous=previous,
    )


def _text(edition: Edition, language: str, position: int, pk: int) -> EditionText:
    body = f"<p>保存 {position + 1} 日。</p>" if language == "zh-hant" else f"<p>Kept for {position + 1} days.</p>"
    clauses = tuple(Clause(str(uuid.uuid5(_SEED, str(n))), 1, f"§ {n}", body) for n in range(2))
    title = "長沿革之政策" if language == "zh-hant" else "Policy with a long history"
    text = EditionText(
        pk=pk,
        edition=edition,
        locale=language,
        role=role_of(edition, language),
        title=title,
        change_note=f"第 {position + 1} 次修正。" if language == "zh-hant" else f"Revision {position + 1}.",
        clauses=clauses_to_data(clauses),
        html=render_html(Document(language, title, "", clauses)),
        issued_at=edition.issued_at,
        issued_by_name=edition.issued_by_name,
    )
    text.digest = payload_digest(text_payload(text))
    return text


def _clause_rows(text: EditionText) -> Iterable[EditionClause]:
    clauses = clauses_from_data(text.clauses)
    numbers = number_clauses(clauses, text.locale)
    for position, (clause, number) in enumerate(zip(clauses, numbers, strict=True), start=1):
        yield EditionClause(
            text=text,
            key=clause.key,
            position=position,
            depth=clause.depth,
            number=number,
            heading=clause.heading,
            html=clause.body,
            plain=plain_text(clause.body),
            digest=clause_digest(clause),
        )


def _reserve(model: type[Edition | EditionText], count: int) -> list[int]:
    """Take keys from the table's own sequence, so that rows can name each other before they are inserted."""
    table = model._meta.db_table  # noqa: SLF001 -- Django's documented API
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [pk for (pk,) in cursor.fetchall()]


def _make_policy() -> Policy:
    index = PolicyIndexPage.objects.get(locale=Locale.objects.get(language_code=LANGUAGES[0]))
    page = PolicyPage(title="長沿革之政策", slug=SLUG, locale=index.locale, live=False)
    index.add_child(instance=page)
    Policy.objects.filter(pk=page.policy_id).update(prevailing_locale=LANGUAGES[0])
    return Policy.objects.get(pk=page.policy_id)
