"""Our own image and document models, so that fields can be added to them later without moving data."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.documents.models import AbstractDocument, Document
from wagtail.images.models import AbstractImage, AbstractRendition, Image


class AvowImage(AbstractImage):
    """An image uploaded by an editor; its description is its text alternative."""

    admin_form_fields = Image.admin_form_fields

    class Meta(AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")


class AvowRendition(AbstractRendition):
    """A resized copy of an image; may be thrown away and made again."""

    image = models.ForeignKey(AvowImage, on_delete=models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="core_avowrendition_once"),
        ]


class AvowDocument(AbstractDocument):
    """A file uploaded by an editor for readers to download."""

    admin_form_fields = Document.admin_form_fields

    class Meta(AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
