"""The panels of the policy page's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.forms import Media
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    MultiFieldPanel,
    ObjectList,
    Panel,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.staticfiles import versioned_static

from core.dates import civil_date, today
from core.languages import html_language, language_name
from policies.comparison_admin import ClausesComparison
from policies.forms import PolicyPageForm, describe_edition, widgets
from policies.payloads import clauses_from_data
from policies.redline import redline_against_basis
from policies.services.correcting import can_correct
from policies.services.planning import find_corrected, find_following, find_joined, find_standing, plan_draft
from policies.services.structure import find_source_text
from policies.text.numbering import number_clauses

if TYPE_CHECKING:
    from policies.models import PolicyPage


class TitlePanel(TitleFieldPanel):
    """The title; the address follows it only as long as the form has an address to change."""

    class BoundPanel(TitleFieldPanel.BoundPanel):
        def get_attrs(self) -> dict[str, Any]:
            attrs: dict[str, Any] = super().get_attrs()
            if not attrs["data-w-sync-target-value"]:
                return {name: value for name, value in attrs.items() if name == "placeholder"}
            return attrs


class ClausesPanel(FieldPanel):
    """The clauses; compared clause by clause instead of block by block."""

    def get_comparison_class(self) -> type[ClausesComparison]:
        return ClausesComparison


class DeskPanel(Panel):
    """What the list of clauses needs to know of the page, and what the editor should know before beginning.

    Carries the hidden `based_on_edition`, the language of the numbers, and on a translation the source text of each
    clause with the button that brings the structure up to date.
    """

    def get_form_options(self) -> dict[str, Any]:
        return {
            "fields": ["based_on_edition"],
            "widgets": {"based_on_edition": widgets()["based_on_edition"]},
            "defer_required_on_fields": ["based_on_edition"],
        }

    class BoundPanel(Panel.BoundPanel):
        template_name = "policies/admin/panels/desk.html"

        @property
        def media(self) -> Media:
            return Media(css={"all": [versioned_static("policies-admin/desk.css")]})

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            page = cast("PolicyPage", self.instance)
            source = _source_text(page)
            return {
                **super().get_context_data(parent_context),
                "page": page,
                "form": self.form,
                "of_edition": _edition_to_name(self.form),
                "numbering": page.language if page.locale_id else "",
                "source": source,
                "source_language": language_name(source["language"]) if source else "",
            }


class RedlinePanel(Panel):
    """The draft, as last saved, against the newest edition in its language, and what that suggests."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "policies/admin/panels/redline.html"

        def is_shown(self) -> bool:
            return bool(self.instance.pk)

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            page = cast("PolicyPage", self.instance)
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "page": page, "redline": redline_against_basis(page)}


class EditionPanel(Panel):
    """Which edition is being prepared, and from which; on a translation, of which edition it is the text."""

    def get_form_options(self) -> dict[str, Any]:
        return {
            "fields": ["of_edition"],
            "widgets": {"of_edition": widgets()["of_edition"]},
            "defer_required_on_fields": ["of_edition"],
        }

    class BoundPanel(Panel.BoundPanel):
        template_name = "policies/admin/panels/edition.html"

        def get_context_data(self, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
            page = cast("PolicyPage", self.instance)
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "page": page, "form": self.form, **_describe_plan(page)}


class SchedulePanel(PublishingPanel):
    """When to publish by itself. A policy never expires by itself: it is withdrawn, with a notice."""

    def __init__(self, **kwargs: Any) -> None:
        dates = PublishingPanel().children
        super().__init__(**{"children": [each for each in dates if each.field_name == "go_live_at"], **kwargs})


def _edition_to_name(form: PolicyPageForm) -> str:
    """Return the edition that a draft speaks of when that is not the only one possible."""
    page = form.instance
    is_chosen = "of_edition" in form.fields and not form["of_edition"].is_hidden
    return page.of_edition if page.is_source or is_chosen else ""


def _describe_plan(page: PolicyPage) -> dict[str, Any]:
    """Return what publishing a draft would make of its policy, as things stand today."""
    if page.policy_id is None:
        return {"newest": None}
    now = timezone.now()
    standing = find_standing(page.policy_id, on=civil_date(now))
    corrected = find_corrected(page, standing) if page.is_source else None
    joined = None if page.is_source else find_joined(page, standing)
    is_of_lower = joined is not None and standing.newest is not None and joined.pk != standing.newest.pk
    return {
        "newest": standing.newest,
        "in_force": standing.in_force,
        "announced": [describe_edition(edition, standing) for edition in standing.announced],
        "corrected": corrected,
        "number": "{}.{}".format(*plan_draft(page, standing, at=now).number),
        "following": find_following(standing) if corrected else None,
        "joined": joined,
        "can_drop": bool(page.of_edition) if page.is_source else is_of_lower,
        "can_correct": can_correct(standing) and not corrected and not is_of_lower,
    }


def _source_text(page: PolicyPage) -> dict[str, Any] | None:
    """Return what stands beside each clause of a translation; None on the source's own page."""
    text = find_source_text(page, on=today())
    if text is None:
        return None
    clauses = clauses_from_data(text.clauses)
    return {
        "language": text.locale,
        "lang": html_language(text.locale),
        "number": text.edition.number,
        "clauses": {
            clause.key: {"number": number, "heading": clause.heading, "body": clause.body}
            for clause, number in zip(clauses, number_clauses(clauses, text.locale), strict=True)
        },
    }


def build_edit_handler() -> TabbedInterface:
    """Return the form of a policy page, in tabs."""
    inputs = widgets()
    content = ObjectList(
        [
            TitlePanel("title"),
            FieldPanel("summary"),
            MultiFieldPanel(
                [FieldPanel("responsible_unit"), FieldPanel("contact"), FieldPanel("slug")], heading=_("Responsibility")
            ),
            DeskPanel(),
            ClausesPanel("clauses"),
        ],
        heading=_("Content"),
    )
    publication = ObjectList(
        [
            EditionPanel(),
            RedlinePanel(heading=_("What this draft changes"), icon="diff"),
            FieldPanel("update_type", widget=inputs["update_type"], heading=_("Do readers need to know?")),
            FieldPanel("change_note", widget=inputs["change_note"]),
            FieldPanel("effective", widget=inputs["effective"]),
            FieldPanel("effective_from", widget=inputs["effective_from"]),
            FieldPanel("replaces_announced"),
            FieldPanel("document_no", widget=inputs["document_no"]),
            FieldPanel("notice_waiver", widget=inputs["notice_waiver"]),
            SchedulePanel(),
            CommentPanel(),
        ],
        heading=_("Publication"),
    )
    return TabbedInterface([content, publication], base_form_class=PolicyPageForm)
