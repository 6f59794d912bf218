"""Asking for the link to one's data: the same work and the same answer for every address there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from core.data_register import Person
from core.rate_limits import is_within
from newsletters.services.system_mail import queue_address_mail
from privacy import limits
from privacy.models import DataLink
from privacy.periods import LINK_OPEN

if TYPE_CHECKING:
    import datetime as dt

    from core.mail_addresses import MailAddress


class TooManyAsked(Exception):  # noqa: N818 -- an answer to a reader, not a fault of the program
    """So many links were asked for, from one network or on the whole site, that none is sent for a while."""


def ask_for_link(*, address: MailAddress, locale: str, network: str, at: dt.datetime) -> None:
    """Mail a link to `address`. Whether anything is held about it is not looked up, so that the answer cannot tell.

    Raises:
        TooManyAsked: the network or the site has asked too often; the address has no part in it.
    """
    if network and not is_within(limits.NETWORK, network, at=at):
        raise TooManyAsked
    if not is_within(limits.SITE, "", at=at):
        raise TooManyAsked
    if is_within(limits.ADDRESS, address.key, at=at):
        mail_link(Person(address=address.address, key=address.key), locale=locale, at=at, until=at + LINK_OPEN)


@transaction.atomic
def mail_link(
    person: Person, *, locale: str, at: dt.datetime, until: dt.datetime, message: str = "data_link"
) -> DataLink:
    """Make a link that is good until `until` and queue the mail `message` with it."""
    link = DataLink.objects.create(
        address=person.address, address_key=person.key, locale=locale, asked_at=at, expires_at=until
    )
    queue_address_mail(message=message, address=person.address, locale=locale, reference=link.pk, at=at)
    return link


def find_open_link(number: int, *, at: dt.datetime) -> DataLink | None:
    """Return the link with that number while it is good."""
    return DataLink.objects.filter(pk=number, expires_at__gt=at, ended_at=None).first()
