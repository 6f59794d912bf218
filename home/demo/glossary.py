"""The words that the demo agency explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps

from home.demo.tables import LANGUAGES, read_table

if TYPE_CHECKING:
    from home.demo.tables import Table


def load_glossary() -> int:
    """Load whichever terms are not there yet; return how many were made now."""
    table = read_table("glossary.toml")
    terms = table.tables("terms")
    table.close()
    return sum(_load(term) for term in terms)


def _load(table: Table) -> int:
    words = {name: table.texts(name) for name in ("term", "meaning")}
    words |= {name: _some_texts(table, name) for name in ("also", "source")}
    table.close()
    # The search app stands beside this one: neither imports the other.
    glossary = apps.get_model("search", "GlossaryTerm").objects
    made = 0
    for locale in LANGUAGES:
        defaults = {name: words[name].get(locale, "") for name in ("also", "meaning", "source")}
        _term, is_new = glossary.get_or_create(locale=locale, term=words["term"][locale], defaults=defaults)
        made += is_new
    return made


def _some_texts(table: Table, key: str) -> dict[str, str]:
    """Take a line for each language that has one."""
    texts = table.table(key) if table.has(key) else None
    found = {locale: texts.line(locale) for locale in LANGUAGES if texts.has(locale)} if texts else {}
    if texts:
        texts.close()
    return found
