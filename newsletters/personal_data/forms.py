"""What forms of this app ask for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.data_register import CollectingForm, register

_CHOICES = {
    "topic": "newsletters.Subscription.topic",
    "locale": "newsletters.Subscription.locale",
    "frequency": "newsletters.Subscription.frequency",
    "waits_for_language": "newsletters.Subscription.waits_for_language",
}
_ADDED = (
    "newsletters.ConsentEvent.action",
    "newsletters.ConsentEvent.happened_at",
    "newsletters.ConsentContext.network",
    "newsletters.ConsentContext.browser",
    "newsletters.Delivery.state",
)
_WHY = _(
    "To send you the bulletins and alerts that you choose, and to be able to prove that you asked for them. An address "
    "that nobody confirms is erased."
)
_WITHOUT = _("You need not give any of this. Everything on this site can be read without it; only mail cannot be sent.")

register.add(
    CollectingForm(
        form="newsletters.forms.SignUpForm",
        collects={"address": "newsletters.Subscriber.address", **_CHOICES},
        adds=_ADDED,
        why=_WHY,
        without=_WITHOUT,
    ),
    CollectingForm(
        form="newsletters.forms.PreferencesForm",
        collects={"address": "newsletters.Subscriber.address", **_CHOICES},
        adds=_ADDED,
        why=_WHY,
        without=_WITHOUT,
    ),
)

for _form, _fields in {
    "acts.CancelForm": {"reason", "confirmed"},
    "acts.ConfirmForm": set(),
    "acts.DecisionForm": {"reason", "decision"},
    "acts.ReasonForm": {"reason"},
    "bounces.HeldForm": {"reason", "decision"},
    "look_up.LookUpForm": {"address", "reason"},
    "sending.SendForm": {"not_before", "uses_fallback", "confirmed"},
    "topics.TopicForm": {
        *("slug", "kind", "list_id", "languages", "required_languages", "frequencies", "default_frequency"),
        *("position", "is_open"),
    },
}.items():
    register.add(CollectingForm(form=f"newsletters.admin_views.{_form}", other=frozenset(_fields)))
