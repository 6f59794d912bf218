"""What every page of the site has in common."""

from __future__ import annotations

from http import HTTPMethod
from typing import Any

from django.utils.translation import get_language
from wagtail.models import Page

from core.languages import html_language


class BasePage(Page):
    """An abstract page: subclasses say where they may live and what they hold."""

    # Pages are read; whatever takes input has a view of its own.
    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]

    class Meta:
        abstract = True

    @property
    def language(self) -> str:
        """The code of the page's language as addresses use it (`en`, `zh-hant`)."""
        return str(self.locale.language_code)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the page's language as HTML writes it (`html_lang`)."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["html_lang"] = html_language(get_language() or self.language)
        return context
