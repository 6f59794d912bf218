"""Template tags of mail."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import template

from core.dates import format_date
from core.mail.content import ValueName
from core.mail.rendering import MARKS_KEY
from core.mail.wrapping import WIDTH, columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.mail.content import Marks

register = template.Library()


@register.simple_tag(takes_context=True)
def value(context: Mapping[str, Any], name: str) -> str:
    """Leave a place for what each reader gets of their own; raises ValueError when `name` is none of `ValueName`."""
    marks: Marks = context[MARKS_KEY]
    return marks.make(ValueName(name))


@register.filter
def underlined(text: str, mark: str) -> str:
    """Write a heading of a plain text over a line of `mark`."""
    line = " ".join(text.split())
    return f"{line}\n{mark * min(columns(line), WIDTH)}"


@register.filter
def day_in(day: str, language: str) -> str:
    """Write an ISO date in full in a language."""
    return format_date(dt.date.fromisoformat(day), language)
