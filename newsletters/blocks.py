"""What a bulletin is written from, and what each piece becomes (`newsletters.drafts`)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from policies.models import Edition, EditionText
from policies.presentation import list_changed_clauses
from policies.text.sanitize import safe_href

#: Editions that a bulletin may speak of: the newest ones.
_EDITIONS_OFFERED = 40

TEXT_FEATURES = ["bold", "italic", "link", "ol", "ul"]


def edition_choices() -> list[tuple[str, str]]:
    """Return the newest editions as a list names them."""
    return [(str(text.edition_id), _edition_name(text)) for text in _offered_texts()]


def clause_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the clauses that each of the newest editions changed, under its name."""
    found = [(_edition_name(text), _clauses_of(text)) for text in _offered_texts()]
    return [(name, clauses) for name, clauses in found if clauses]


def _clauses_of(text: EditionText) -> list[tuple[str, str]]:
    return [
        (f"{text.edition_id}:{link.anchor.removeprefix('c-')}", f"{link.number}{link.gap}{link.label}")
        for link in list_changed_clauses(text)
    ]


def _offered_texts() -> list[EditionText]:
    """Return the first text of each of the newest editions in its prevailing language, newest first."""
    editions = Edition.objects.order_by("-issued_at", "-pk").values("pk")[:_EDITIONS_OFFERED]
    texts = EditionText.objects.filter(edition__in=editions, sequence=1).select_related("edition__policy")
    return [text for text in texts.order_by("-edition__issued_at", "-edition_id", "pk") if _prevails(text)]


def _prevails(text: EditionText) -> bool:
    return text.locale == text.edition.prevailing_locale


def _edition_name(text: EditionText) -> str:
    return f"{text.title} {text.edition.number}"


def check_link_address(value: str) -> None:
    if not safe_href(value) or value.startswith("#"):
        raise ValidationError(gettext("Write a whole address (https://…), or one of this site that begins with “/”."))


class ChangeBlock(blocks.StructBlock):
    """An edition of a policy, with all or some of the clauses that it changed."""

    edition = blocks.ChoiceBlock(choices=edition_choices, label=_("Edition"))
    clauses = blocks.MultipleChoiceBlock(
        choices=clause_choices,
        required=False,
        label=_("Clauses"),
        help_text=_("Clauses that the edition changed. None chosen: all of them."),
    )

    class Meta:
        icon = "list-ol"
        label = _("Policy change")

    def clean(self, value: Any) -> Any:
        """Refuse clauses of another edition."""
        cleaned = super().clean(value)
        if any(not clause.startswith(f"{cleaned['edition']}:") for clause in cleaned["clauses"] or []):
            message = gettext("Choose clauses of this edition only.")
            raise blocks.StructBlockValidationError(block_errors={"clauses": ValidationError(message)})
        return cleaned


class LinkBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=200, label=_("Text"))
    url = blocks.CharBlock(max_length=1000, label=_("Address"), validators=[check_link_address])

    class Meta:
        icon = "link"
        label = _("Link")


class LinkListBlock(blocks.StructBlock):
    title = blocks.CharBlock(required=False, max_length=200, label=_("Heading"))
    links = blocks.ListBlock(LinkBlock(), min_num=1, max_num=30, label=_("Links"))

    class Meta:
        icon = "list-ul"
        label = _("List of links")


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        max_length=300,
        label=_("Text alternative"),
        help_text=_(
            "What the image says, for those who do not see it. Most mail programs show images only when asked."
        ),
    )

    class Meta:
        icon = "image"
        label = _("Image")


class BulletinStreamBlock(blocks.StreamBlock):
    """The text of a bulletin in reading order."""

    heading = blocks.CharBlock(max_length=200, icon="title", label=_("Heading"))
    text = blocks.RichTextBlock(features=TEXT_FEATURES, label=_("Text"))
    change = ChangeBlock()
    links = LinkListBlock()
    picture = PictureBlock()

    class Meta:
        max_num = 60
