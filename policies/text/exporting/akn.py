"""Akoma Ntoso 3.0 (OASIS LegalDocML): an edition as XML that law databases understand.

Identifiers follow the Akoma Ntoso naming convention 1.0: `eId` from the place of an element in this
edition, `GUID` and `wId` from the key of the clause, which is the same in every edition.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from lxml import etree

from policies.text.body import BREAK, Block, BlockKind, Run, parse_body
from policies.text.clauses import Clause, Document
from policies.text.exporting.metadata import Metadata
from policies.text.numbering import number_clauses

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
# What Akoma Ntoso has no place for: update type and digest of the edition, reasons of clauses.
OWN_NAMESPACE = "urn:avow:edition:1"

# The stubs of lxml do not know of a default namespace.
_PREFIXES: dict[str | None, str] = {None: NAMESPACE, "avow": OWN_NAMESPACE}

# ISO 639-2 for FRBRlanguage and addresses, BCP 47 for xml:lang.
_LANGUAGES = {"en": ("eng", "en"), "zh-hant": ("zho", "zh-Hant")}
# Hierarchical element and its abbreviation in identifiers, by depth.
_LEVELS = (
    ("section", "sec"),
    ("subsection", "subsec"),
    ("paragraph", "para"),
    ("subparagraph", "subpara"),
)
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MARKS = ("href", "strong", "em", "code")
_AGENCY = "#agency"
_BULLET = "\u2022"


def to_akn(document: Document, metadata: Metadata) -> bytes:
    """Return the document as an Akoma Ntoso `doc` in UTF-8.

    Raises:
        ValueError: if the language of the document is not one of ours.
    """
    if document.language not in _LANGUAGES:
        msg = f"Akoma Ntoso needs a code for the language {document.language!r}"
        raise ValueError(msg)
    root = etree.Element(_name("akomaNtoso"), nsmap=_PREFIXES)  # type: ignore[arg-type]
    doc = _add(root, "doc", name="policy")
    numbers = number_clauses(document.clauses, document.language)
    body = etree.Element(_name("mainBody"))
    ids = _write_clauses(body, document.clauses, numbers)
    _point_to_clauses(body, ids)
    _write_meta(_add(doc, "meta"), document, metadata, ids)
    preface = _add(doc, "preface")
    _add(_add(preface, "p", eId="preface__p_1"), "docTitle").text = document.title
    if document.summary:
        _add(preface, "p", eId="preface__p_2").text = document.summary
    doc.append(body)
    for part in (preface, body):
        part.set(_XML_LANG, _LANGUAGES[document.language][1])
    if not document.clauses:
        _add(body, "p", eId="p_1")
    etree.indent(doc[0])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def work_uri(metadata: Metadata) -> str:
    """Return the IRI of the policy, the same for all editions and languages."""
    first = metadata.first_issued_on or metadata.issued_at.date()
    return f"/akn/tw/doc/policy/{first.isoformat()}/{metadata.policy}"


def expression_uri(metadata: Metadata, language: str) -> str:
    """Return the IRI of the edition in one language."""
    return f"{work_uri(metadata)}/{_LANGUAGES[language][0]}@{metadata.issued_at.date().isoformat()}"


def _name(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _add(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, _name(tag), attributes)


def _write_meta(meta: etree._Element, document: Document, metadata: Metadata, ids: dict[str, str]) -> None:
    issued = metadata.issued_at.date()
    first = metadata.first_issued_on or issued
    work, expression = work_uri(metadata), expression_uri(metadata, document.language)
    identification = _add(meta, "identification", source=_AGENCY)

    level = _write_level(identification, "FRBRWork", work, (("issue", first),))
    _add(level, "FRBRcountry", value="tw")
    _add(level, "FRBRsubtype", value="policy")
    _add(level, "FRBRname", value=metadata.policy)

    dates = [("issue", issued)]
    applies_from = None if metadata.replaced_by else metadata.effective_from
    if applies_from is not None:
        dates.append(("effective", applies_from))
    level = _write_level(identification, "FRBRExpression", expression, dates, alias=metadata.url)
    _add(level, "FRBRversionNumber", value=metadata.number)
    _add(level, "FRBRlanguage", language=_LANGUAGES[document.language][0])

    level = _write_level(identification, "FRBRManifestation", expression, (("issue", issued),), extension=".xml")
    _add(level, "FRBRformat", value="application/akn+xml")

    _write_lifecycle(meta, metadata, is_first=issued == first)
    references = _add(meta, "references", source=_AGENCY)
    _add(
        references,
        "TLCOrganization",
        eId="agency",
        href="/akn/ontology/organization/tw/agency",
        showAs=metadata.agency or "Agency",
    )
    if applies_from is not None:
        _add(
            references,
            "TLCConcept",
            eId="inForce",
            href="/akn/ontology/concept/inForce",
            showAs="in force",
        )
    if metadata.change_note:
        note = _add(_add(meta, "notes", source=_AGENCY), "note", eId="note_1")
        _add(note, "p", eId="note_1__p_1").text = metadata.change_note
    _write_own(meta, document, metadata, ids)


def _write_level(
    identification: etree._Element,
    tag: str,
    uri: str,
    dates: Iterable[tuple[str, date]],
    *,
    alias: str = "",
    extension: str = "",
) -> etree._Element:
    """Add what every level of the FRBR model has."""
    level = _add(identification, tag)
    _add(level, "FRBRthis", value=f"{uri}/!main{extension}")
    _add(level, "FRBRuri", value=f"{uri}{extension}")
    if alias:
        _add(level, "FRBRalias", name="permalink", value=alias)
    for name, day in dates:
        _add(level, "FRBRdate", date=day.isoformat(), name=name)
    _add(level, "FRBRauthor", href=_AGENCY)
    return level


def _write_lifecycle(meta: etree._Element, metadata: Metadata, *, is_first: bool) -> None:
    kind = "generation" if is_first else "amendment"
    lifecycle = _add(meta, "lifecycle", source=_AGENCY)
    issued = metadata.issued_at.date().isoformat()
    _add(lifecycle, "eventRef", eId="event_1", date=issued, source=_AGENCY, type=kind)
    if metadata.effective_from is None or metadata.replaced_by:
        return
    _add(
        lifecycle,
        "eventRef",
        eId="event_2",
        date=metadata.effective_from.isoformat(),
        source=_AGENCY,
        type=kind,
        refersTo="#inForce",
    )
    group = _add(_add(meta, "temporalData", source=_AGENCY), "temporalGroup", eId="tmpg_1")
    _add(group, "timeInterval", start="#event_2", refersTo="#inForce")


def _write_own(meta: etree._Element, document: Document, metadata: Metadata, ids: dict[str, str]) -> None:
    own = _add(meta, "proprietary", source=_AGENCY)
    values = {"updateType": metadata.update_type, "digest": metadata.digest}
    for tag, value in values.items():
        if value:
            etree.SubElement(own, f"{{{OWN_NAMESPACE}}}{tag}").text = value
    for clause in document.clauses:
        if clause.reason:
            reason = etree.SubElement(own, f"{{{OWN_NAMESPACE}}}reason")
            reason.set("for", f"#{ids[clause.key]}")
            reason.text = clause.reason


def _write_clauses(body: etree._Element, clauses: Sequence[Clause], numbers: Sequence[str]) -> dict[str, str]:
    """Add the clauses, nested by depth, and return their eIds by key."""
    ids: dict[str, str] = {}
    counts: Counter[str] = Counter()
    above: list[tuple[int, etree._Element, str]] = []
    for clause, number in zip(clauses, numbers, strict=True):
        while above and above[-1][0] >= clause.depth:
            above.pop()
        parent, prefix = (above[-1][1], f"{above[-1][2]}__") if above else (body, "")
        tag, abbreviation = _LEVELS[clause.depth - 1]
        # Elements without a number are counted apart, marked "nn" for no number.
        stem = f"{prefix}{abbreviation}_" + ("" if clause.numbered else "nn_")
        counts[stem] += 1
        eid = f"{stem}{counts[stem]}"
        _open_parent(parent)
        element = _add(parent, tag, eId=eid, wId=f"c-{clause.key}", GUID=clause.key)
        if number:
            _add(element, "num", eId=f"{eid}__num_1").text = number
        if clause.heading:
            _add(element, "heading", eId=f"{eid}__heading_1").text = clause.heading
        blocks = parse_body(clause.body)
        if blocks:
            _write_blocks(_add(element, "content", eId=f"{eid}__content_1"), blocks, eid)
        ids[clause.key] = eid
        above.append((clause.depth, element, eid))
    return ids


def _open_parent(parent: etree._Element) -> None:
    """Let a clause hold others: its own text becomes their introduction."""
    for content in parent.iterchildren(_name("content")):
        content.tag = _name("intro")
        content.set("eId", content.get("eId", "").replace("__content_1", "__intro_1"))


@dataclass(slots=True)
class _OpenList:
    """A `blockList` being written."""

    kind: BlockKind
    element: etree._Element
    eid: str
    item: etree._Element
    items: int = 0

    @property
    def item_eid(self) -> str:
        return f"{self.eid}__item_{self.items}"


def _write_blocks(parent: etree._Element, blocks: Sequence[Block], prefix: str) -> None:
    counts: Counter[str] = Counter()
    lists: list[_OpenList] = []
    for block in blocks:
        if block.kind is BlockKind.PARAGRAPH:
            lists = []
            counts["p"] += 1
            _write_runs(_add(parent, "p", eId=f"{prefix}__p_{counts['p']}"), block.runs, _MARKS)
            continue
        del lists[block.level :]
        if len(lists) < block.level or lists[-1].kind is not block.kind:
            del lists[block.level - 1 :]
            place, stem = (lists[-1].item, lists[-1].item_eid) if lists else (parent, prefix)
            counts[stem] += 1
            eid = f"{stem}__list_{counts[stem]}"
            element = _add(place, "blockList", eId=eid)
            lists.append(_OpenList(block.kind, element, eid, element))
        _write_item(lists[-1], block)


def _write_item(found: _OpenList, block: Block) -> None:
    found.items += 1
    found.item = _add(found.element, "item", eId=found.item_eid)
    number = f"{found.items}." if found.kind is BlockKind.ORDERED else _BULLET
    _add(found.item, "num", eId=f"{found.item_eid}__num_1").text = number
    _write_runs(_add(found.item, "p", eId=f"{found.item_eid}__p_1"), block.runs, _MARKS)


def _write_runs(parent: etree._Element, runs: Iterable[Run], marks: Sequence[str]) -> None:
    """Add runs with their marks as nested elements, the first of the marks outermost."""
    if not marks:
        for run in runs:
            if run.text == BREAK:
                _add(parent, "br")
            else:
                _add_text(parent, run.text)
        return
    for value, group in groupby(runs, lambda run: getattr(run, marks[0])):
        element = _add_mark(parent, marks[0], value) if value else parent
        _write_runs(element, group, marks[1:])


def _add_mark(parent: etree._Element, mark: str, value: object) -> etree._Element:
    if mark == "href":
        return _add(parent, "a", href=str(value))
    if mark == "code":
        return _add(parent, "inline", name="code")
    return _add(parent, "b" if mark == "strong" else "i")


def _add_text(parent: etree._Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _point_to_clauses(body: etree._Element, ids: dict[str, str]) -> None:
    """Turn links to clauses of this text into links to their elements here."""
    for link in body.iter(_name("a")):
        key = link.get("href", "").removeprefix("#c-")
        if key in ids:
            link.set("href", f"#{ids[key]}")
