"""Joins the editor's desk to the models, which know nothing of forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import post_delete, pre_delete
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy
from wagtail.forms import TaskStateCommentForm

from core.dates import today
from policies import guards
from policies.choices import EffectiveRule
from policies.forms import PolicyCopyForm
from policies.models import EditionText, Policy, PolicyPage
from policies.panels import build_edit_handler
from policies.presentation import clause_label
from policies.services.correcting import find_missing_correction
from policies.services.planning import find_corrected, find_last_issued, find_standing
from policies.services.texts import find_newest_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wagtail.models import Revision

    from policies.models import Edition
    from policies.services.planning import Standing
    from policies.text.clauses import Clause


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


def begin_next_edition(page: PolicyPage, revision: Revision | None) -> list[str]:
    """Prepare the draft that a form is about to show, and return what its editor must know first, in sentences.

    What an issued draft (or one older than it) says of its own edition must not be said of the next one, so it starts
    blank. A draft that somebody began before another edition appeared keeps its words, and its editor is told; so are
    those whose draft lacks what was corrected in the edition in force after the draft's own edition was announced.
    """
    last = find_last_issued(page.policy_id) if page.policy_id else None
    if last is None or revision is None:
        return []
    standing = find_standing(page.policy_id, on=today())
    basis, page.based_on_edition = page.based_on_edition, last.number
    issued = EditionText.objects.filter(edition__policy_id=page.policy_id, locale=page.language)
    if issued.filter(source_revision_id__gte=revision.pk).exists():
        page.update_type = page.change_note = page.document_no = page.notice_waiver = page.of_edition = ""
        page.effective, page.effective_from = EffectiveRule.ON_ISSUE, None
        page.go_live_at, page.replaces_announced = None, False
        for child in page.clauses:
            child.value["reason"] = ""
        basis = ""
    if not page.is_source:
        page.of_edition = _edition_to_join(page, standing)
    return [*_warn_of_basis(page, standing, basis, last), *_warn_of_missing_correction(page, standing)]


def _edition_to_join(page: PolicyPage, standing: Standing) -> str:
    """Return the edition that a translation's draft belongs to: the one it names, that of its newest text, or the only one."""
    numbers = [edition.number for edition in standing.open]
    newest = find_newest_text(policy_id=page.policy_id, locale=page.language)
    wanted = [page.of_edition, newest.edition.number if newest else ""]
    found = next((number for number in wanted if number in numbers), "")
    return found or (numbers[0] if len(numbers) == 1 else "")


def _warn_of_basis(page: PolicyPage, standing: Standing, basis: str, last: Edition) -> Iterator[str]:
    if not page.is_source:
        return
    if page.of_edition and find_corrected(page, standing) is None:
        message = _(
            "This draft corrects edition %(number)s, which is not in force any more. Drop the correction and begin "
            "again from the edition in force."
        )
        yield message % {"number": page.of_edition}
    elif basis and basis != last.number:
        message = _(
            "Edition %(number)s was published after this draft was begun. Under “Publication” you see what the draft "
            "would change in it; look there before you publish."
        )
        yield message % {"number": last.number}


def _warn_of_missing_correction(page: PolicyPage, standing: Standing) -> Iterator[str]:
    is_correction = find_corrected(page, standing) is not None if page.is_source else False
    correction = None if is_correction else find_missing_correction(page)
    if correction is None or page.of_edition == correction.number:
        return
    names = {"number": correction.number, "newest": correction.newest}
    message = _("Edition %(number)s corrected the text in force. Edition %(newest)s does not have that correction.")
    yield message % names
    if correction.done:
        message = _(
            "This draft has it in: %(clauses)s. Look at it and publish it as wording only (editorial), and it applies "
            "with edition %(newest)s."
        )
        yield message % {**names, "clauses": _list_labels(correction.done)}
    if correction.left:
        message = _("This draft reads otherwise in: %(clauses)s. Put it right there by hand.")
        yield message % {"clauses": _list_labels(correction.left)}


def _list_labels(clauses: Iterable[Clause]) -> str:
    return pgettext("between words", ", ").join(clause_label(clause) for clause in clauses)
