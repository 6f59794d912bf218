"""What an approver sees before a bulletin is sent, and for what it may not be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.languages import language_codes, language_name
from core.mail import MailContentError, resolve
from core.mail.content import ValueName
from core.mail.wrapping import columns
from newsletters.choices import DeliveryState, MailingState
from newsletters.drafts import LONGEST, foreign_parts, is_in_its_language, read_draft
from newsletters.link_checks import CheckedLink, Finding, check_links
from newsletters.models import BulletinPage, Mailing
from newsletters.pieces import standing
from newsletters.rendering import render_article
from newsletters.services.freeze import count_audience

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from newsletters.articles import Article
    from newsletters.drafts import Draft
    from newsletters.models import Topic

#: Gmail shows no more of a mail than this, and hides the way to unsubscribe with the rest.
CLIPPED_FROM = 102 * 1024
_LONGEST_SUBJECT = 60
_SHOUTING = re.compile(r"[!！?？]{2,}|[$＄€]{2,}|[★☆◆■●※]{2,}|[A-Z]{4,}(?:\W+[A-Z]{4,})+")
_FALSE_REPLY = re.compile(r"\s*(?:re|fw|fwd|回覆|轉寄)\s*[:：]", re.IGNORECASE)
_PICTOGRAPH = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf]")


@dataclass(slots=True)
class LanguageFacts:
    """One language of a bulletin: its approved page, who would get what, and what was found.

    `gets` is the language of the words that its readers would get; empty when they would get nothing.
    """

    language: str
    page: BulletinPage | None
    article: Article | None = None
    is_required: bool = False
    readers: int = 0
    waiting: int = 0
    gets: str = ""
    size: int = 0
    links: list[CheckedLink] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lags: bool = False

    @property
    def name(self) -> str:
        return language_name(self.language)

    @property
    def gets_name(self) -> str:
        return language_name(self.gets) if self.gets else ""

    @property
    def is_fallback(self) -> bool:
        return bool(self.gets) and self.gets != self.language

    @property
    def receiving(self) -> int:
        """How many would get it now."""
        if not self.gets:
            return 0
        return self.readers - self.waiting if self.is_fallback else self.readers


@dataclass(slots=True)
class Facts:
    """A bulletin before it is sent; it may be when there are no `refusals`."""

    source: BulletinPage
    topic: Topic
    languages: list[LanguageFacts]
    mailing: Mailing | None
    refusals: list[str]

    @property
    def articles(self) -> Mapping[str, Article]:
        """What would be sent, the source's language first."""
        first = self.source.language
        ordered = sorted(self.languages, key=lambda facts: facts.language != first)
        return {facts.language: facts.article for facts in ordered if facts.article is not None}

    @property
    def receiving(self) -> int:
        return sum(facts.receiving for facts in self.languages)


def source_of(page: BulletinPage) -> BulletinPage:
    """Return the page that a bulletin was first written in."""
    return page.find_source() or page


def pages_of(source: BulletinPage) -> dict[str, BulletinPage]:
    """Return the pages of a bulletin by language, as they are approved: with the content of their live revision."""
    pages = BulletinPage.objects.filter(translation_key=source.translation_key).order_by("pk")
    return {page.language: page for page in pages.select_related("locale", "topic", "live_revision__user")}


def is_blocking(mailing: Mailing) -> bool:
    """Whether a mailing stands in the way of sending again: all but one that was cancelled before anything left."""
    if mailing.state != MailingState.CANCELLED:
        return True
    left = mailing.tallies.filter(state__in=[DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN])
    return mailing.deliveries.exclude(intent_at=None).exists() or left.exists()


def gather_facts(page: BulletinPage, *, at: dt.datetime, with_links: bool = True, uses_fallback: bool = True) -> Facts:
    """Return all that is to be known before a bulletin is sent."""
    source = source_of(page)
    pages, topic = pages_of(source), source.topic
    counts = {count.language: count for count in count_audience(topic, at=at)}
    languages = [
        LanguageFacts(
            language=code,
            page=pages.get(code),
            is_required=code in topic.required_languages,
            readers=counts[code].total if code in counts else 0,
            waiting=counts[code].waiting if code in counts else 0,
        )
        for code in language_codes()
        if code in topic.languages
    ]
    approved_source = pages[source.language]
    for facts in languages:
        _examine(facts, approved_source, with_links=with_links)
    _share_out(languages, source.language, uses_fallback=uses_fallback)
    mailing = next((mailing for mailing in source.find_mailings() if is_blocking(mailing)), None)
    return Facts(source, topic, languages, mailing, list(_refusals(languages, mailing)))


def _examine(facts: LanguageFacts, source: BulletinPage, *, with_links: bool) -> None:
    page = facts.page
    if page is None or not page.live or page.live_revision_id is None:
        facts.notes.append(
            _("There is no page in this language.") if page is None else _("Its text is not approved yet.")
        )
        return
    if page.has_unpublished_changes:
        facts.notes.append(_("There is a newer draft, which is not approved. The approved text is what is sent."))
    draft = read_draft(page)
    article = draft.article
    facts.faults += _missing_pieces(draft)
    if draft.is_too_long:
        facts.faults.append(too_long())
        return
    if not is_in_its_language(article):
        facts.faults.append(_("The text is not in this language."))
    else:
        facts.warnings += [
            _("This part seems to be in another language: %(words)s") % {"words": words[:80]}
            for words in foreign_parts(article)
        ]
    if not article.blocks:
        facts.faults.append(_("There is no text under the headline."))
    if page.pk != source.pk and source.live and not (found := standing(page, source)).is_current:
        facts.lags = True
        parts = {"older": len(found.older), "missing": len(found.missing)}
        facts.faults.append(_("Older than its source: %(older)s parts are, and %(missing)s are missing.") % parts)
    try:
        content = render_article(
            article, template="bulletin", frame=page.language, topic=source.topic, address="https://-"
        )
    except MailContentError as error:
        facts.faults += error.faults
        return
    values = {name.value: "https://-" for name in ValueName}
    facts.size = len((resolve(content.html, values) + resolve(content.text, values)).encode())
    facts.warnings += subject_warnings(content.subject)
    if facts.size > CLIPPED_FROM:
        facts.warnings.append(_("The mail is larger than 102 kB: some mail programs cut off its end."))
    if with_links:
        facts.links = check_links(article.links)
        broken = [link.url for link in facts.links if link.finding == Finding.BROKEN]
        facts.faults += [_("The link %(address)s leads nowhere.") % {"address": address[:200]} for address in broken]
    facts.article = article


def _missing_pieces(draft: Draft) -> Iterator[str]:
    for number in draft.missing_editions:
        yield _("Edition %(number)s has no text in this language.") % {"number": number}
    if draft.missing_pictures:
        words = ngettext(
            "%(count)s image is missing. Choose it again, or remove it.",
            "%(count)s images are missing. Choose them again, or remove them.",
            draft.missing_pictures,
        )
        yield words % {"count": draft.missing_pictures}


def too_long() -> str:
    """Return what is said of a bulletin that no mail should carry."""
    words = _("The text is longer than %(most)s characters. Put the most of it on a page, and link to that.")
    return words % {"most": number_format(LONGEST, force_grouping=True)}


def subject_warnings(subject: str) -> list[str]:
    """Return a sentence for each thing about a subject that readers or filters take for unwanted mail."""
    found = []
    if columns(subject) > _LONGEST_SUBJECT:
        found.append(_("The subject is long: many mail programs show only its first 30 Chinese or 60 Latin letters."))
    if _SHOUTING.search(subject):
        found.append(
            _("The subject shouts (repeated marks, or words in capitals); filters take that for unwanted mail.")
        )
    if _FALSE_REPLY.match(subject):
        found.append(_("The subject begins like an answer or a forwarded mail, which it is not."))
    if _PICTOGRAPH.search(subject):
        found.append(_("The subject has pictographs, which filters and screen readers treat badly."))
    return found


def _share_out(languages: list[LanguageFacts], first: str, *, uses_fallback: bool) -> None:
    sent = [facts.language for facts in languages if facts.article is not None]
    sent.sort(key=lambda code: code != first)
    for facts in languages:
        if facts.article is not None:
            facts.gets = facts.language
        elif uses_fallback and sent:
            facts.gets = sent[0]


def _refusals(languages: list[LanguageFacts], mailing: Mailing | None) -> Iterator[str]:
    if mailing is not None:
        yield _("This bulletin was sent, or is about to be. It cannot be sent twice.")
    if not any(facts.article is not None for facts in languages):
        yield _("No language of this bulletin is approved yet.")
    for facts in languages:
        if facts.is_required and facts.article is None and not facts.faults:
            note = facts.notes[0] if facts.notes else ""
            yield _("%(language)s is required. %(reason)s") % {"language": facts.name, "reason": note}
        for fault in facts.faults:
            yield f"{facts.name}: {fault}"
