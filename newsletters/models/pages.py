"""Where bulletins are written: Wagtail pages. The public reads what was sent, never these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from core.languages import html_language
from core.mail import ValueName, resolve
from core.models import BasePage
from newsletters.addresses import archive_path, own_path
from newsletters.blocks import BulletinStreamBlock
from newsletters.choices import MailingState, TopicKind
from newsletters.drafts import read_draft
from newsletters.models.mailings import Mailing
from newsletters.models.topics import Topic
from newsletters.pieces import new_bases, piece_digests
from newsletters.rendering import render_article

if TYPE_CHECKING:
    from django.http import HttpRequest
    from wagtail.models import Revision

#: The slug of the list of bulletins: part of every public address.
INDEX_SLUG = "bulletins"


class BulletinIndexPage(BasePage):
    """The parent of all bulletins of a language; its public face is the page of topics and of what was sent."""

    parent_page_types = ["home.HomePage"]
    subpage_types = ["newsletters.BulletinPage"]
    max_count_per_parent = 1
    private_page_options: list[str] = []

    class Meta:
        verbose_name = _("list of bulletins")
        verbose_name_plural = _("lists of bulletins")

    def clean(self) -> None:
        super().clean()
        if self.slug != INDEX_SLUG:
            message = gettext("Public addresses of bulletins contain “%(slug)s”; keep it.") % {"slug": INDEX_SLUG}
            raise ValidationError({"slug": message})


class BulletinPage(BasePage):
    """The draft of a bulletin in one language.

    Publishing approves its words; sending is an act of its own (`newsletters.services.bulletins`), after which later
    edits of the page change nothing that was sent. The oldest page of those tied as translations is the source. `bases` says what each piece of a translation was made
    from (`newsletters.pieces`).
    """

    parent_page_types = ["newsletters.BulletinIndexPage"]
    subpage_types: list[str] = []
    private_page_options: list[str] = []

    topic = models.ForeignKey(
        Topic,
        verbose_name=_("topic"),
        on_delete=models.PROTECT,
        related_name="+",
        limit_choices_to={"kind": TopicKind.BULLETIN},
        help_text=_("Who gets it: the subscribers of this topic. Translations are of the topic of their source."),
    )
    summary = models.TextField(
        _("summary"),
        max_length=500,
        blank=True,
        help_text=_("One or two sentences. Lists of mails show them beside the subject, digests and feeds below it."),
    )
    body = StreamField(BulletinStreamBlock(), verbose_name=_("text"), blank=True)
    bases = models.JSONField(default=dict, editable=False)

    content_panels = [*BasePage.content_panels, FieldPanel("topic"), FieldPanel("summary"), FieldPanel("body")]
    promote_panels: list[Any] = []

    class Meta:
        verbose_name = _("bulletin")
        verbose_name_plural = _("bulletins")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """Give a translation the topic of its source, and a page a slug where its headline yields none, as Chinese does."""
        source = self.find_source()
        if source is not None:
            self.topic = source.topic
        if not self.slug and not slugify(self.title):
            self.slug: str = f"bulletin-{self.translation_key.hex[:12]}"
        super().full_clean(*args, **kwargs)

    def find_source(self) -> BulletinPage | None:
        """Return the page that this one translates; None when it is the source itself."""
        pages = BulletinPage.objects.filter(translation_key=self.translation_key).exclude(pk=self.pk)
        source: BulletinPage | None = pages.order_by("pk").select_related("locale", "topic").first()
        return source if source is not None and (self.pk is None or source.pk < self.pk) else None

    def save_revision(self, *args: Any, **kwargs: Any) -> Revision:
        """Save a draft; a translation notes what its new pieces were made from."""
        source = self.find_source()
        if source is None:
            self.bases = {}
        else:
            former = self.get_latest_revision_as_object() if self.latest_revision_id else None
            self.bases = new_bases(self, former, source.get_latest_revision_as_object())
        return super().save_revision(*args, **kwargs)

    def confirm_translation(self, user: Any) -> Revision:
        """Save that all pieces are still accurate, as the source stands now."""
        source = self.find_source()
        current = piece_digests(source.get_latest_revision_as_object()) if source else {}
        own = piece_digests(self)
        self.bases = {name: digest for name, digest in current.items() if name in own}
        return super().save_revision(user=user, clean=False)

    def find_mailings(self) -> models.QuerySet[Mailing]:
        """Return the mailings that this bulletin was sent by, in any language, newest first."""
        return Mailing.objects.filter(key__startswith=f"bulletin:{self.translation_key}:").order_by("-pk")

    # The public face is the archive

    def get_url_parts(self, request: Any = None) -> tuple[int, str, str] | None:
        """Return where it can be read once it was sent; nothing before."""
        parts: tuple[int, str, str] | None = super().get_url_parts(request)
        sent = self._find_sent()
        return None if parts is None or sent is None else (parts[0], parts[1], archive_path(sent.pk, self.language))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead to the archive; a bulletin that was not sent is not public."""
        sent = self._find_sent()
        if sent is None:
            raise Http404
        return redirect(archive_path(sent.pk, self.language))

    def _find_sent(self) -> Mailing | None:
        sent = self.find_mailings().filter(frozen_at__isnull=False).exclude(state=MailingState.CANCELLED)
        return sent.first()

    # Previews

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The mail as it will come, in both its parts, and the page of the archive."""
        return [("mail", _("Mail")), ("text", _("Mail as plain text")), ("web", _("Page of the archive"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """Show the draft; links of a reader's own lead nowhere."""
        if mode_name == "web":
            response: HttpResponse = super().serve_preview(request, mode_name)
            return response
        article = read_draft(self).article
        content = render_article(article, template="bulletin", frame=self.language, topic=self.topic)
        values = {name.value: "#" for name in ValueName}
        if mode_name == "text":
            return HttpResponse(resolve(content.text, values), content_type="text/plain; charset=utf-8")
        return HttpResponse(resolve(content.html, values))

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """Preview with the very parts that readers see."""
        return "newsletters/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        """Show the draft as the article that it would become."""
        context = super().get_preview_context(request, mode_name)
        return {
            **context,
            "article": read_draft(self).article,
            "own_path": own_path,
            "language": self.language,
            "html_lang": html_language(self.language),
        }
