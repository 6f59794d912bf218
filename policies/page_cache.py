"""A bounded store of rendered public pages, held in the memory of one process."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

_GZIP_LEVEL = 6


@dataclass
class StoredPage:
    """A response body with the headers that belong to it, under the site version it was made for."""

    version: tuple[object, ...]
    body: bytes
    headers: dict[str, str]
    etag: str
    _compressed: bytes | None = field(default=None, repr=False)

    @property
    def compressed(self) -> bytes:
        """The body under gzip (RFC 1952), made once. Public pages hold no secrets, so BREACH does not apply."""
        if self._compressed is None:
            self._compressed = gzip.compress(self.body, _GZIP_LEVEL, mtime=0)
        return self._compressed

    @property
    def size(self) -> int:
        """Bytes held, near enough for a bound."""
        return 2 * len(self.body) + 512


class PageStore:
    """The least recently used pages go first when more than `max_bytes` are held. Safe between threads."""

    def __init__(self, *, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._pages: OrderedDict[str, StoredPage] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def find(self, address: str) -> StoredPage | None:
        """Return the page last stored for `address`, of whatever version, or None."""
        with self._lock:
            page = self._pages.get(address)
            if page is not None:
                self._pages.move_to_end(address)
            return page

    def put(self, address: str, page: StoredPage) -> None:
        """Keep `page`, in place of what was kept for `address`."""
        with self._lock:
            former = self._pages.pop(address, None)
            self._bytes += page.size - (former.size if former else 0)
            self._pages[address] = page
            while self._bytes > self._max_bytes and len(self._pages) > 1:
                _oldest, dropped = self._pages.popitem(last=False)
                self._bytes -= dropped.size

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._pages.clear()
            self._bytes = 0
