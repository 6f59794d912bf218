"""Pages as Wagtail's own tutorial writes them."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.models import Page


class HomePage(Page):
    class Meta:
        verbose_name = "home page"


class BlogPage(Page):
    date = models.DateField("Post date")
    intro = models.TextField(blank=True)
    body = StreamField([("heading", CharBlock(form_classname="title")), ("paragraph", RichTextBlock())])

    content_panels = [*Page.content_panels, FieldPanel("date"), FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = "blog page"
