"""Bulletins in the workshop, as tests need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale

from newsletters.models import BulletinIndexPage, BulletinPage
from tests.factories.members import UserFactory
from tests.factories.newsletters import make_topic, name_topic

if TYPE_CHECKING:
    from members.models import User
    from newsletters.models import Topic

CHINESE: list[tuple[str, Any]] = [
    ("heading", "本期重點"),
    ("text", "<p>本署網站的隱私權政策修正公布，請參閱說明。</p>"),
]
ENGLISH: list[tuple[str, Any]] = [
    ("heading", "In this issue"),
    ("text", "<p>The privacy policy of the website has been revised; please read the notes.</p>"),
]


def make_image() -> Any:
    """Return an image of the image library, with its file."""
    return get_image_model().objects.create(title="Seal", file=get_test_image_file())


def make_bulletin(topic: Topic | None = None, *, author: User | None = None, **fields: Any) -> BulletinPage:
    """Return a draft in Chinese, the source of a bulletin."""
    index = BulletinIndexPage.objects.get(locale__language_code="zh-hant")
    page = BulletinPage(
        topic=topic or name_topic(make_topic()),
        locale=index.locale,
        live=False,
        **{"title": "電子報第一期", "summary": "本期重點。", "slug": "issue-1", "body": CHINESE, **fields},
    )
    index.add_child(instance=page)
    page.save_revision(user=author or UserFactory(first_name="Ho", last_name="Writer"))
    return page


def translate(source: BulletinPage, *, author: User | None = None, **fields: Any) -> BulletinPage:
    """Return the English page of a bulletin, every piece of it written."""
    page: BulletinPage = source.copy_for_translation(Locale.objects.get(language_code="en"))
    words = {"title": "Bulletin, first issue", "summary": "What is new.", **fields}
    for name, value in words.items():
        setattr(page, name, value)
    if "body" not in fields:
        raw = [dict(block) for block in page.body.raw_data]
        for block, (_kind, value) in zip(raw, ENGLISH, strict=True):
            block["value"] = value
        page.body = raw
    page.save_revision(user=author or UserFactory(first_name="Ho", last_name="Writer"))
    return page


def approve(*pages: BulletinPage) -> None:
    """Publish the newest draft of each page, as an approver does."""
    for page in pages:
        BulletinPage.objects.get(pk=page.pk).get_latest_revision().publish()


def approved_bulletin(topic: Topic | None = None, *, author: User | None = None) -> BulletinPage:
    """Return the source of a bulletin that is approved in both languages."""
    source = make_bulletin(topic, author=author)
    approve(source, translate(source, author=author))
    return BulletinPage.objects.get(pk=source.pk)
