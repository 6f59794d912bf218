"""The demo agency's topic, and the bulletins that it sent in the past: to nobody, since the demo has no subscribers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wagtail.models import Locale

from newsletters.choices import TopicKind
from newsletters.models import BulletinIndexPage, BulletinPage, Topic, TopicText
from newsletters.services.bulletins import send_bulletin
from newsletters.services.freeze import freeze_mailing
from newsletters.services.mailings import finish_mailings
from newsletters.services.topics import list_id
from policies.models import Edition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from members.models import User

_FILE = Path(__file__).with_name("bulletins.toml")
#: The language in which the bulletins were written first.
_FIRST = "zh-hant"


def load_bulletins(users: Mapping[str, User]) -> int:
    """Load the topic and whichever bulletins are not there yet; return how many were sent now."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    topic = _load_topic(data["topic"])
    missing = [
        bulletin for bulletin in data["bulletins"] if not BulletinPage.objects.filter(slug=bulletin["slug"]).exists()
    ]
    for bulletin in missing:
        _load(bulletin, topic, users)
    return len(missing)


def _load_topic(words: dict[str, Any]) -> Topic:
    slug = words["slug"]
    defaults = {"kind": TopicKind.BULLETIN, "list_id": list_id(slug), "position": 1}
    topic, is_new = Topic.objects.get_or_create(slug=slug, defaults=defaults)
    if is_new:
        for locale, name in words["name"].items():
            TopicText.objects.create(topic=topic, locale=locale, name=name, description=words["description"][locale])
    return topic


def _load(bulletin: dict[str, Any], topic: Topic, users: Mapping[str, User]) -> None:
    author, approver, at = users[bulletin["author"]], users[bulletin["approved_by"]], bulletin["sent_at"]
    index = BulletinIndexPage.objects.get(locale__language_code=_FIRST)
    page = BulletinPage(topic=topic, locale=index.locale, live=False, slug=bulletin["slug"], **_words(bulletin, _FIRST))
    index.add_child(instance=page)
    page.save_revision(user=author)
    _translate(page, bulletin, author)
    for each in BulletinPage.objects.filter(translation_key=page.translation_key).order_by("pk"):
        each.get_latest_revision().publish(user=approver, skip_permission_checks=True)
    mailing = send_bulletin(page=BulletinPage.objects.get(pk=page.pk), user=approver, at=at)
    freeze_mailing(mailing=mailing, at=at)
    finish_mailings(at=at)


def _translate(source: BulletinPage, bulletin: dict[str, Any], author: User) -> None:
    """Give each piece of the copy its words, so that it keeps the identity by which the two languages find each other."""
    page: BulletinPage = source.copy_for_translation(Locale.objects.get(language_code="en"))
    words = _words(bulletin, "en")
    page.title, page.summary = words["title"], words["summary"]
    raw = [dict(block) for block in page.body.raw_data]
    for block, (_kind, value) in zip(raw, words["body"], strict=True):
        block["value"] = value
    page.body = raw
    page.save_revision(user=author)


def _words(bulletin: dict[str, Any], language: str) -> dict[str, Any]:
    words = bulletin[language]
    major, _dot, minor = bulletin["change"]["number"].partition(".")
    edition = Edition.objects.get(policy__slug=bulletin["change"]["policy"], major=major, minor=minor)
    links = [{"text": text, "url": url} for text, url in words["links"]]
    return {
        "title": words["title"],
        "summary": words["summary"],
        "body": [
            ("heading", words["heading_change"]),
            ("text", words["change_intro"]),
            ("change", {"edition": str(edition.pk), "clauses": []}),
            ("heading", words["heading_rights"]),
            ("text", words["rights"]),
            ("links", {"title": words["links_title"], "links": links}),
        ],
    }
