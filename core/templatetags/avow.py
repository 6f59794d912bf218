"""Template tags for dates and languages, for the admin's templates."""

from __future__ import annotations

from django import template

from core.jinja import civil_time
from core.languages import html_language, language_name

register = template.Library()

register.simple_tag(civil_time)

register.filter("html_language", html_language)
register.filter("language_name", language_name)
