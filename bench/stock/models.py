"""Pages as Wagtail's own tutorial writes them."""

from __future__ import annotations

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index


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


class Clause(index.Indexed, models.Model):
    """A clause, for the bench of search: indexed as Wagtail's manual says."""

    language = models.CharField(max_length=12)
    heading = models.CharField(max_length=500)
    body = models.TextField()

    search_fields = [index.SearchField("heading", boost=2), index.SearchField("body"), index.FilterField("language")]

    def __str__(self) -> str:
        return self.heading
