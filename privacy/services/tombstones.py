"""Who was erased, as keyed hashes, outside of the database: a backup knows nothing of what came after it.

One line for each erasure: hash, moment, whether the account went too, and the first half of a keyed hash of all that, so
that a line which was cut off or written by somebody else erases nobody.
"""

from __future__ import annotations

import datetime as dt
import hmac
import logging
import os
from typing import TYPE_CHECKING

from django.conf import settings

from core.tokens import keyed_hash
from privacy.models import Tombstone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger("avow.privacy")

_MAC_DIGITS = 32


def line_of(tombstone: Tombstone) -> str:
    """Return the line of an erasure."""
    body = (
        f"{tombstone.address_hash} {tombstone.erased_at.astimezone(dt.UTC).isoformat()} {int(tombstone.with_account)}"
    )
    return f"{body} {_mac(body)}"


def read_lines(path: Path) -> Iterator[Tombstone | int]:
    """Yield what each line of the file says, and the number of each line that says nothing we wrote. No file: nothing."""
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _read(line.strip()) or number


def write_missing() -> int:
    """Append the erasures that the file lacks; return how many. What cannot be written now is tried again by a chore."""
    path: Path = settings.AVOW_ERASURES
    try:
        known = {line_of(said) for said in read_lines(path) if isinstance(said, Tombstone)}
        lines = [line_of(row) for row in Tombstone.objects.order_by("pk").iterator(chunk_size=2000)]
        missing = [line for line in lines if line not in known]
        if missing:
            _append(path, missing)
    except OSError as error:
        logger.error("Erasures were not written outside of the database: %s.", type(error).__name__)
        return 0
    return len(missing)


def _append(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "a", encoding="ascii") as file:
        # A line that was cut off by a full disk must not swallow the next one.
        file.write("".join(f"\n{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())


def _read(line: str) -> Tombstone | None:
    body, _space, mac = line.rpartition(" ")
    if not hmac.compare_digest(mac.encode(), _mac(body).encode()):
        return None
    address_hash, moment, with_account = body.split(" ")
    return Tombstone(
        address_hash=address_hash, erased_at=dt.datetime.fromisoformat(moment), with_account=with_account == "1"
    )


def _mac(body: str) -> str:
    return keyed_hash(f"erasure:{body}")[:_MAC_DIGITS]
