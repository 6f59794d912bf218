"""From the templates of a message to its content: subject, HTML from MJML, and a text that was written as such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import css_inline
import mrml
from django.conf import settings
from django.template import Context, engines
from django.utils.translation import override

from core.addresses import full_address
from core.languages import html_language, text_direction
from core.mail.checks import find_faults
from core.mail.content import MailContent, MailContentError, Marks
from core.mail.wrapping import wrap_text
from core.selectors import find_agency_or_other

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the `value` tag looks for the marks of this rendering.
MARKS_KEY = "_mail_marks"
_LONGEST_SUBJECT = 250

#: No font is fetched: mrml would otherwise add a link to a foreign host for the names that it knows.
_RENDER_OPTIONS = mrml.RenderOptions(disable_comments=True, fonts={})
_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def render_mail(name: str, *, language: str, context: Mapping[str, Any]) -> MailContent:
    """Return the message `name` in `language`, from `templates/email/<name>/{subject.txt,body.txt,body.mjml}`.

    To `context` are added: `language`, `html_lang` and `direction`; `subject`; `agency`, the identity card in the
    language or, when there is none, in another (None when there is none at all); `site_name` and `site_address`.
    `{% value "unsubscribe_url" %}` leaves a place that is filled for each reader.

    Raises:
        MailContentError: the HTML would fetch something from elsewhere, or tell who reads it (`core.mail.checks`).
    """
    marks = Marks()
    agency = find_agency_or_other(language)
    with override(language):
        everything = {
            "language": language,
            "html_lang": html_language(language),
            "direction": text_direction(language),
            "agency": agency,
            "site_name": (agency and (agency.site_name or agency.name)) or settings.WAGTAIL_SITE_NAME,
            "site_address": full_address(f"/{language}/"),
            **context,
            MARKS_KEY: marks,
        }
        subject = one_line(_render(f"email/{name}/subject.txt", everything, escape=False))
        everything["subject"] = subject
        text = wrap_text(_render(f"email/{name}/body.txt", everything, escape=False), unbroken=marks.pattern)
        html = _to_html(_render(f"email/{name}/body.mjml", everything, escape=True))
    if faults := find_faults(html, marks=marks.pattern):
        raise MailContentError(faults)
    return MailContent(subject=subject, html=marks.split(html), text=marks.split(text))


def one_line(text: str) -> str:
    """Return `text` as a header's value: no line break or control character, and not longer than mail programs show."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", text).split())
    return line if len(line) <= _LONGEST_SUBJECT else line[: _LONGEST_SUBJECT - 1].rstrip() + "…"


def _render(template: str, context: Mapping[str, Any], *, escape: bool) -> str:
    compiled = engines["django"].engine.get_template(template)  # type: ignore[attr-defined] # only Django's backend has it
    return str(compiled.render(Context(dict(context), autoescape=escape)))


def _to_html(mjml: str) -> str:
    output = mrml.to_html(mjml, render_options=_RENDER_OPTIONS)
    if output.warnings:
        raise MailContentError([f"The template of the mail is malformed: {output.warnings}."])
    return str(_INLINER.inline(output.content))
