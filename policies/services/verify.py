"""Walking the hash chain: is the record as it was when it became public?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _
from lxml import html as lxml_html

from policies.models import Edition, EditionText, EffectiveDate, NoteCorrection, TextOutline
from policies.outlines import make_outline, makers_digest
from policies.payloads import (
    clauses_from_data,
    edition_payload,
    effective_date_payload,
    note_payload,
    text_payload,
)
from policies.services.faults import Fault
from policies.services.ledger import link_digest, payload_digest
from policies.services.verify_order import verify_order
from policies.text.digest import clause_digest
from policies.text.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policies.models import LedgerEntry, Policy

_BATCH = 200


def verify_policy(policy: Policy) -> Iterator[Fault]:
    """Yield the faults of a policy's record: of the chain, of the rows, and of the order of numbers and dates.

    Each in chain order.

    Nothing is yielded when all is as it was issued. Reads everything and changes nothing; memory is bounded by a batch
    of entries. After a broken link the walk goes on from the digest that is stored, so that one change is reported once.
    """
    yield from _verify_links(policy)
    entries = policy.ledger.select_related("edition", "text__edition", "note__text__edition", "effective_date__edition")
    for entry in entries.order_by("position").iterator(chunk_size=_BATCH):
        yield from _verify_row(policy, entry)
    yield from _verify_nothing_outside(policy)
    yield from verify_order(policy)


def _verify_links(policy: Policy) -> Iterator[Fault]:
    previous, position = "", 0
    for entry in policy.ledger.order_by("position").iterator(chunk_size=_BATCH):
        position += 1
        name = f"{policy.slug} ledger #{entry.position}"
        if entry.position != position:
            yield Fault(f"{policy.slug} ledger #{position}", _("The entry is missing."))
        elif entry.previous_digest != previous:
            yield Fault(name, _("The entry does not follow from the one before it."))
        digest = link_digest(
            kind=entry.kind, position=entry.position, payload=entry.payload_digest, previous=entry.previous_digest
        )
        if digest != entry.digest:
            yield Fault(name, _("The entry’s own digest is wrong."))
        previous, position = entry.digest, entry.position


def _verify_row(policy: Policy, entry: LedgerEntry) -> Iterator[Fault]:
    row = entry.edition or entry.text or entry.note or entry.effective_date
    name = f"{policy.slug} ledger #{entry.position}"
    if isinstance(row, Edition):
        row.policy = policy
        texts = list(row.texts.filter(ledgerentry=None, issued_at=row.issued_at).order_by("locale"))
        name = f"{policy.slug} {row.number}"
        for text in texts:
            text.edition = row
            yield from _verify_text(policy, text)
        if row.digest != entry.digest:
            yield Fault(name, _("The digest that readers were shown is not the one in the chain."))
        payload = edition_payload(row, texts)
    elif isinstance(row, EditionText):
        row.edition.policy = policy
        name = _text_name(policy, row)
        yield from _verify_text(policy, row)
        payload = text_payload(row)
    elif isinstance(row, NoteCorrection):
        name = f"{policy.slug} {row.text.edition.number} {row.text.locale} note {row.sequence}"
        payload = note_payload(row)
    elif isinstance(row, EffectiveDate):
        name = f"{policy.slug} {row.edition.number} effective date"
        payload = effective_date_payload(row)
    else:
        yield Fault(name, _("The row that the entry stands for is gone."))
        return
    if payload_digest(payload) != entry.payload_digest:
        yield Fault(name, _("The row is not as it was when it became public."))


def _verify_text(policy: Policy, text: EditionText) -> Iterator[Fault]:
    name = _text_name(policy, text)
    if payload_digest(text_payload(text)) != text.digest:
        yield Fault(name, _("The text is not as it was when it became public."))
    clauses = clauses_from_data(text.clauses)
    if _sections(text.html) != [(f"c-{clause.key}", _squeeze(clause.heading, clause.body)) for clause in clauses]:
        yield Fault(name, _("The HTML that readers are served does not derive from the clauses."))
    rows = text.clause_rows.order_by("position").values_list("key", "depth", "heading", "html", "digest")
    expected = [(c.key, c.depth, c.heading, c.body, clause_digest(c)) for c in clauses]
    if [(str(key), *rest) for key, *rest in rows] != expected:
        yield Fault(name, _("The clause rows do not match the text."))
    kept = TextOutline.objects.filter(text=text, made_by=makers_digest()).first()
    if kept is not None:
        made = make_outline(text)
        if (kept.contents, kept.changed) != (made.contents, made.changed):
            yield Fault(name, _("The lists of clauses that readers are served do not derive from the text."))


def _sections(html: str) -> list[tuple[str, str]]:
    """Return the anchor and the words of every clause in served HTML, whatever the markup around them was then."""
    if not html.strip():
        return []
    found = []
    for section in lxml_html.fragment_fromstring(html, create_parent="div").iter("section"):
        own = [child for child in section if child.tag != "section"]
        heading = "".join(_words(child) for child in own if "clause__heading" in child.get("class", ""))
        body = "".join(
            lxml_html.tostring(child, encoding="unicode", with_tail=False)
            for child in own
            if "clause__body" in child.get("class", "")
        )
        found.append((section.get("id", ""), _squeeze(heading, body)))
    return found


def _words(heading: lxml_html.HtmlElement) -> str:
    for number in heading.find_class("clause__number"):
        number.drop_tree()
    return str(heading.text_content())


def _squeeze(heading: str, body: str) -> str:
    return "".join(f"{heading}\n{plain_text(body)}".split())


def _text_name(policy: Policy, text: EditionText) -> str:
    return f"{policy.slug} {text.edition.number} {text.locale} #{text.sequence}"


def _verify_nothing_outside(policy: Policy) -> Iterator[Fault]:
    """Rows of the record that no entry of the chain speaks of were slipped in."""
    for edition in Edition.objects.filter(policy=policy, ledgerentry=None).order_by("pk"):
        yield Fault(f"{policy.slug} {edition.number}", _("The edition is in no entry of the chain."))
    late = EditionText.objects.filter(edition__policy=policy, ledgerentry=None).select_related("edition")
    for text in late.exclude(issued_at=F("edition__issued_at")).order_by("pk"):
        yield Fault(_text_name(policy, text), _("The text is in no entry of the chain."))
