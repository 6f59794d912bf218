"""Read a Postfix log for what became of messages. A line that is not understood says nothing, whatever is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from core.tokens import BadTokenError
from newsletters.links import read_message_id, read_return_path

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A longer line is looked at in pieces, which then are no lines of Postfix.
_LONGEST_LINE = 16 * 1024
_LINE = re.compile(rb"postfix[\w-]{0,40}(?:/[\w-]{1,40}){1,3}\[\d{1,10}\]: ([0-9A-Za-z]{5,25}): (.*)")
_MESSAGE_ID = re.compile(rb"message-id=(\S{1,400})")
_SENDER = re.compile(rb"from=<([^<>\s]{1,320})>")
_STATUS = re.compile(rb"to=<[^<>]{0,320}>,.{0,400}?\bdsn=([245]\.\d{1,3}\.\d{1,3}), status=(sent|bounced|deferred)\b")


@dataclass(slots=True)
class Trace:
    """What the log says of one message: the relay had it under `queue_id`; `status` and `code` are of its last attempt."""

    queue_id: str
    status: str = ""
    code: str = ""


def find_traces(log: BinaryIO, wanted: frozenset[int]) -> dict[int, Trace]:
    """Return traces of those of the `wanted` deliveries that the relay took into its queue.

    A Message-ID alone proves nothing: Postfix writes it while a message comes in, and may then not take it. The line of
    the queue manager comes after the answer that we did not hear. Memory grows with `wanted`, not with the log.
    """
    coming: dict[str, int] = {}
    traces: dict[int, Trace] = {}
    queued: dict[str, int] = {}
    for queue_id, words in _lines(log):
        if match := _MESSAGE_ID.match(words):
            number = read_message_id(match[1].decode("ascii", "replace"))
            if number in wanted and number is not None:
                coming[queue_id] = number
        elif match := _SENDER.match(words):
            number = _number_of(match[1], coming.pop(queue_id, None))
            if number in wanted and number is not None:
                traces[number] = Trace(queue_id)
                queued[queue_id] = number
        elif queue_id in queued and (match := _STATUS.match(words)):
            trace = traces[queued[queue_id]]
            trace.code, trace.status = match[1].decode(), match[2].decode()
    return traces


def _number_of(sender: bytes, named: int | None) -> int | None:
    """Return the delivery that the return path names; a relay that rewrites it leaves us the Message-ID."""
    try:
        return read_return_path(sender.decode("ascii", "replace"))
    except BadTokenError:
        return named


def _lines(log: BinaryIO) -> Iterator[tuple[str, bytes]]:
    while line := log.readline(_LONGEST_LINE):
        match = _LINE.search(line)
        if match:
            yield match[1].decode("ascii"), match[2]
