"""Nothing of people is kept by search: it indexes what is published, and nobody's questions."""

from __future__ import annotations

from core.data_register import NotPersonal, register

for _model, _fields in {
    "IndexedUnit": {"id", "source", "name", "fingerprint", "indexed_at"},
    "SearchEntry": {
        *("id", "unit", "kind", "locale", "position", "title", "number", "heading", "body", "address", "past_address"),
        *("first_edition", "applies_from", "applies_until", "form", "vector", "headings"),
    },
    "IndexedWord": {"id", "text"},
    "SynonymSet": {"id", "words"},
    "GlossaryTerm": {"id", "locale", "term", "also", "meaning", "source"},
}.items():
    register.add(NotPersonal(model=f"search.{_model}", fields=frozenset(_fields)))
