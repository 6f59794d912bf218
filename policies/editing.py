"""Joins the editor's desk to the models, which know nothing of forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import post_delete, pre_delete
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from wagtail.forms import TaskStateCommentForm

from policies import guards
from policies.choices import EffectiveRule
from policies.forms import PolicyCopyForm
from policies.models import EditionText, Policy, PolicyPage
from policies.panels import build_edit_handler
from policies.services.readiness import find_newest_edition

if TYPE_CHECKING:
    from wagtail.models import Revision


def connect() -> None:
    """Give policy pages their form, and guard the ways of deleting that go around the page's own method."""
    PolicyPage.edit_handler = build_edit_handler()
    PolicyPage.copy_form_class = PolicyCopyForm
    # Wagtail leaves this label to the name of the field, which nobody can translate.
    TaskStateCommentForm.base_fields["comment"].label = pgettext_lazy("of an approver", "Comment")
    pre_delete.connect(_refuse_deletion, sender=PolicyPage, dispatch_uid="policies.refuse_deletion")
    post_delete.connect(_forget_policy, sender=PolicyPage, dispatch_uid="policies.forget_policy")


def _refuse_deletion(*, instance: PolicyPage, **_kwargs: Any) -> None:
    guards.refuse_deletion(instance)


def _forget_policy(*, instance: PolicyPage, **_kwargs: Any) -> None:
    """Remove a policy of which nothing was ever public with its last page."""
    Policy.objects.filter(pk=instance.policy_id, pages=None, editions=None).delete()


def begin_next_edition(page: PolicyPage, revision: Revision | None) -> str:
    """Prepare the draft that a form is about to show, and return a warning for its editor, or "".

    What an issued draft (or one older than it) says of its own edition must not be said of the next one, so it starts
    blank. A draft that somebody began before another edition appeared keeps its words, and its editor is told.
    """
    newest = find_newest_edition(page)
    if newest is None or revision is None:
        return ""
    basis, page.based_on_edition = page.based_on_edition, newest.number
    issued = EditionText.objects.filter(edition__policy_id=page.policy_id, locale=page.language)
    if issued.filter(source_revision_id__gte=revision.pk).exists():
        page.update_type = page.change_note = page.document_no = page.notice_waiver = ""
        page.effective, page.effective_from = EffectiveRule.ON_ISSUE, None
        page.go_live_at = None
        for child in page.clauses:
            child.value["reason"] = ""
        return ""
    if page.is_source and basis and basis != newest.number:
        message = _(
            "Edition %(number)s was published after this draft was begun. Under “Publication” you see what the draft "
            "would change in it; look there before you publish."
        )
        return message % {"number": newest.number}
    return ""
