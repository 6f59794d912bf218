"""Requests under Article 3 of the Act: taken in, extended once, answered. Each act locks the request first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.data_register import Person
from privacy.choices import Decision, RequestKind
from privacy.errors import RequestRefused
from privacy.models import DataRequest
from privacy.periods import ANSWER_OPEN, due_day, latest_day
from privacy.services.erasing import erase_everything
from privacy.services.links import mail_link
from privacy.services.people import find_account, with_account

if TYPE_CHECKING:
    import datetime as dt


@transaction.atomic
def open_request(*, person: Person, kind: RequestKind, words: str, locale: str, at: dt.datetime) -> DataRequest:
    """Take in what the officer has to answer; the clock of the law starts."""
    return DataRequest.objects.create(
        kind=kind,
        address=person.address,
        address_key=person.key,
        address_hash=person.hash,
        user=find_account(person),
        locale=locale,
        words=words,
        asked_at=at,
        due_on=due_day(kind, at),
    )


@transaction.atomic
def record_done(*, person: Person, kind: RequestKind, locale: str, at: dt.datetime) -> DataRequest:
    """Note that somebody used a right by a button, which did it at once."""
    request = open_request(person=person, kind=kind, words="", locale=locale, at=at)
    request.decided_at, request.decision = at, Decision.DONE
    request.save(update_fields=["decided_at", "decision"])
    return request


@transaction.atomic
def extend_request(*, number: int, until: dt.date, reason: str, by_name: str, at: dt.datetime) -> DataRequest:
    """Put the day of the answer off, once and by no more than the law allows; the person is told why.

    Raises:
        RequestRefused: it was answered or extended before, or the day is not within what is allowed.
    """
    request = _open_one(number)
    if request.extended_at is not None:
        raise RequestRefused(_("The time was extended before. The law allows it once: answer the request."))
    if not request.due_on < until <= latest_day(request):
        raise RequestRefused(_("Choose a day after the present one and within what the law allows."))
    if not reason.strip():
        raise RequestRefused(_("Say why it takes longer: the person is told."))
    request.extended_at, request.due_on = at, until
    request.extension_reason, request.extended_by_name = reason.strip(), by_name
    request.save(update_fields=["extended_at", "due_on", "extension_reason", "extended_by_name"])
    _tell(request, at=at)
    return request


@transaction.atomic
def answer_request(
    *, number: int, decision: Decision, reason: str, by_name: str, at: dt.datetime, erases: bool = False
) -> DataRequest:
    """Answer a request, and erase the person with their account where that is the answer; they are told.

    Raises:
        RequestRefused: it was answered before, a refusal has no reason, or something else than erasure was asked for.
    """
    request = _open_one(number)
    if decision != Decision.DONE and not reason.strip():
        raise RequestRefused(_("Give the reason and the article of the Act: the person is told."))
    if erases and (request.kind != RequestKind.ERASE or decision == Decision.REFUSED):
        raise RequestRefused(_("Only a request for erasure that is granted erases anything."))
    request.decided_at, request.decision = at, decision
    request.reason, request.decided_by_name = reason.strip(), by_name
    request.save(update_fields=["decided_at", "decision", "reason", "decided_by_name"])
    if erases:
        erase_everything(with_account(_person_of(request)), at=at)
    else:
        _tell(request, at=at)
    return request


def requests_of(person: Person) -> list[DataRequest]:
    """Return what the person asked for, newest first."""
    return list(DataRequest.objects.filter(address_key=person.key).order_by("-asked_at", "-pk"))


def _open_one(number: int) -> DataRequest:
    request = DataRequest.objects.select_for_update().filter(pk=number).first()
    if request is None or request.decided_at is not None:
        raise RequestRefused(_("The request was answered before."))
    return request


def _person_of(request: DataRequest) -> Person:
    return Person(address=request.address, key=request.address_key)


def _tell(request: DataRequest, *, at: dt.datetime) -> None:
    mail_link(_person_of(request), locale=request.locale, at=at, until=at + ANSWER_OPEN, message="data_answer")
