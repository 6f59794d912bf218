"""Markdown that people can read and programs can read back without loss.

The file begins with a front matter of `name: JSON value` lines, then title and summary for human
readers. Each clause begins with a comment line that holds what Markdown cannot say,

    <!-- clause key="0b6c…" depth="2" -->

followed by its heading with its number, and its body in CommonMark. What would not survive the way
through CommonMark is repeated exactly in the comment, as `heading="…"` or `html="…"`, and that is
what is read back.
"""

import html
import json
import re
from dataclasses import asdict

from policies.text.clauses import Clause, Document
from policies.text.exporting.commonmark import (
    body_to_markdown,
    heading_to_markdown,
    line_to_markdown,
    markdown_to_body,
    markdown_to_line,
)
from policies.text.exporting.metadata import Metadata, metadata_from_data, metadata_to_data
from policies.text.exporting.plain_file import join_number
from policies.text.numbering import number_clauses

FORMAT = "avow-policy/1"
_FENCE = "---"
_CLAUSE = re.compile(r"^<!-- clause ([^\n]*) -->$", re.MULTILINE)
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_DOCUMENT_FIELDS = ("language", "title", "summary")


def to_markdown(document: Document, metadata: Metadata | None = None) -> str:
    """Return the document as Markdown; `from_markdown` gives back every clause exactly."""
    front: dict[str, object] = {"format": FORMAT}
    front |= {name: getattr(document, name) for name in _DOCUMENT_FIELDS}
    if metadata is not None:
        front |= metadata_to_data(metadata)
    lines = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in front.items()]
    parts = ["\n".join([_FENCE, *lines, _FENCE])]
    if document.title:
        parts.append(f"# {heading_to_markdown(document.title)}")
    if document.summary:
        parts.append(line_to_markdown(document.summary))
    numbers = number_clauses(document.clauses, document.language)
    for clause, number in zip(document.clauses, numbers, strict=True):
        parts += _write_clause(clause, number)
    return "\n\n".join(parts) + "\n"


def from_markdown(source: str) -> Document:
    """Read the document from what `to_markdown` wrote.

    A heading or body may have been edited by hand if the comment above does not hold it too. Title
    and summary are read from the front matter.

    Raises:
        ValueError: if the source has another form.
    """
    source = source.replace("\r\n", "\n")
    front = _read_front(source)
    chunks = _CLAUSE.split(source)[1:]
    attributes = [_read_attributes(chunk) for chunk in chunks[::2]]
    try:
        outline = [
            Clause(
                key=values["key"],
                depth=int(values["depth"]),
                numbered=values.get("numbered") != "false",
                reason=values.get("reason", ""),
            )
            for values in attributes
        ]
        language, title, summary = (str(front[name]) for name in _DOCUMENT_FIELDS)
    except KeyError as error:
        msg = f"Not a policy in Markdown: {error} is missing"
        raise ValueError(msg) from error
    numbers = number_clauses(outline, language)
    clauses = tuple(
        _read_clause(clause, number, values, chunk)
        for clause, number, values, chunk in zip(outline, numbers, attributes, chunks[1::2], strict=True)
    )
    return Document(language, title, summary, clauses)


def metadata_from_markdown(source: str) -> Metadata | None:
    """Read the metadata from what `to_markdown` wrote, None if there is none."""
    front = _read_front(source.replace("\r\n", "\n"))
    if "policy" not in front:
        return None
    return metadata_from_data({name: value for name, value in front.items() if name != "summary"})


def _write_clause(clause: Clause, number: str) -> list[str]:
    attributes = {"key": clause.key, "depth": str(clause.depth)}
    if not clause.numbered:
        attributes["numbered"] = "false"
    if clause.reason:
        attributes["reason"] = clause.reason
    heading = heading_to_markdown(join_number(number, clause.heading))
    if _without_number(markdown_to_line(heading), number) != clause.heading:
        attributes["heading"] = clause.heading
    body = body_to_markdown(clause.body)
    if markdown_to_body(body) != clause.body:
        attributes["html"] = clause.body
    values = " ".join(f'{name}="{_escape(value)}"' for name, value in attributes.items())
    parts = [f"<!-- clause {values} -->"]
    if heading:
        parts.append(f"{'#' * (clause.depth + 1)} {heading}")
    if body:
        parts.append(body)
    return parts


def _read_clause(clause: Clause, number: str, attributes: dict[str, str], source: str) -> Clause:
    heading = ""
    body = source.strip("\n")
    mark = "#" * (clause.depth + 1) + " "
    if body.startswith(mark):
        first, _, body = body.partition("\n")
        heading = _without_number(markdown_to_line(first.removeprefix(mark)), number)
    values = asdict(clause) | {
        "heading": attributes.get("heading", heading),
        "body": attributes["html"] if "html" in attributes else markdown_to_body(body),
    }
    return Clause(**values)


def _without_number(heading: str, number: str) -> str:
    return heading.removeprefix(number).removeprefix(" " if number.isascii() and number else "")


def _escape(value: str) -> str:
    """Return a value fit for an attribute inside a comment on one line."""
    escaped = html.escape(value).replace("\n", "&#10;").replace("\r", "&#13;")
    # Two hyphens must not occur within a comment.
    return escaped.replace("--", "-&#45;")


def _read_attributes(source: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(source)}


def _read_front(source: str) -> dict[str, str | None]:
    begin, *lines = source.split("\n")
    if begin != _FENCE or _FENCE not in lines:
        msg = "Not a policy in Markdown: there is no front matter"
        raise ValueError(msg)
    front: dict[str, str | None] = {}
    for line in lines[: lines.index(_FENCE)]:
        name, _, value = line.partition(": ")
        front[name] = json.loads(value)
    if front.get("format") != FORMAT:
        msg = f"Not a policy in Markdown of the format {FORMAT}"
        raise ValueError(msg)
    return front
