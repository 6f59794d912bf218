"""Canonical JSON: the complete text of an edition, for programs."""

import json
from dataclasses import asdict
from typing import Any

from policies.text.clauses import Clause, Document
from policies.text.digest import canonical_json
from policies.text.exporting.metadata import Metadata, metadata_from_data, metadata_to_data

FORMAT = "avow-policy/1"


def to_json(document: Document, metadata: Metadata | None = None) -> bytes:
    """Return the document as canonical JSON: the same text always gives the same bytes."""
    data = {"format": FORMAT, "document": asdict(document)}
    if metadata is not None:
        data["metadata"] = metadata_to_data(metadata)
    return canonical_json(data)


def from_json(source: bytes | str) -> Document:
    """Read the document from what `to_json` wrote.

    Raises:
        ValueError: if the source is anything else.
    """
    try:
        data = _read(source)["document"]
        clauses = tuple(Clause(**clause) for clause in data["clauses"])
        return Document(**{**data, "clauses": clauses})
    except (KeyError, TypeError) as error:
        msg = f"Not a policy in the format {FORMAT}: {error}"
        raise ValueError(msg) from error


def metadata_from_json(source: bytes | str) -> Metadata | None:
    """Read the metadata from what `to_json` wrote, None if there is none."""
    data = _read(source).get("metadata")
    return None if data is None else metadata_from_data(data)


def _read(source: bytes | str) -> dict[str, Any]:
    data = json.loads(source)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        msg = f"Not a policy in the format {FORMAT}"
        raise ValueError(msg)
    return data
