"""The editor's form of a policy page: saving a draft asks for little, publishing for all that the record needs."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.pages import CopyForm, WagtailAdminPageForm

from core.dates import format_date, parse_date, roc_year, today
from policies.choices import EffectiveRule, UpdateType
from policies.services.planning import find_corrected, find_following, find_standing, number_of_correction
from policies.services.readiness import check_readiness
from policies.widgets import AnswerSelect

if TYPE_CHECKING:
    import datetime as dt

    from policies.models import Edition, PolicyPage
    from policies.services.planning import Standing

#: What is said of the next edition only.
ISSUE_FIELDS = (
    "update_type",
    "change_note",
    "effective",
    "effective_from",
    "document_no",
    "notice_waiver",
    "replaces_announced",
)
#: Of these, what a text in another language than the source's says for itself.
TRANSLATION_ISSUE_FIELDS = ("change_note",)
#: What the first edition of a policy has no use for.
_LATER_FIELDS = ("update_type", "notice_waiver", "replaces_announced")

_FARTHEST_YEARS = 10
#: Whoever goes back after publishing finds a form for the next edition: browsers must not fill in what the last one said.
_NOT_RESTORED = {"autocomplete": "off"}

_PUBLISHING_ACTIONS = ("action-publish", "action-submit", "action-restart-workflow")

UPDATE_EFFECTS = {
    UpdateType.SUBSTANTIVE.value: [
        _("The change note stands on the page and in the history."),
        _("The “revised on” date moves, and the first number goes up (2.1 → 3.0)."),
        _("The top of the policy names every changed clause."),
    ],
    UpdateType.EDITORIAL.value: [
        _("The edition is listed in the history, with what changed (2.1 → 2.2)."),
        _("The “revised on” date stays, and the top of the policy says nothing of it."),
        _("It applies as soon as it is published; no date of its own is needed."),
    ],
}
EFFECTIVE_EFFECTS = {
    EffectiveRule.ON_DATE.value: [_("Until that day readers see the text in force, with a notice of what is coming.")],
    EffectiveRule.TO_BE_ANNOUNCED.value: [
        _("The edition is public but not in force; its date is announced later, without a new edition.")
    ],
}


class CivilDateInput(forms.DateInput):
    """A plain field for a date of either calendar.

    Wagtail's date picker replaces what it cannot read, such as 民國116年3月5日, by today's date as soon as the field is left.
    """

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"placeholder": "2026-03-14", "autocomplete": "off"})


class CivilDateField(forms.DateField):
    """A day, written as a date of either calendar (2026-03-14, 民國115年3月14日, 115.3.14), and not beyond all plans.

    Nothing may stand in for a day that is not known, as 9999-12-31 does in many registers: such an edition is announced
    without one.
    """

    def to_python(self, value: Any) -> dt.date | None:
        """Read both calendars; raise `ValidationError` for anything else."""
        if isinstance(value, str) and (day := parse_date(value)) is not None:
            return day
        return super().to_python(value)

    def validate(self, value: dt.date | None) -> None:
        """Refuse a day before the Republic's first, and one that nobody plans for; raise `ValidationError`."""
        super().validate(value)
        if value is not None and roc_year(value) is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if value is not None and value.year > today().year + _FARTHEST_YEARS:
            message = _(
                "Choose a day within the next ten years. A day that is not known yet is “To be announced later”."
            )
            raise forms.ValidationError(message)


class PolicyPageForm(WagtailAdminPageForm):
    """Puts each reason why the draft cannot be published beside its field, and keeps all that was typed.

    `based_on_edition` is hidden and says which edition the editor has before them: publishing over a newer one, which
    appeared while the form was open, is refused.
    """

    instance: PolicyPage

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = find_standing(self.instance.policy_id, on=today()) if self.instance.pk else None
        newest = standing.newest if standing else None
        if newest is not None:
            self._drop("slug")
        if not self.instance.is_source:
            self._drop(*(name for name in ISSUE_FIELDS if name not in TRANSLATION_ISSUE_FIELDS))
        elif newest is None:
            self._drop(*_LATER_FIELDS)
        self._set_choices()
        if standing is None or newest is None:
            return
        if not self.instance.is_source:
            self._ask_for_edition(standing)
        elif find_corrected(self.instance, standing) is not None:
            self._speak_of_a_correction(standing)
        else:
            self._speak_of_the_next(standing, newest)

    def _ask_for_edition(self, standing: Standing) -> None:
        """Let the editor of a translation say which edition it belongs to, while there are several."""
        if len(standing.open) < 2 or "of_edition" not in self.fields:
            return
        choices = [(edition.number, describe_edition(edition, standing)) for edition in reversed(standing.open)]
        widget = AnswerSelect(choices=choices)
        widget.group_label = gettext("Which edition does this text belong to?")
        self.fields["of_edition"].widget = widget
        self.fields["of_edition"].label = widget.group_label

    def _speak_of_a_correction(self, standing: Standing) -> None:
        """A correction goes on within the major number of the edition in force, from a day before what is announced."""
        if not any(edition.order < number_of_correction(standing) for edition in standing.announced):
            self._drop("replaces_announced")
        self.fields["effective"].choices = [
            choice for choice in EffectiveRule.choices if choice[0] != EffectiveRule.TO_BE_ANNOUNCED
        ]
        major, minor = number_of_correction(standing)
        following = find_following(standing)
        names = {
            "old": self.instance.of_edition,
            "new": f"{major}.{minor}",
            "announced": following.number if following else "",
        }
        note, _revised, clauses = UPDATE_EFFECTS[UpdateType.SUBSTANTIVE.value]
        revised = gettext(
            "The “revised on” date moves. The second number goes up (%(old)s → %(new)s), because edition %(announced)s "
            "is announced already."
        )
        listed = gettext("The edition is listed in the history, with what changed (%(old)s → %(new)s).")
        stays = UPDATE_EFFECTS[UpdateType.EDITORIAL.value][1]
        until = gettext("It applies from the day chosen below until edition %(announced)s takes effect.")
        self.fields["update_type"].widget.effects = {
            UpdateType.SUBSTANTIVE.value: [note, revised % names, clauses],
            UpdateType.EDITORIAL.value: [listed % names, stays, until % names],
        }

    def _speak_of_the_next(self, standing: Standing, newest: Edition) -> None:
        """While the newest edition is only announced, its correction waits with it; the editor must know before publishing."""
        if not standing.announced:
            self._drop("replaces_announced")
        day = newest.applies_from
        if "update_type" not in self.fields or (day is not None and day <= standing.on):
            return
        language = get_language() or "en"
        names = {"number": newest.number, "date": format_date(day, language) if day else ""}
        sentence = (
            gettext(
                "It corrects edition %(number)s and applies with it, from %(date)s. The text in force stays as it is."
            )
            if day
            else gettext("It corrects edition %(number)s and applies with it, once its date is announced.")
        )
        widget = self.fields["update_type"].widget
        first, second, _when = widget.effects[UpdateType.EDITORIAL.value]
        effects = [first, second, sentence % names]
        if standing.in_force is not None and not standing.in_force.is_withdrawal:
            other_way = gettext("To correct edition %(number)s, which is in force, use “Correct the edition in force”.")
            effects.append(other_way % {"number": standing.in_force.number})
        widget.effects = {**widget.effects, UpdateType.EDITORIAL.value: effects}

    def _drop(self, *names: str) -> None:
        for name in names:
            self.fields.pop(name, None)

    def _set_choices(self) -> None:
        if "update_type" in self.fields:
            self.fields["update_type"].choices = UpdateType.choices  # no “---------”: leaving it open is an answer too
        if "effective_from" in self.fields:
            field = self.fields["effective_from"]
            self.fields["effective_from"] = CivilDateField(
                required=False, label=field.label, help_text=field.help_text, widget=field.widget
            )

        for name in ("update_type", "effective"):
            if name in self.fields:
                self.fields[name].widget.group_label = self.fields[name].label

    def _post_clean(self) -> None:
        super()._post_clean()
        self._renew_clause_keys()
        if not self.errors and self._is_publishing():
            self._add_refusals()

    def _renew_clause_keys(self) -> None:
        """Give a fresh key to every clause that has none, or another's: a key is the identity of one clause."""
        seen: set[str] = set()
        for child in self.instance.clauses:
            try:
                key = str(uuid.UUID(child.id or ""))
            except ValueError:
                key = ""
            child.id = key if key and key not in seen else str(uuid.uuid4())
            seen.add(child.id)

    def _is_publishing(self) -> bool:
        if any(self.data.get(action) for action in _PUBLISHING_ACTIONS):
            return True
        return bool(self.data.get("action-workflow-action")) and self.data.get("workflow-action-name") == "approve"

    def _add_refusals(self) -> None:
        at = timezone.now()
        if self.instance.go_live_at is not None:
            at = max(at, self.instance.go_live_at)
        for refusal in check_readiness(self.instance, at=at):
            field = refusal.field if refusal.field in self.fields else None
            self.add_error(field, refusal.reason)


class PolicyCopyForm(CopyForm):
    """Copies the draft into a new policy: neither published at once nor as an alias."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("publish_copies", "alias"):
            self.fields.pop(name, None)


def describe_edition(edition: Edition, standing: Standing) -> str:
    """Return an edition's number with what it is: in force since a day, or announced."""
    day = format_date(edition.applies_from, get_language() or "en") if edition.applies_from else ""
    names = {"number": edition.number, "date": day}
    if standing.in_force is not None and edition.pk == standing.in_force.pk:
        return gettext("Edition %(number)s, in force since %(date)s") % names
    if day:
        return gettext("Edition %(number)s, announced for %(date)s") % names
    return gettext("Edition %(number)s, announced; its date is to be announced") % names


def widgets() -> dict[str, forms.Widget]:
    """Return the widgets of the publication panel's fields."""
    return {
        "update_type": AnswerSelect(effects=UPDATE_EFFECTS),  # type: ignore[arg-type]  # lazy strings are strings
        "effective": AnswerSelect(effects=EFFECTIVE_EFFECTS),  # type: ignore[arg-type]
        "effective_from": CivilDateInput(),
        "change_note": forms.Textarea(attrs={"rows": 4} | _NOT_RESTORED),
        "document_no": forms.TextInput(attrs=_NOT_RESTORED),
        "notice_waiver": forms.Textarea(attrs={"rows": 2} | _NOT_RESTORED),
        "of_edition": forms.HiddenInput(),
        "based_on_edition": forms.HiddenInput(),
    }
