"""What can be found, and where it comes from.

A source is registered here by its name. Apps below this one cannot import it and need not: a public page is found by its
`search_fields`, and says with a class attribute `search_kind` (a value of `EntryKind`) what kind of hit it is.
"""

from search.sources.base import Content, Source
from search.sources.pages import PageSource
from search.sources.policies import PolicySource

SOURCES: dict[str, Source] = {source.name: source for source in (PolicySource(), PageSource())}

__all__ = ["SOURCES", "Content", "PageSource", "PolicySource", "Source"]
