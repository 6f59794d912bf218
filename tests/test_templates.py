"""Rules for all public templates: nothing inline, so that the content security policy can forbid it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

FOLDER = Path(settings.BASE_DIR) / "jinja2"
PUBLIC = sorted(path for path in FOLDER.rglob("*") if path.is_file())
# Pages that caches keep for everybody: what is in these folders, and at the top.
KEPT = [path for path in PUBLIC if path.relative_to(FOLDER).parts[0] in {"components", "home", "policies", "search"}]
KEPT += [path for path in PUBLIC if path.parent == FOLDER]

# What templates put between tags is not looked at: only attributes and elements are.
_FAULTS = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/ld\+json\")", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "another host": re.compile(r"<(?:script|link|img|iframe|form)\b[^>]*=\"(?:https?:)?//", re.IGNORECASE),
    # gettext marks its answer as HTML, which is true of what stands in a template alone.
    "translated variable": re.compile(r"\b(?:_|n?gettext|n?pgettext)\(\s*[^\"'\s]"),
}
_SESSION = re.compile(r"\b(?:csrf_token|csrf_input|request\.(?:user|session)|perms\.|messages\b)")


def find_faults(source: str) -> list[str]:
    """Return the names of the rules that a template's source breaks."""
    return [name for name, pattern in _FAULTS.items() if pattern.search(source)]


def find_kept_faults(source: str) -> list[str]:
    """Return the same for a template whose pages are kept for everybody."""
    return [*find_faults(source), *(["session"] if _SESSION.search(source) else [])]


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: str(path.relative_to(FOLDER)))
def test_public_templates_hold_nothing_inline(path: Path) -> None:
    assert find_faults(path.read_text()) == []


@pytest.mark.parametrize("path", KEPT, ids=lambda path: str(path.relative_to(FOLDER)))
def test_templates_of_kept_pages_know_nothing_of_one_reader(path: Path) -> None:
    assert find_kept_faults(path.read_text()) == []


@pytest.mark.parametrize("path", PUBLIC, ids=lambda path: str(path.relative_to(FOLDER)))
def test_public_templates_compile(path: Path) -> None:
    assert engines["jinja2"].get_template(str(path.relative_to(FOLDER)))


def test_there_are_templates_to_look_at() -> None:
    assert {"base.html", "404.html", "500.html"} <= {path.name for path in KEPT}


def test_no_name_is_in_both_engines() -> None:
    django_folder = FOLDER.parent / "templates"
    both = {path.relative_to(django_folder) for path in django_folder.rglob("*.*")}
    assert not both & {path.relative_to(FOLDER) for path in PUBLIC}


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
        ("{{ csrf_token }}", "session"),
        ("{{ csrf_input }}", "session"),
        ("{{ request.user }}", "session"),
        ("{{ _(text.title) }}", "translated variable"),
        ("{{ pgettext(context, 'May') }}", "translated variable"),
    ],
)
def test_a_planted_fault_is_found(source: str, fault: str) -> None:
    assert fault in find_kept_faults(source)


@pytest.mark.parametrize(
    "source",
    [
        '<script type="application/ld+json">{{ data }}</script>',
        '<script type="module" src="{{ static(\'x.js\') }}"></script>',
        "{{ _('Policies') }}",
    ],
)
def test_data_blocks_and_modules_are_no_fault(source: str) -> None:
    assert find_kept_faults(source) == []
