"""The structure that Akoma Ntoso 3.0 asks of our files, as far as our files use it.

Content models and required attributes are those of the OASIS schema `akomantoso30.xsd`; identifiers
are those of the naming convention. Where the schema itself is at hand, the tests use it as well.
"""

import re

from lxml import etree

NAMESPACE = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
HIERARCHY = "section subsection paragraph subparagraph"
INLINE = "b i a inline br docTitle"
BLOCKS = "p blockList"
CORE = r"FRBRthis (FRBRuri )+(FRBRalias )*(FRBRdate )+(FRBRauthor )+"


def any_of(names: str) -> str:
    return f"({'|'.join(f'{name} ' for name in names.split())})"


HIERARCHICAL = rf"(num |heading )*((intro )?{any_of(HIERARCHY)}*|content )"  # as `hierarchy` in the schema
# Element: its children in order as an expression over names, and the attributes it must have.
MODELS: dict[str, tuple[str, str]] = {
    "akomaNtoso": ("doc ", ""),
    "doc": ("meta (preface )?mainBody ", "name"),
    "meta": (
        "identification (lifecycle )*(temporalData )*(references )*(notes )*(proprietary )*",
        "",
    ),
    "identification": ("FRBRWork FRBRExpression FRBRManifestation ", "source"),
    "FRBRWork": (CORE + r"FRBRcountry (FRBRsubtype )?(FRBRnumber )*(FRBRname )*", ""),
    "FRBRExpression": (CORE + r"(FRBRversionNumber )?(FRBRlanguage )+", ""),
    "FRBRManifestation": (CORE + r"(FRBRformat )?", ""),
    **dict.fromkeys(("FRBRthis", "FRBRuri", "FRBRcountry", "FRBRsubtype", "FRBRname"), ("", "value")),
    **dict.fromkeys(("FRBRversionNumber", "FRBRformat"), ("", "value")),
    "FRBRalias": ("", "name value"),
    "FRBRdate": ("", "date name"),
    "FRBRauthor": ("", "href"),
    "FRBRlanguage": ("", "language"),
    "lifecycle": ("(eventRef )+", "source"),
    "eventRef": ("", "eId date source type"),
    "temporalData": ("(temporalGroup )+", "source"),
    "temporalGroup": ("(timeInterval )+", "eId"),
    "timeInterval": ("", "start refersTo"),
    "references": ("((TLCOrganization|TLCConcept) )+", "source"),
    "TLCOrganization": ("", "eId href showAs"),
    "TLCConcept": ("", "eId href showAs"),
    "notes": ("(note )+", "source"),
    "note": ("(p )+", "eId"),
    "preface": ("(p )+", ""),
    "mainBody": (f"{any_of(HIERARCHY + ' ' + BLOCKS)}+", ""),
    **dict.fromkeys(HIERARCHY.split(), (HIERARCHICAL, "eId wId GUID")),
    "content": (f"{any_of(BLOCKS)}+", "eId"),
    "intro": (f"{any_of(BLOCKS)}+", "eId"),
    "blockList": ("(item )+", "eId"),
    "item": (rf"(num )*{any_of(BLOCKS)}+", "eId"),
    **dict.fromkeys(("p", "num", "heading"), (f"{any_of(INLINE)}*", "eId")),
    **dict.fromkeys(("b", "i", "docTitle"), (f"{any_of(INLINE)}*", "")),
    "a": (f"{any_of(INLINE)}*", "href"),
    "inline": (f"{any_of(INLINE)}*", "name"),
    "br": ("", ""),
}
MIXED = {"p", "num", "heading", "b", "i", "a", "inline", "docTitle"}
EVENT_TYPES = {"generation", "amendment", "repeal"}
ABBREVIATIONS = {
    "section": "sec", "subsection": "subsec", "paragraph": "para", "subparagraph": "subpara",
    "blockList": "list", "temporalGroup": "tmpg", "eventRef": "event",
}  # fmt: skip
EID = re.compile(r"[a-zA-Z]+(_nn)?_[1-9]\d*|[a-zA-Z]+")


def find_faults(source: bytes) -> list[str]:
    """Return what is wrong with an Akoma Ntoso file of ours; an empty list if nothing is."""
    root = etree.fromstring(source)
    faults: list[str] = []
    if root.tag != f"{NAMESPACE}akomaNtoso":
        return [f"the root is {root.tag}"]
    for element in root.iter(f"{NAMESPACE}*"):
        if element.tag != f"{NAMESPACE}proprietary":
            faults += _check_element(element)
    faults += _check_identifiers(root)
    return faults


def _local(element: etree._Element) -> str:
    return str(element.tag).removeprefix(NAMESPACE)


def _check_element(element: etree._Element) -> list[str]:
    name = _local(element)
    if name not in MODELS:
        return [f"{name} is not known"]
    model, required = MODELS[name]
    faults = [f"{name} lacks {wanted}" for wanted in required.split() if not element.get(wanted)]
    children = "".join(f"{_local(child)} " for child in element)
    if not re.fullmatch(model, children):
        faults.append(f"{name} may not hold: {children}")
    texts = [element.text or "", *(child.tail or "" for child in element)]
    if name not in MIXED and any(text.strip() for text in texts):
        faults.append(f"{name} may not hold text")
    if name == "eventRef" and element.get("type") not in EVENT_TYPES:
        faults.append(f"eventRef of type {element.get('type')}")
    if name == "FRBRlanguage" and not re.fullmatch("[a-z]{3}", element.get("language") or ""):
        faults.append(f"FRBRlanguage {element.get('language')}")
    if name in ("FRBRdate", "eventRef") and not re.fullmatch(r"\d{4}-\d\d-\d\d", element.get("date") or ""):
        faults.append(f"{name} of date {element.get('date')}")
    return faults


def _check_identifiers(root: etree._Element) -> list[str]:
    faults: list[str] = []
    seen: dict[str, set[str]] = {"eId": set(), "wId": set(), "GUID": set()}
    for element in root.iter(f"{NAMESPACE}*"):
        for attribute, values in seen.items():
            value = element.get(attribute)
            if value is None:
                continue
            if value in values:
                faults.append(f"{attribute} {value} occurs twice")
            values.add(value)
        faults += _check_eid(element)
    for attribute in ("source", "refersTo", "start"):
        for element in root.iter(f"{NAMESPACE}*"):
            value = element.get(attribute)
            if value is not None and value.removeprefix("#") not in seen["eId"]:
                faults.append(f"{attribute} {value} leads nowhere")
    return faults


def _check_eid(element: etree._Element) -> list[str]:
    eid = element.get("eId")
    if eid is None:
        return []
    name = _local(element)
    last = eid.split("__")[-1]
    faults = []
    if not all(EID.fullmatch(part) for part in eid.split("__")):
        faults.append(f"eId {eid} breaks the naming convention")
    if name not in ("TLCOrganization", "TLCConcept"):
        if not last.startswith(ABBREVIATIONS.get(name, name) + "_"):
            faults.append(f"eId {eid} is not that of a {name}")
        holder = next(
            (
                outer
                for outer in element.iterancestors()
                if outer.get("eId") and _local(outer) not in ("content", "intro")
            ),
            None,
        )
        if holder is not None and not eid.startswith(f"{holder.get('eId')}__"):
            faults.append(f"eId {eid} is not within {holder.get('eId')}")
    return faults
