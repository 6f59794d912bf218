"""Write spans as HTML: `ins` and `del` inside paragraphs and list items, with words beside them."""

import html
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from policies.text.compare.changes import Op, Span
from policies.text.compare.labels import Labels
from policies.text.compare.layout import DisplayBlock, View, lay_out, place_in
from policies.text.compare.pieces import LINE_BREAK, Element, Piece, read_pieces
from policies.text.sanitize import safe_href

_MARKS = ("strong", "em", "code")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def mark_line(spans: Sequence[Span], view: View, labels: Labels) -> str:
    """Return the spans of a line of plain text as inline HTML."""
    return "".join(mark(span.op, html.escape(span.text, quote=False), labels) for span in spans if view.shows(span.op))


def mark_body(spans: Sequence[Span], view: View, labels: Labels) -> str:
    """Return the spans of a body as HTML blocks; always well formed, whatever the spans."""
    out: list[str] = []
    open_elements: list[Element] = []
    for block in lay_out(read_pieces(spans), view):
        shared = 0
        for one, other in zip(open_elements, block.path, strict=False):
            if one != other:
                break
            shared += 1
        out.extend(f"</{name}>" for name, _ in reversed(open_elements[shared:]))
        out.extend(f"<{name}>" for name, _ in block.path[shared:])
        open_elements = list(block.path)
        out.append(_write_block(block, view, labels))
    out.extend(f"</{name}>" for name, _ in reversed(open_elements))
    return "".join(out)


def mark(op: Op, inner: str, labels: Labels) -> str:
    """Return inline HTML marked as added or removed, in words too; equal text as it is."""
    if op is Op.EQUAL:
        return inner
    element, words = ("ins", labels.added) if op is Op.INSERT else ("del", labels.removed)
    return f"<{element}>{_hidden(words + ' ')}{inner}{_hidden(' ' + labels.end)}</{element}>"


def note(words: str) -> str:
    """Return a remark of ours within the text, told apart from it by its class."""
    return f'<span class="change__note">{html.escape(words, quote=False)}</span>'


def fill(template: str, **values: str) -> str:
    """Return a label with its placeholders filled, in one pass: a value may hold braces."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), template)


def _hidden(words: str) -> str:
    return f'<span class="visually-hidden">{html.escape(words, quote=False)}</span>'


def _write_block(block: DisplayBlock, view: View, labels: Labels) -> str:
    runs = [(key, list(group)) for key, group in groupby(block.pieces, _run_key)]
    # A link that an edit cut into several runs is remarked on once, after the last of them.
    last_with = {key: index for index, (key, _) in enumerate(runs)}
    out: list[str] = []
    for index, (key, pieces) in enumerate(runs):
        op, old_href, new_href = key
        out.append(mark(op, _write_marks(pieces, view, labels), labels))
        if old_href != new_href and last_with[key] == index:
            out.append(_link_note(old_href, new_href, view, labels))
    if block.reformatted:
        out.append(" " + note(labels.formatting))
    return "".join(out)


def _run_key(piece: Piece) -> tuple[Op, str, str]:
    if piece.old is None or piece.new is None:
        return piece.op, "", ""
    return piece.op, piece.old.href, piece.new.href


def _write_marks(pieces: Iterable[Piece], view: View, labels: Labels) -> str:
    """Nest links, then strong, em and code, around the pieces that have them."""
    out: list[str] = []
    for href, group in groupby(pieces, lambda piece: place_in(piece, view).href):
        linked = list(group)
        inner = _write_level(linked, view, labels, _MARKS)
        # A link around nothing but space has no name to be read out.
        address = html.escape(safe_href(href)) if any(piece.text.strip() for piece in linked) else ""
        out.append(f'<a href="{address}">{inner}</a>' if address else inner)
    return "".join(out)


def _write_level(pieces: Iterable[Piece], view: View, labels: Labels, names: tuple[str, ...]) -> str:
    if not names:
        return "".join(_write_text(piece, labels) for piece in pieces)
    name, *inner_names = names
    out: list[str] = []
    for has_mark, group in groupby(pieces, lambda piece: name in place_in(piece, view).marks):
        inner = _write_level(group, view, labels, tuple(inner_names))
        out.append(f"<{name}>{inner}</{name}>" if has_mark else inner)
    return "".join(out)


def _write_text(piece: Piece, labels: Labels) -> str:
    if piece.text != LINE_BREAK:
        return html.escape(piece.text, quote=False)
    # A sign stands for a break that came or went; a deleted one no longer breaks the line.
    sign = "" if piece.op is Op.EQUAL else html.escape(labels.line_break, quote=False)
    return sign if piece.op is Op.DELETE else f"{sign}<br>"


def _link_note(old: str, new: str, view: View, labels: Labels) -> str:
    if view is View.INLINE:
        template = labels.link_changed if old and new else labels.link_added if new else labels.link_removed
        return " " + note(fill(template, old=old, new=new))
    address = old if view is View.OLD else new
    if not address:
        return ""
    op = Op.DELETE if view is View.OLD else Op.INSERT
    return " " + mark(op, note(fill(labels.link_address, address=address)), labels)
