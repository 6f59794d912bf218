"""What the operator's screens say about mailings and alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _

from newsletters.admin_views.mailing import title_of
from newsletters.choices import AlarmKind
from newsletters.shown_topics import ShownTopic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from newsletters.models import Mailing

register = template.Library()


@register.filter
def mailing_title(mailing: Mailing) -> str:
    """Return what operators call the mailing."""
    return title_of(mailing)


@register.filter
def advice(kind: str) -> str:
    """Return what to do about an alarm of that kind."""
    check = _("Run “manage.py check_mail_domain” and compare with what the relay signs.")
    advices = {
        AlarmKind.RELAY: _("See the runbook “The relay is down”."),
        AlarmKind.WORKER: _("Look into the log of the workers (“manage.py send_bulletins”) and of what starts them."),
        AlarmKind.DKIM: check,
        AlarmKind.SPF: check,
        AlarmKind.AUTHENTICATION: check,
        AlarmKind.REVERSE_DNS: check,
        AlarmKind.RATE: _("Set a lower limit for the destination."),
        AlarmKind.POLICY: _(
            "Read the answer of the server; its words often hold a link. Nobody’s subscription was touched."
        ),
        AlarmKind.CONTENT: _("Read the answer of the server, and look at the mail that it is about."),
        AlarmKind.SIZE: _("Make the mail smaller: images are most of it."),
        AlarmKind.MASS_REFUSAL: _("Decide under “Bounces”, where they are held back."),
        AlarmKind.COMPLAINTS: _("Look at how people come to be subscribed, and at the last mailings."),
    }
    return advices.get(AlarmKind(kind), "") if kind in AlarmKind.values else ""


@register.filter
def named(names: Mapping[Any, Any], key: Any) -> str:
    """Return what stands under `key`: the name of a topic, or a title; the key itself when there is none."""
    found = names.get(key, key)
    return found.name if isinstance(found, ShownTopic) else str(found)
