"""What was sent, in a browser: for those who were not subscribed, who want a link, or whose mail program shows little."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.addresses import full_address, in_language
from core.languages import html_language, language_codes, language_name
from core.selectors import find_agency
from newsletters.addresses import own_path
from newsletters.articles import Article, Change
from newsletters.choices import MailingState
from newsletters.feeds import Entry, write_feed
from newsletters.models import Topic
from newsletters.selectors import (
    archived_bodies,
    archived_mailings,
    find_archived,
    find_note_correction,
    list_archive,
    topic_text,
)
from policies.views.answers import Link, alternates, not_found, reader_language

if TYPE_CHECKING:
    from django.http import HttpRequest

    from newsletters.models import Mailing
    from policies.models import NoteCorrection

PAGE_SIZE = 20
FEED_SIZE = 30


@require_safe
def issue(request: HttpRequest, number: int) -> HttpResponse:
    """Show one mailing in the reader's language, or say in which languages there is one."""
    mailing = find_archived(number)
    if mailing is None or mailing.topic is None:
        raise Http404
    topics = Link(reverse("newsletters:topic", args=[mailing.topic.slug]), _("What else was sent on this topic"))
    if mailing.state == MailingState.CANCELLED:
        reason = _("This mailing was withdrawn.")
        return render(request, "410.html", {"reason": reason, "links": [topics]}, status=410)
    bodies, language = archived_bodies(mailing), reader_language()
    body = bodies.get(language)
    if body is None:
        others = [
            Link(in_language(request.path, code), language_name(code), html_language(code))
            for code in language_codes()
            if code in bodies
        ]
        return not_found(request, _("There is no text in this language."), links=[*others, topics])
    article = Article.from_data(body.article)
    context = {
        "article": article,
        "mailing": mailing,
        "topic": topic_text(mailing.topic, language),
        "topic_slug": mailing.topic.slug,
        "corrections": note_corrections(article, mailing),
        "digest": body.digest,
        "own_path": own_path,
        "canonical": request.path,
        "alternates": alternates(request.path, bodies),
        "feed": reverse("newsletters:feed", args=[mailing.topic.slug]),
        "feed_title": _name(mailing.topic, language),
    }
    return render(request, "newsletters/issue.html", context)


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what was sent on a topic; `before` names the mailing that the page before ended with."""
    found = get_object_or_404(Topic, slug=slug)
    before = request.GET.get("before")
    if before is not None and not (before.isascii() and before.isdecimal() and len(before) <= 12):
        raise Http404
    language = reader_language()
    entries = list_archive(language=language, topic=found, before=int(before) if before else None, limit=PAGE_SIZE + 1)
    if before and not entries:
        raise Http404
    context = {
        "topic": topic_text(found, language),
        "topic_slug": slug,
        "entries": entries[:PAGE_SIZE],
        "older": entries[PAGE_SIZE - 1].number if len(entries) > PAGE_SIZE else 0,
        "before": before,
        "canonical": request.path,
        "alternates": alternates(request.path, language_codes()),
        "feed": reverse("newsletters:feed", args=[slug]),
        "feed_title": _name(found, language),
    }
    return render(request, "newsletters/topic.html", context)


@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the newest mailings on a topic that have words in the reader's language."""
    found = get_object_or_404(Topic, slug=slug)
    language = reader_language()
    mailings = archived_mailings(found).filter(bodies__locale=language, bodies__variant="")[:FEED_SIZE]
    agency = find_agency(language)
    body, updated = write_feed(
        path=request.path,
        language=language,
        topic=found,
        title=_name(found, language),
        entries=[_entry(mailing, language) for mailing in mailings],
        author=agency.name if agency else "",
    )
    response = HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["Last-Modified"] = http_date(updated.timestamp())
    return response


def note_corrections(article: Article, mailing: Mailing) -> dict[int, NoteCorrection]:
    """Return, by edition text, the change notes that were put right after `mailing` had told of them."""
    texts = [block.text for block in article.blocks if isinstance(block, Change)]
    found = {text: find_note_correction(text) for text in texts}
    return {
        text: correction
        for text, correction in found.items()
        if correction is not None and correction.issued_at > mailing.created_at
    }


def _name(topic: Topic, language: str) -> str:
    text = topic_text(topic, language)
    return text.name if text else topic.slug


def _entry(mailing: Mailing, language: str) -> Entry:
    body = archived_bodies(mailing)[language]
    article = Article.from_data(body.article)
    context: dict[str, Any] = {
        "article": article,
        "corrections": note_corrections(article, mailing),
        "own_path": str,
    }
    return Entry(
        number=mailing.pk,
        title=article.title,
        published=max(mailing.frozen_at or body.created_at, body.created_at),
        url=full_address(reverse("newsletters:issue", args=[mailing.pk])),
        html=render_to_string("newsletters/feed_entry.html", context).strip(),
    )
