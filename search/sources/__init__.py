"""What can be found, and where it comes from.

A source is registered here by its name. Apps below this one cannot import it and need not: a public page is found by its
`search_fields`.
"""

from search.sources.base import Content, Source
from search.sources.bulletins import BulletinSource
from search.sources.pages import PageSource
from search.sources.policies import PolicySource

SOURCES: dict[str, Source] = {source.name: source for source in (PolicySource(), BulletinSource(), PageSource())}

__all__ = ["SOURCES", "BulletinSource", "Content", "PageSource", "PolicySource", "Source"]
