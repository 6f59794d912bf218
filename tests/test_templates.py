"""Rules for all public templates: nothing inline, so that the content security policy can forbid it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

FOLDER = Path(settings.BASE_DIR) / "templates"
PUBLIC = sorted(
    path
    for path in FOLDER.rglob("*")
    if path.suffix in {".html", ".xml"} and not {"admin", "wagtailadmin", "email"} & set(path.relative_to(FOLDER).parts)
)

# What templates put between tags is not looked at: only attributes and elements are.
_FAULTS = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"<(?:script|link|img|iframe|form)\b[^>]*=\"(?:https?:)?//", re.IGNORECASE),
    "session": re.compile(r"\b(?:csrf_token|request\.(?:user|session)|perms\.|messages\b)"),
}


def find_faults(source: str) -> list[str]:
    """Return the names of the rules that a template's source breaks."""
    return [name for name, pattern in _FAULTS.items() if pattern.search(source)]


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: str(path.relative_to(FOLDER)))
def test_public_templates_hold_nothing_inline(path: Path) -> None:
    assert find_faults(path.read_text()) == []


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: str(path.relative_to(FOLDER)))
def test_public_templates_compile(path: Path) -> None:
    assert get_template(str(path.relative_to(FOLDER)))


def test_there_are_templates_to_look_at() -> None:
    assert {"base.html", "404.html", "500.html"} <= {path.name for path in PUBLIC}


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("<script>alert(1)</script>", "inline script"),
        ('<SCRIPT type="module">go()</SCRIPT>', "inline script"),
        ("<style>p{}</style>", "inline style element"),
        ('<p class="a"\n style="color:red">', "style attribute"),
        ('<a href="/" onclick="go()">', "event handler"),
        ('<a href="javascript:go()">', "javascript address"),
        ('<script src="https://cdn.example/x.js"></script>', "another host"),
        ('<img alt="" src="//cdn.example/x.png">', "another host"),
        ("{% csrf_token %}", "session"),
        ("{{ request.user }}", "session"),
    ],
)
def test_a_planted_fault_is_found(source: str, fault: str) -> None:
    assert fault in find_faults(source)


@pytest.mark.parametrize(
    "source",
    [
        '<script type="application/ld+json">{{ data }}</script>',
        '<script type="module" src="{% static \'x.js\' %}"></script>',
    ],
)
def test_data_blocks_and_modules_are_no_fault(source: str) -> None:
    assert find_faults(source) == []
