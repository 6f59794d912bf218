"""The hash chain of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.models import LedgerEntry
from policies.text.digest import canonical_json, sha256_hex

if TYPE_CHECKING:
    from django.db import models

    from policies.choices import LedgerKind
    from policies.models import Policy


def payload_digest(payload: dict[str, Any]) -> str:
    """Return the SHA-256 of the canonical JSON of `payload`."""
    return sha256_hex(canonical_json(payload))


def link_digest(*, kind: str, position: int, payload: str, previous: str) -> str:
    """Return the digest of one link: what is recorded, where, and all that came before."""
    return payload_digest({"kind": kind, "position": position, "payload": payload, "previous": previous})


def next_link(policy: Policy, *, kind: LedgerKind, payload: dict[str, Any]) -> LedgerEntry:
    """Return the unsaved next link of the chain; the caller holds the lock on `policy` and names the row.

    The digest is known before the row is written, so that an edition can carry it.
    """
    newest = policy.ledger.order_by("-position").first()
    position = newest.position + 1 if newest else 1
    previous = newest.digest if newest else ""
    covered = payload_digest(payload)
    return LedgerEntry(
        policy=policy,
        position=position,
        kind=kind,
        payload_digest=covered,
        previous_digest=previous,
        digest=link_digest(kind=kind, position=position, payload=covered, previous=previous),
    )


def append(link: LedgerEntry, **row: models.Model) -> None:
    """Save `link`, naming the one `row` that it stands for."""
    for name, value in row.items():
        setattr(link, name, value)
    link.save()
