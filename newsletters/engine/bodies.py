"""The bodies of mailings as composers, kept while they are in use."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from newsletters.engine.compose import Body, BodyError, Composer

if TYPE_CHECKING:
    import psycopg

_MOST = 64
_MOST_CHARACTERS = 16_000_000

_BODIES = """
SELECT b.id, b.locale, b.subject, b.html, b.text, b.headers, b.digest, m.kind = 'transactional', COALESCE(t.list_id, '')
FROM newsletters_mailingbody b
JOIN newsletters_mailing m ON m.id = b.mailing_id
LEFT JOIN newsletters_topic t ON t.id = m.topic_id
WHERE b.id = ANY(%s)
"""


class Bodies:
    """Reads bodies where the deliveries are claimed, so that the loop finds them at hand. A fault is kept like a body."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Composer | BodyError] = OrderedDict()
        self._characters = 0

    def missing(self, numbers: set[int]) -> list[int]:
        return [number for number in numbers if number not in self._kept]

    def add(self, found: list[tuple[int, Composer | BodyError]]) -> None:
        """Keep what was read; what was not used for the longest time goes."""
        for number, composer in found:
            self._kept[number] = composer
            self._characters += _size(composer)
        while len(self._kept) > _MOST or (self._characters > _MOST_CHARACTERS and len(self._kept) > 1):
            _number, gone = self._kept.popitem(last=False)
            self._characters -= _size(gone)

    def get(self, number: int) -> Composer | None:
        """Return the composer of a body, None when it is not at hand; raise its `BodyError` when it has one."""
        composer = self._kept.get(number)
        if composer is None:
            return None
        self._kept.move_to_end(number)
        if isinstance(composer, BodyError):
            raise composer
        return composer


def read_bodies(connection: psycopg.Connection[Any], numbers: list[int]) -> list[tuple[int, Composer | BodyError]]:
    """Read bodies and encode them."""
    found: list[tuple[int, Composer | BodyError]] = []
    for row in connection.execute(_BODIES, [numbers]).fetchall():
        try:
            found.append((row[0], Composer(Body(*row))))
        except BodyError as error:
            found.append((row[0], error))
    return found


def _size(composer: Composer | BodyError) -> int:
    return composer.size if isinstance(composer, Composer) else 0
