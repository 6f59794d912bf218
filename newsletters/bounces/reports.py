"""Read reports about a message: RFC 3464 and RFC 6533 (could not be delivered), RFC 5965 (complaints).

Plain Python: what a report is about, and what follows from it, is for others to say. Nothing in it is believed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

from newsletters.bounces import mime
from newsletters.bounces.mime import all_fields, field

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from newsletters.bounces.mime import Part

LONGEST_DIAGNOSTIC = 500
_MOST_ADDRESSES = 20
_TEXT_LOOKED_AT = 16 * 1024
_STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
#: What came back of our message: all of it, or its header.
_RETURNED_PARTS = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
#: Where servers write for whom a message was when it came in; the last three are what the report's author wrote.
_ENVELOPE_FIELDS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Delivered-To", "To")
_REPLY_PRECEDENCE = frozenset({"bulk", "list", "junk", "auto_reply"})
#: The null return path, as it is and as Postfix's pipe writes it unless told otherwise.
_NULL_PATHS = frozenset({"<>", "<MAILER-DAEMON>"})
_REPLY_MARKS = ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress", "List-Id")
_NO_WORD = r"\s<>@,;:\"()\[\]"
# It begins at the beginning of a word only, so that a long line takes no more than one look at each letter.
_ADDRESS = re.compile(rf"(?<![^{_NO_WORD}])[^{_NO_WORD}]{{1,200}}@[^{_NO_WORD}]{{1,255}}")
_LINK = re.compile(r"https?://[^\s<>,\"]{1,500}")
_ENHANCED = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])[245]\d\d(?=[\s-])")


class Form(Enum):
    """What kind of message came in."""

    FAILURE = auto()
    """A report that our message was given up on."""
    NOTICE = auto()
    """A report that changes nothing: a delay, a success, a part of several recipients."""
    COMPLAINT = auto()
    """Somebody called our message unwanted."""
    AUTOMATIC = auto()
    """An automatic reply (RFC 3834), a receipt, a summary."""
    UNREADABLE = auto()
    """Sent by a mail server, in a form of its own."""
    LETTER = auto()
    """Written by a person, as far as can be seen."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a message says. `return_paths` and `links` may hold what names our message; most likely first.

    `status` is an enhanced code (RFC 3463) or ""; `is_sure` tells a machine-readable report from a guess at a text.
    `diagnostic` holds no e-mail address.
    """

    form: Form
    return_paths: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    status: str = ""
    smtp_code: int | None = None
    diagnostic: str = ""
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
    form: Form
    status: str = ""
    diagnostic: str = ""
    is_sure: bool = True


def read_report(data: bytes, *, recipient: str = "") -> Report:
    """Read a message that came to one of our return paths; `recipient` is the envelope's, where it is known."""
    message = mime.parse(data)
    parts = list(mime.leaves(message))
    outcome = _read_status(parts) or _read_complaint(parts) or _read_other(message, parts)
    addresses, links = _names_of_ours(message, parts, recipient)
    diagnostic = shorten(outcome.diagnostic)
    return Report(
        form=outcome.form,
        return_paths=addresses,
        links=links,
        status=outcome.status,
        smtp_code=find_smtp_code(outcome.diagnostic),
        diagnostic=diagnostic,
        is_sure=outcome.is_sure,
    )


def shorten(text: str) -> str:
    """Return `text` on one line, without e-mail addresses and unprintable characters, cut to what is kept."""
    line = " ".join(_ADDRESS.sub("…", text[: 4 * LONGEST_DIAGNOSTIC]).split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_DIAGNOSTIC]


def find_status(text: str) -> str:
    """Return the first enhanced code in `text`; "" where there is none."""
    found = _ENHANCED.search(text[:_TEXT_LOOKED_AT])
    return found[0] if found else ""


def find_smtp_code(text: str) -> int | None:
    """Return the first reply code in `text`."""
    found = _REPLY_CODE.search(text[:_TEXT_LOOKED_AT])
    return int(found[0]) if found else None


# Reports of delivery (RFC 3464, RFC 6533)


def _read_status(parts: list[Part]) -> _Outcome | None:
    part = next((part for part in parts if part.content_type in _STATUS_PARTS), None)
    if part is None:
        return None
    # The first block is about the whole message, and each of the others about one recipient (RFC 3464 §2.1).
    recipients = [block for block in mime.blocks(part.decoded()) if "Action" in block]
    actions = [field(block, "Action").partition(" ")[0].lower() for block in recipients]
    if "failed" not in actions or any(action not in {"failed", "delayed"} for action in actions):
        # Our message has one recipient. Where a report names several, that address is an alias of theirs, and as long
        # as one of them was reached it works.
        return _Outcome(Form.NOTICE)
    return _read_recipient(recipients[actions.index("failed")])


def _read_recipient(block: Message) -> _Outcome:
    diagnostic = field(block, "Diagnostic-Code")
    kind, _semicolon, text = diagnostic.partition(";")
    text = text.strip() if kind.strip().lower() in {"smtp", "x-unix", "x-postfix", "lmtp"} else diagnostic
    status = find_status(field(block, "Status"))
    return _Outcome(Form.FAILURE, status, text)


# Complaints (RFC 5965)


def _read_complaint(parts: list[Part]) -> _Outcome | None:
    part = next((part for part in parts if part.content_type == "message/feedback-report"), None)
    if part is None:
        return None
    kind = field(mime.fields(part.decoded()), "Feedback-Type").lower()
    # `not-spam` takes a complaint back; `auth-failure` (RFC 6591), `fraud` and `virus` are about who forged us.
    return _Outcome(Form.COMPLAINT if kind in {"abuse", "opt-out", "opt-out-list"} else Form.AUTOMATIC, diagnostic=kind)


# Everything else


def _read_other(message: Part, parts: list[Part]) -> _Outcome:
    if message.content_type == "multipart/report":
        return _Outcome(Form.AUTOMATIC)
    if not _is_from_server(message):
        return _Outcome(Form.AUTOMATIC if _is_automatic(message) else Form.LETTER)
    text = next((part.decoded() for part in parts if part.content_type == "text/plain"), b"")
    words = text[:_TEXT_LOOKED_AT].decode("utf-8", "replace")
    # qmail and its kin quote the server's reply, and then our message.
    words = words.partition("--- Below this line")[0]
    return _Outcome(Form.UNREADABLE, find_status(words), _line_of_code(words), is_sure=False)


def _is_from_server(message: Part) -> bool:
    sender = field(message.headers, "From").lower()
    return "X-Failed-Recipients" in message.headers or "mailer-daemon" in sender or "postmaster" in sender


def _is_automatic(message: Part) -> bool:
    headers = message.headers
    return (
        field(headers, "Auto-Submitted").partition(";")[0].strip().lower() not in {"", "no"}
        or field(headers, "Precedence").lower() in _REPLY_PRECEDENCE
        or field(headers, "Return-Path") in _NULL_PATHS
        or any(name in headers for name in _REPLY_MARKS)
    )


def _line_of_code(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if _ENHANCED.search(line) or _REPLY_CODE.search(line)), "")


# What names our message


def _names_of_ours(message: Part, parts: list[Part], recipient: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lines: list[str] = [recipient[:500]]
    for name in _ENVELOPE_FIELDS:
        lines += all_fields(message.headers, name)
    links: list[str] = []
    for part in parts:
        lines += _lines_of(part)
        if part.content_type in _RETURNED_PARTS:
            links += _find_all(_LINK, all_fields(mime.parse(part.decoded()).headers, "List-Unsubscribe"))
    return tuple(_first_few(_find_all(_ADDRESS, lines))), tuple(_first_few(iter(links)))


def _lines_of(part: Part) -> list[str]:
    if part.content_type in _RETURNED_PARTS:
        return all_fields(mime.parse(part.decoded()).headers, "Return-Path")
    if part.content_type == "message/feedback-report":
        return all_fields(mime.fields(part.decoded()), "Original-Mail-From")
    return []


def _find_all(pattern: re.Pattern[str], lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield from (match[0] for match in pattern.finditer(line[:4000]))


def _first_few(names: Iterator[str]) -> Iterator[str]:
    seen: dict[str, None] = {}
    for name in names:
        seen.setdefault(name)
        if len(seen) == _MOST_ADDRESSES:
            break
    return iter(seen)
