"""Take in reports about our mail. What follows from them is for `newsletters.services.grading` to say."""

from __future__ import annotations

import hashlib
from enum import Enum, auto
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.tokens import BadTokenError
from newsletters.bounces.codes import Verdict, judge
from newsletters.bounces.reports import Form, read_report
from newsletters.choices import BounceKind, EndedReason
from newsletters.links import read_return_path, read_unsubscribe, read_unsubscribe_address
from newsletters.models import Bounce, Delivery
from newsletters.origins import Origin
from newsletters.services.subscriptions import end_all_subscriptions, end_subscription

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from newsletters.bounces.reports import Report
    from newsletters.choices import BounceChannel

_UNSUBSCRIBE_PATH = "/u/"


class Intake(Enum):
    """What became of a message that came to a return path."""

    RECORDED = auto()
    KNOWN = auto()
    """It had been taken in before."""
    IGNORED = auto()
    """It changes nothing: an automatic reply, a notice of a delay."""
    UNSUBSCRIBED = auto()
    """It came to an address by which one leaves (RFC 2369), and that was done."""
    LETTER = auto()
    """A person wrote it, as far as can be seen; it is for people to read."""


def take_in(*, data: bytes, channel: BounceChannel, at: dt.datetime, recipient: str = "") -> Intake:
    """Read a message and record it once, however often it is handed in.

    It is about the delivery that a token of ours names, in the envelope's `recipient`, in what came back of our
    message, or in its unsubscribe link; an address that it mentions is never looked up. Without such a token it is
    recorded and changes nobody.
    """
    report = read_report(data, recipient=recipient)
    if report.form in {Form.LETTER, Form.AUTOMATIC} and _unsubscribe(report.return_paths, at):
        return Intake.UNSUBSCRIBED
    if report.form is Form.LETTER:
        return Intake.LETTER
    if report.form in {Form.NOTICE, Form.AUTOMATIC}:
        return Intake.IGNORED
    return record_bounce(
        source=hashlib.sha256(data).hexdigest(),
        delivery=find_delivery(report.return_paths, report.links),
        verdict=verdict_of(report),
        status=report.status,
        diagnostic=report.diagnostic,
        channel=channel,
        at=at,
    )


def _unsubscribe(addresses: Iterable[str], at: dt.datetime) -> bool:
    """Do what a mail to an address of `List-Unsubscribe` asks for, once or again; return False when there is none."""
    for address in addresses:
        try:
            link = read_unsubscribe_address(address)
        except BadTokenError:
            continue
        ending: dict[str, Any] = {
            "subscriber_number": link.subscriber_id,
            "reason": EndedReason.ONE_CLICK,
            "at": at,
            "origin": Origin(page="mailto"),
            "delivery_number": link.delivery_id,
        }
        if link.topic_id:
            end_subscription(topic_number=link.topic_id, **ending)
        else:
            end_all_subscriptions(**ending)
        return True
    return False


def record_bounce(
    *,
    source: str,
    delivery: Delivery | None,
    verdict: Verdict,
    status: str,
    diagnostic: str,
    channel: BounceChannel,
    at: dt.datetime,
) -> Intake:
    """Write the row unless one of the same `source` (64 hexadecimal digits) is there."""
    _bounce, is_new = Bounce.objects.get_or_create(
        source_key=source,
        defaults={
            "delivery": delivery,
            "kind": verdict.kind,
            "is_final": verdict.is_final,
            "alarm": verdict.alarm or "",
            "status": status,
            "diagnostic": diagnostic,
            "channel": channel,
            "received_at": at,
        },
    )
    return Intake.RECORDED if is_new else Intake.KNOWN


def verdict_of(report: Report) -> Verdict:
    """Return what the report is about. A guess at a text is never final, and alarms nobody."""
    if report.form is Form.COMPLAINT:
        return Verdict(BounceKind.COMPLAINT)
    verdict = judge(status=report.status, text=report.diagnostic, smtp_code=report.smtp_code)
    return verdict if report.is_sure else Verdict(verdict.kind)


def find_delivery(return_paths: Iterable[str], links: Iterable[str] = ()) -> Delivery | None:
    """Return the delivery that the first genuine token names; None without one, or when the row is deleted."""
    for number in _numbers(return_paths, links):
        return Delivery.objects.filter(pk=number).first()
    return None


def _numbers(return_paths: Iterable[str], links: Iterable[str]) -> Iterator[int]:
    for address in return_paths:
        try:
            yield read_return_path(address)
        except BadTokenError:
            continue
    for link in links:
        try:
            yield read_unsubscribe(_token_of(link)).delivery_id
        except BadTokenError:
            continue


def _token_of(link: str) -> str:
    try:
        path = urlsplit(link).path
    except ValueError:
        return ""
    return path.removeprefix(_UNSUBSCRIBE_PATH).strip("/") if path.startswith(_UNSUBSCRIBE_PATH) else ""
