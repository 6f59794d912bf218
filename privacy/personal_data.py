"""What is kept of those who use their rights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.data_register import (
    Basis,
    Category,
    CollectingForm,
    DataFile,
    Erasure,
    Necessity,
    Personal,
    Purpose,
    Recipients,
    Retention,
    register,
)
from privacy.models import DataLink, DataRequest, Tombstone
from privacy.periods import LINK_KEPT, REQUEST_KEPT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from core.data_register import Person

_BATCH = 500


def _requests(person: Person) -> QuerySet[DataRequest]:
    mine = Q(address_key=person.key) | Q(address_hash=person.hash)
    if person.user_number is not None:
        mine |= Q(user=person.user_number)
    names = [name for name in person.names if name]
    return DataRequest.objects.filter(mine | Q(decided_by_name__in=names) | Q(extended_by_name__in=names))


def _forget_links(person: Person, at: dt.datetime) -> None:
    del at  # rows go, whenever that is
    DataLink.objects.filter(address_key=person.key).delete()


def _forget_requests(person: Person, at: dt.datetime) -> None:
    """Take the address and the words out of the person's requests; what is open stays until it is answered."""
    del at  # nothing is kept that would need the time
    mine = DataRequest.objects.filter(address_key=person.key).exclude(address="")
    mine.exclude(decided_at=None).update(address="", address_key="", words="", user=None)


def _link_addresses() -> Iterator[tuple[str, dt.datetime]]:
    yield from DataLink.objects.values_list("address", "asked_at").iterator(_BATCH)


def _request_addresses() -> Iterator[tuple[str, dt.datetime]]:
    yield from DataRequest.objects.exclude(address="").values_list("address", "asked_at").iterator(_BATCH)


_given = Personal.given
_made = Personal.made


_ADDRESS = _given(_("E-mail address"))
_ADDRESS_KEY = _made(_("E-mail address, as it is compared with others"))
_ADDRESS_CODE = _made(_("A code of the address, from which it cannot be read"))
_WHEN = _made(_("When"))
_LANGUAGE = _made(_("Language"))
_OFFICER = Personal(what=_("Name of the official"), category=Category.EMPLOYMENT, necessity=Necessity.REQUIRED)

register.add(
    DataFile(
        model="privacy.DataLink",
        name=_("Links to “My data”"),
        purposes=(Purpose.ICT_SERVICES,),
        basis=Basis.DUTY,
        recipients=Recipients.MAIL,
        retention=Retention(words=_("Links to “My data” are kept for %(days)d days."), period=LINK_KEPT),
        erasure=Erasure(words=_("Erased at once."), act=_forget_links),
        personal={
            "address": _ADDRESS,
            "address_key": _ADDRESS_KEY,
            "locale": _LANGUAGE,
            "asked_at": _WHEN,
            "expires_at": _made(_("Until when")),
        },
        other=frozenset({"id", "ended_at"}),
        rows=lambda person: DataLink.objects.filter(address_key=person.key),
        addresses=_link_addresses,
    ),
    DataFile(
        model="privacy.DataRequest",
        name=_("Requests about personal data"),
        purposes=(Purpose.STATUTORY_BUSINESS,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("Requests and answers are kept for %(days)d days."), period=REQUEST_KEPT),
        erasure=Erasure(
            words=_(
                "Address and words go at once from what was answered; that something was asked and answered stays, under a "
                "code of the address, as proof that the law was kept."
            ),
            act=_forget_requests,
        ),
        personal={
            "kind": _given(_("What is asked for")),
            "address": _ADDRESS,
            "address_key": _ADDRESS_KEY,
            "address_hash": _ADDRESS_CODE,
            "user": _made(_("Account")),
            "locale": _LANGUAGE,
            "words": _given(_("What the person wrote")),
            "asked_at": _WHEN,
            "due_on": _made(_("Until when it is to be answered")),
            "extended_at": _made(_("When the time was extended")),
            "extension_reason": _made(_("Why the time was extended")),
            "extended_by_name": _OFFICER,
            "decided_at": _made(_("When it was answered")),
            "decision": _made(_("Answer")),
            "reason": _made(_("Why")),
            "decided_by_name": _OFFICER,
        },
        other=frozenset({"id", "reminded_on"}),
        rows=_requests,
        addresses=_request_addresses,
    ),
    DataFile(
        model="privacy.Tombstone",
        name=_("Who was erased"),
        purposes=(Purpose.ICT_SECURITY,),
        basis=Basis.DUTY,
        recipients=Recipients.STAFF,
        retention=Retention(words=_("That somebody was erased is kept for good, as a code of the address.")),
        erasure=Erasure(words=_("Stays, as a code: by it a restored backup is erased again.")),
        personal={"address_hash": _ADDRESS_CODE, "erased_at": _WHEN},
        other=frozenset({"id", "with_account"}),
        rows=lambda person: Tombstone.objects.filter(address_hash=person.hash),
    ),
    CollectingForm(
        form="privacy.forms.LinkForm",
        collects={"address": "privacy.DataLink.address"},
        adds=("privacy.DataLink.asked_at",),
        why=_("To mail you a link to what is held about you."),
        without=_("Without an address no link can be mailed. You may also write to the agency or call."),
    ),
    CollectingForm(
        form="privacy.forms.RequestForm",
        collects={"kind": "privacy.DataRequest.kind", "words": "privacy.DataRequest.words"},
        adds=("privacy.DataRequest.address", "privacy.DataRequest.asked_at", "privacy.DataRequest.decision"),
        why=_("To answer your request, and to be able to prove that it was answered in time."),
        without=_("You need not ask in this way. You may also write to the agency or call."),
    ),
)

for _form, _fields in {"ExtensionForm": {"until", "reason"}, "AnswerForm": {"decision", "reason", "erases"}}.items():
    register.add(CollectingForm(form=f"privacy.admin_views.requests.{_form}", other=frozenset(_fields)))
