"""Template tags for dates and languages."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html
from django.utils.translation import get_language

from core.dates import civil_date, format_date
from core.languages import html_language, language_name

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def civil_time(day: dt.date | dt.datetime | None, language: str | None = None) -> str | SafeString:
    """Write a day in full inside `<time datetime>`; an instant is written as its day in Taipei; None as nothing."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = civil_date(day)
    text = format_date(day, language or get_language() or "en")
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), text)


register.filter("html_language", html_language)
register.filter("language_name", language_name)
