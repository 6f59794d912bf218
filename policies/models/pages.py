"""The workshop: Wagtail pages in which policies are drafted. The public never reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from wagtail.fields import StreamField
from wagtail.log_actions import LogContext, get_active_log_context, log
from wagtail.models import TaskState
from wagtail.search.index import AutocompleteField, SearchField

from core.models import BasePage
from policies import guards
from policies.blocks import ClauseStreamBlock
from policies.choices import EffectiveRule, PolicyKind, UpdateType
from policies.drafts import page_document
from policies.errors import EditionRefused
from policies.models.editions import EditionText
from policies.models.policy import Policy
from policies.models.working import ScheduledRefusal
from policies.permissions import PolicyPagePermissionTester
from policies.presentation import list_contents, render_contents
from policies.signals import revision_went_live
from policies.text.rendering import render_html

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from wagtail.models import Revision

    from members.models import User

#: The slug of the list of policies: part of every public address.
INDEX_SLUG = "policies"


class PolicyIndexPage(BasePage):
    """The parent of all policy pages of a language; its public face is the list of policies."""

    subpage_types = ["policies.PolicyPage"]
    max_count_per_parent = 1
    private_page_options: list[str] = []

    class Meta:
        verbose_name = _("list of policies")
        verbose_name_plural = _("lists of policies")

    def clean(self) -> None:
        super().clean()
        if self.slug != INDEX_SLUG:
            message = gettext("Public addresses of policies contain “%(slug)s”; keep it.") % {"slug": INDEX_SLUG}
            raise ValidationError({"slug": message})


class PolicyPage(BasePage):
    """The draft of a policy in one language. Publishing it issues an edition (`policies.services.issue`).

    The fields from `update_type` to `replaces_announced` speak of the next edition only. `based_on_edition` is the last
    edition its author had seen, so that a draft never goes out over an edition that appeared meanwhile. `interrupted`
    is the draft that a correction of the edition in force set aside.
    """

    parent_page_types = ["policies.PolicyIndexPage"]
    subpage_types: list[str] = []
    private_page_options: list[str] = []
    exclude_fields_in_copy = [
        "policy",
        "update_type",
        "change_note",
        "effective",
        "effective_from",
        "document_no",
        "notice_waiver",
        "of_edition",
        "replaces_announced",
        "based_on_edition",
        "interrupted",
    ]

    search_fields = [
        *BasePage.search_fields,
        SearchField("summary"),
        SearchField("clauses"),
        AutocompleteField("clauses"),  # what Wagtail's own search of pages looks in
    ]
    policy = models.ForeignKey(
        Policy, verbose_name=_("policy"), on_delete=models.PROTECT, related_name="pages", editable=False, null=True
    )
    summary = models.TextField(_("summary"), blank=True, help_text=_("Plain words, two or three sentences."))
    responsible_unit = models.CharField(_("responsible unit"), max_length=255, blank=True)
    contact = models.CharField(_("contact"), max_length=500, blank=True)
    clauses = StreamField(ClauseStreamBlock(), verbose_name=_("clauses"), blank=True)

    update_type = models.CharField(_("do readers need to know?"), max_length=20, choices=UpdateType, blank=True)
    change_note = models.TextField(
        _("change note"), blank=True, help_text=_("What changes and why, in the language of this page.")
    )
    effective = models.CharField(
        _("takes effect"), max_length=20, choices=EffectiveRule, default=EffectiveRule.ON_ISSUE
    )
    effective_from = models.DateField(_("effective from"), null=True, blank=True)
    document_no = models.CharField(_("document number"), max_length=120, blank=True)
    notice_waiver = models.TextField(
        _("reason for shorter notice"),
        blank=True,
        help_text=_("Needed only when the edition takes effect before the policy’s notice period has passed."),
    )
    #: On the source's page the edition in force that the draft corrects, empty for the next edition; on others the
    #: edition that the text belongs to, empty when only one is possible.
    of_edition = models.CharField(_("belongs to edition"), max_length=20, blank=True)
    replaces_announced = models.BooleanField(
        _("it takes the place of what is announced"),
        default=False,
        help_text=_(
            "Editions announced for the same day or later then never apply, and their readers are told so. "
            "An edition whose date is to be announced never applies either, once this one does."
        ),
    )
    based_on_edition = models.CharField(max_length=20, blank=True)
    interrupted = models.ForeignKey(
        "wagtailcore.Revision", on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )

    class Meta:
        verbose_name = _("policy page")
        verbose_name_plural = _("policy pages")

    # The policy and its languages

    @property
    def is_on_record(self) -> bool:
        """Whether any edition of this page's policy was ever public."""
        return self.policy is not None and self.policy.has_editions

    @property
    def is_source(self) -> bool:
        """Whether editions are issued from this page, rather than translations of them."""
        return self.policy is None or self.policy.prevailing_locale == self.language

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        super().full_clean(*args, **kwargs)
        stored = PolicyPage.objects.filter(pk=self.pk).values_list("slug", flat=True).first()
        if stored and stored != self.slug and self.is_on_record:
            message = gettext("The address “%(slug)s” is part of the public record and cannot change.")
            raise ValidationError({"slug": message % {"slug": stored}})
        namesake = Policy.objects.filter(slug=self.slug).exclude(key=self.translation_key)
        if namesake.exists():
            message = gettext("Another policy has the address “%(slug)s”. Choose a different one.")
            raise ValidationError({"slug": message % {"slug": self.slug}})

    def _adopt_policy(self) -> None:
        if self.policy is not None and self.policy.key == self.translation_key:
            if self.policy.slug != self.slug and not self.policy.has_editions:
                self.policy.slug = self.slug
                self.policy.save(update_fields=["slug"])
            return
        self.policy = Policy.objects.filter(key=self.translation_key).first() or Policy.objects.create(
            key=self.translation_key,
            slug=self.slug,
            kind=self.slug if self.slug in PolicyKind.values else PolicyKind.OTHER,
            prevailing_locale=self.language,
        )

    # Publishing

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the page; when Wagtail makes a new revision live, the edition is issued in the same transaction.

        All of Wagtail's ways to publish (button, workflow, schedule, API) end in this call with `live_revision` set,
        and only some of them pass through `publish()`: this is the one place that none can go around. Raises
        `EditionRefused`, and then nothing has changed.
        """
        self._adopt_policy()
        self.expire_at = None  # a policy is withdrawn, with a notice; it never just disappears
        super().save(*args, **kwargs)
        if self.live and self.live_revision_id and not self._was_issued(self.live_revision_id):
            revision_went_live.send(
                sender=PolicyPage, page=self, revision=self.live_revision, at=self.last_published_at
            )

    def save_revision(
        self, *args: Any, overwrite_revision: Revision | None = None, clean: bool = True, **kwargs: Any
    ) -> Revision:
        """Save a draft. A revision that was issued, scheduled or submitted is never overwritten: a new one is made.

        Wagtail lets an author's open tab overwrite the latest revision even after somebody else published it. Its form
        also saves by itself when it is merely looked at; a draft (`clean=False`) that says nothing beyond what was
        issued last is not kept, so that “draft waiting” means what it says.
        """
        latest = self.get_latest_revision() if not clean else None
        if latest is not None and self._was_issued(latest.pk) and self._says_nothing_beyond(latest):
            return latest
        if overwrite_revision is not None and self._is_sealed(overwrite_revision):
            overwrite_revision = None
        return super().save_revision(*args, overwrite_revision=overwrite_revision, clean=clean, **kwargs)

    def _says_nothing_beyond(self, issued: Revision) -> bool:
        before: PolicyPage = issued.as_object()
        words = (self.update_type, self.change_note, self.document_no, self.notice_waiver)
        corrects = self.is_source and self.of_edition
        has_plans = self.effective != EffectiveRule.ON_ISSUE or self.effective_from or self.go_live_at or any(words)
        same_contact = (self.responsible_unit, self.contact) == (before.responsible_unit, before.contact)
        return not (has_plans or corrects) and same_contact and page_document(self) == page_document(before)

    def publish(self, revision: Revision, user: User | None = None, **kwargs: Any) -> None:
        """Publish `revision`; when a schedule runs and the record refuses, keep the draft and note the reason."""
        actor = user or get_active_log_context().user
        try:
            with LogContext(user=actor):
                super().publish(revision, user=user, **kwargs)
        except EditionRefused as refusal:
            if kwargs.get("log_action") != "wagtail.publish.scheduled":
                raise
            self._note_scheduled_refusal(revision, refusal)

    @transaction.atomic
    def _note_scheduled_refusal(self, revision: Revision, refusal: EditionRefused) -> None:
        # One policy that cannot be issued must not keep `publish_scheduled` from publishing everything after it.
        self.revisions.filter(pk=revision.pk).update(approved_go_live_at=None)
        ScheduledRefusal.objects.update_or_create(
            page=self, defaults={"reason": refusal.reason, "refused_at": timezone.now()}
        )
        log(instance=self, action="policies.schedule_refused", data={"reason": refusal.reason}, revision=revision)

    @staticmethod
    def _was_issued(revision_id: int) -> bool:
        return EditionText.objects.filter(source_revision_id=revision_id).exists()

    def _is_sealed(self, revision: Revision) -> bool:
        in_review = TaskState.objects.filter(revision=revision).exclude(status=TaskState.STATUS_CANCELLED)
        return bool(
            revision.approved_go_live_at
            or revision.pk == self.live_revision_id
            or self._was_issued(revision.pk)
            or in_review.exists()
        )

    # What Wagtail offers for pages, and the record does not allow

    def permissions_for_user(self, user: User | AnonymousUser) -> PolicyPagePermissionTester:
        """Leave out what the record does not allow, so that menus do not offer it."""
        return PolicyPagePermissionTester(user, self)

    def with_content_json(self, content: dict[str, Any]) -> PolicyPage:
        """Read a revision; the policy and the address are the page's own, whatever a copied revision says."""
        page: PolicyPage = super().with_content_json(content)
        page.policy = self.policy
        if self.is_on_record and page.slug != self.slug:
            page.slug = self.slug
            page.set_url_path(self.get_parent())
        return page

    def unpublish(self, *args: Any, log_action: bool | str = True, **kwargs: Any) -> None:
        """Refuse: a policy that was public is withdrawn by an edition of its own."""
        if log_action == "wagtail.unpublish.scheduled" and self.is_on_record:
            return  # `publish_scheduled` must go on with everything else
        guards.refuse_unpublishing(self)
        super().unpublish(*args, log_action=log_action, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Delete a policy page of which nothing was ever public; its policy goes with the last page (`policies.editing`)."""
        guards.refuse_deletion(self)
        return super().delete(*args, **kwargs)

    def move(self, *args: Any, **kwargs: Any) -> None:
        """Refuse to move a page whose address is part of the record."""
        guards.refuse_moving(self)
        super().move(*args, **kwargs)

    def copy(self, *args: Any, keep_live: bool = True, **kwargs: Any) -> PolicyPage:
        """Copy the draft into a new policy; the copy is never live, since it has no edition of its own."""
        del keep_live
        kwargs["copy_revisions"] = False
        copied: PolicyPage = super().copy(*args, keep_live=False, **kwargs)
        return copied

    def create_alias(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: an alias would show a policy at a second address, without a record."""
        guards.refuse_alias(self)

    # Addresses: the public face is `policies.views`, which reads editions

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str] | None:
        """Return the address of the text in force, which is the same in every site of the tree."""
        parts: tuple[int, str, str] | None = super().get_url_parts(request)
        if parts is None or self.policy is None:
            return parts
        with override(self.language):
            return parts[0], parts[1], reverse("policies:current", args=[self.policy.slug])

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """Preview with the very template that readers see."""
        return "policies/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """Show the draft as the text that it would become."""
        context = super().get_preview_context(request, mode_name)
        document = page_document(self)
        return {
            **context,
            "document": document,
            "document_html": mark_safe(render_html(document)),  # noqa: S308 -- bodies were sanitised on the way in
            "contents": render_contents(list_contents(document.clauses, document.language)),
        }
