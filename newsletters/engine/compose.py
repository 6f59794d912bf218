"""From the body of a mailing and one delivery to the bytes that travel.

Everything that is the same for all readers of a body is encoded once. What differs is joined in; no value can end a
header or a line, since values are addresses of ours, numbers, and an address that was checked.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from dataclasses import dataclass
from email.header import Header
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from core.addresses import full_address
from core.languages import html_language
from core.mail.content import ValueName
from members.links import LinkPart, letter_url
from newsletters.choices import Lane
from newsletters.engine.splicing import splice
from newsletters.links import (
    PreferencesLink,
    RequestLink,
    UnsubscribeLink,
    confirm_url,
    data_url,
    message_id,
    not_me_url,
    preferences_url,
    return_path,
    undo_url,
    unsubscribe_address,
    unsubscribe_url,
)
from newsletters.smtp import Envelope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from core.mail.content import Part
    from newsletters.engine.rows import ClaimedRow

_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
#: What a body may not set: it is the engine's to say.
_OURS = frozenset(
    {
        *("from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "return-path", "received"),
        *("mime-version", "content-type", "content-transfer-encoding", "content-language"),
        *("list-unsubscribe", "list-unsubscribe-post", "dkim-signature"),
    }
)
#: What is written as words and a name in angle brackets, of which only the words may be encoded.
_PHRASE = re.compile(r"(.*\S)\s*(<[\x21-\x7e]*>)")
_END = b"\r\n.\r\n"
_LINE = 76


class BodyError(ValueError):
    """A body cannot be sent to anybody; the message names the fault in words of ours, and no reader."""


class RecipientError(ValueError):
    """A delivery cannot be written to its own recipient. The message never repeats the address."""


@dataclass(frozen=True, slots=True)
class Body:
    """What `newsletters.models.MailingBody` says, and what its mailing adds."""

    id: int
    locale: str
    subject: str
    html: list[Part]
    text: list[Part]
    headers: Mapping[str, str]
    digest: str
    is_system: bool
    list_id: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A message ready to be handed over; `content` is as DATA takes it."""

    envelope: Envelope
    content: bytes
    is_8bit: bool


class Composer:
    """Writes the messages of one body. Raises `BodyError` when it cannot be written for anybody."""

    def __init__(self, body: Body) -> None:
        self.body = body
        self._names = {part["value"] for parts in (body.html, body.text) for part in parts if isinstance(part, dict)}
        unknown = self._names - set(ValueName)
        if unknown:
            msg = "The text has a gap for a value that this version does not know."
            raise BodyError(msg)
        self._text, self._html = splice(body.text), splice(body.html)
        boundary = b"=_" + body.digest[:24].encode()
        language = html_language(body.locale).encode()
        part = b"Content-Type: text/%s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\nContent-Language: %s\r\n\r\n"
        self._head = _fixed_headers(body)
        self._before_text = (
            b'Content-Type: multipart/alternative; boundary="%s"\r\nContent-Language: %s\r\n\r\n--%s\r\n'
            % (boundary, language, boundary)
        ) + part % (b"plain", self._text.encoding, language)
        self._before_html = b"--" + boundary + b"\r\n" + part % (b"html", self._html.encoding, language)
        self._end = b"--" + boundary + b"--" + _END
        self.size = len(self._head) + sum(map(len, [*body.html, *body.text]))

    def compose(self, row: ClaimedRow, now: float) -> Message:
        """Write the message of one delivery at `now`, in seconds since 1970.

        Raises:
            RecipientError: its address cannot be written, or it lacks what the text speaks of.
        """
        try:
            envelope = Envelope(row.id, return_path(row.id), row.address)
        except ValueError as error:
            raise RecipientError("The address cannot be written in a mail.") from error
        links = _Links(row, self.body.locale)
        values = {name: getattr(links, name)().encode() for name in self._names}
        content = b"".join(
            [
                self._head,
                b"To: ",
                row.address.encode(),
                b"\r\nDate: ",
                _date(int(now)),
                b"\r\nMessage-ID: ",
                message_id(row.id, self.body.digest).encode(),
                b"\r\n",
                *(() if self.body.is_system else links.list_headers(values)),
                self._before_text,
                *self._text.pieces(values),
                self._before_html,
                *self._html.pieces(values),
                self._end,
            ]
        )
        return Message(envelope, content, is_8bit=not row.address.isascii())


class _Links:
    """The values of one delivery, by the names of `ValueName`."""

    def __init__(self, row: ClaimedRow, locale: str) -> None:
        self._row = row
        self._locale = locale

    def list_headers(self, values: Mapping[str, bytes]) -> Iterable[bytes]:
        """Yield List-Unsubscribe in one line, since relays have broken signatures over folded ones, and its companion."""
        if self._row.subscriber_id is None:
            return
        url = values.get(ValueName.UNSUBSCRIBE_URL) or self.unsubscribe_url().encode()
        yield b"List-Unsubscribe: <"
        yield url
        yield b">, <mailto:"
        yield unsubscribe_address(self._unsubscribe()).encode()
        yield b"?subject=unsubscribe>\r\n"
        if url.startswith(b"https:"):
            yield b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"

    def unsubscribe_url(self) -> str:
        return self._start_page() if self._row.subscriber_id is None else unsubscribe_url(self._unsubscribe())

    def preferences_url(self) -> str:
        if self._row.subscriber_id is None:
            return self._start_page()
        return preferences_url(PreferencesLink(self._row.subscriber_id, self._row.epoch, self._row.id), self._locale)

    def confirm_url(self) -> str:
        return self._of_request(confirm_url)

    def not_me_url(self) -> str:
        return self._of_request(not_me_url)

    def undo_url(self) -> str:
        return self._of_request(undo_url)

    def data_url(self) -> str:
        if self._row.reference is None:
            raise RecipientError("The delivery names no link, of which its text speaks.")
        return data_url(self._row.reference, self._locale)

    def account_url(self) -> str:
        return self._of_letter(LinkPart.ACT)

    def account_not_me_url(self) -> str:
        return self._of_letter(LinkPart.NOT_ME)

    def _unsubscribe(self) -> UnsubscribeLink:
        row = self._row
        return UnsubscribeLink(row.subscriber_id or 0, row.epoch, row.topic_id or 0, row.id)

    def _start_page(self) -> str:
        """Return where a test that is sent to nobody's subscription leads."""
        return full_address(f"/{self._locale}/bulletins/")

    def _of_request(self, write: Callable[[RequestLink, str], str]) -> str:
        if self._row.reference is None:
            raise RecipientError("The delivery names no sign-up, of which its text speaks.")
        return write(RequestLink(self._row.reference, self._row.epoch), self._locale)

    def _of_letter(self, part: LinkPart) -> str:
        if self._row.reference is None:
            raise RecipientError("The delivery names no letter, of whose link its text speaks.")
        return letter_url(self._row.reference, self._locale, part)


def encoded_header(name: str, value: str) -> bytes:
    """Return a header line with its CR LF, folded and encoded where needed (RFC 2047).

    Raises:
        BodyError: the name is not one of headers, or the value has a line break or another control character.
    """
    if _HEADER_NAME.fullmatch(name) is None or _CONTROL.search(value) is not None:
        msg = f"The header {name[:60]!a} cannot be written."
        raise BodyError(msg)
    phrase = None if value.isascii() else _PHRASE.fullmatch(value)
    words, rest = (phrase[1], f" {phrase[2]}") if phrase is not None else (value, "")
    charset = "us-ascii" if value.isascii() else "utf-8"
    written = Header(words, charset, maxlinelen=_LINE, header_name=name).encode(linesep="\r\n")
    return f"{name}: {written}{rest}\r\n".encode("ascii")


def sender_of(lane: int) -> str:
    """Return the sender, as the settings write it, of mail on `lane`."""
    sender: str = settings.DEFAULT_FROM_EMAIL if lane == Lane.TRANSACTIONAL else settings.BULLETIN_FROM
    return sender


def _fixed_headers(body: Body) -> bytes:
    lane = Lane.TRANSACTIONAL if body.is_system else Lane.BULLETIN
    written = sender_of(lane)
    name, address = email.utils.parseaddr(written)
    domains = settings.AVOW_MAIL_DOMAIN + settings.AVOW_RETURN_DOMAIN
    if "@" not in address or not (address + domains).isascii() or _CONTROL.search(written + domains):
        msg = "The sender and the domains in the settings are not such as mail carries."
        raise BodyError(msg)
    sender = email.utils.formataddr((name, address), "utf-8")
    lines = [_raw_header("From", sender), encoded_header("Subject", body.subject), b"MIME-Version: 1.0\r\n"]
    if body.is_system and not any(header.lower() == "auto-submitted" for header in body.headers):
        lines.append(b"Auto-Submitted: auto-generated\r\n")
    if not body.is_system:
        lines += _list_identity(body)
    for header, value in body.headers.items():
        if header.lower() in _OURS:
            msg = f"The header {header} is not a body’s to set."
            raise BodyError(msg)
        lines.append(encoded_header(header, value))
    return b"".join(lines)


def _list_identity(body: Body) -> Iterable[bytes]:
    given = {name.lower() for name in body.headers}
    if body.list_id and "list-id" not in given:
        yield encoded_header("List-Id", f"<{body.list_id}>")
    if "list-help" not in given:
        yield encoded_header("List-Help", f"<{full_address(f'/{body.locale}/bulletins/')}>")


def _raw_header(name: str, value: str) -> bytes:
    """Write a header whose value is in its final form."""
    if _CONTROL.search(value):
        msg = f"The header {name} cannot be written."
        raise BodyError(msg)
    return f"{name}: {value}\r\n".encode("ascii")


@lru_cache(maxsize=2)
def _date(second: int) -> bytes:
    """Return the Date of a second, which thousands of messages share."""
    return email.utils.format_datetime(dt.datetime.fromtimestamp(second, dt.UTC)).encode()
