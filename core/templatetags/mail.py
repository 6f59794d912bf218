"""Template tags of mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template

from core.mail.content import ValueName
from core.mail.rendering import MARKS_KEY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.mail.content import Marks

register = template.Library()


@register.simple_tag(takes_context=True)
def value(context: Mapping[str, Any], name: str) -> str:
    """Leave a place for what each reader gets of their own; raises ValueError when `name` is none of `ValueName`."""
    marks: Marks = context[MARKS_KEY]
    return marks.make(ValueName(name))
