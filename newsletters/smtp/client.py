"""One connection driven to the end of what it is given: for tools, tests and measurements. Workers have their own loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsletters.smtp.events import Accepted, Go, Refused, Uncertain, Unsent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from newsletters.smtp.connection import Connection
    from newsletters.smtp.envelopes import Envelope
    from newsletters.smtp.events import Event, Outcome


def send_all(
    connection: Connection,
    messages: Iterable[tuple[Envelope, bytes]],
    *,
    before_content: Callable[[int], bool] = lambda _key: True,
) -> Iterator[Outcome]:
    """Send messages (envelope and content) one behind the other, and yield what became of each.

    `before_content` is called with the key at the intent point; where it returns False the connection is dropped, since
    nothing else takes a DATA command back. Ends early, with messages left in the iterator, when the connection ends.
    """
    run = _Run(connection, iter(messages), before_content)
    pending = run.offer_next()
    while pending or run.is_under_way:
        events = pending or connection.run_until(bool)
        pending = run.answer(events)
        yield from (event for event in events if isinstance(event, Accepted | Refused | Unsent | Uncertain))


class _Run:
    def __init__(
        self,
        connection: Connection,
        messages: Iterator[tuple[Envelope, bytes]],
        before_content: Callable[[int], bool],
    ) -> None:
        self._connection = connection
        self._messages = messages
        self._before_content = before_content
        self._contents: dict[int, bytes] = {}

    @property
    def is_under_way(self) -> bool:
        return bool(self._contents)

    def answer(self, events: list[Event]) -> list[Event]:
        """Do what the events ask for, and return what came of it at once."""
        more: list[Event] = []
        for event in events:
            if isinstance(event, Go):
                if self._before_content(event.key):
                    self._connection.session.send_content(self._contents[event.key])
                else:
                    more += self._connection.drop()
            elif isinstance(event, Accepted | Refused | Unsent | Uncertain):
                self._contents.pop(event.key, None)
        return more or self.offer_next()

    def offer_next(self) -> list[Event]:
        """Offer messages until one is on its way; return the refusals of those that the relay could not take."""
        events: list[Event] = []
        while self._connection.session.can_offer:
            following = next(self._messages, None)
            if following is None:
                break
            envelope, content = following
            self._contents[envelope.key] = content
            events += self._connection.session.offer(envelope, size=len(content), is_8bit=not content.isascii())
        return events
