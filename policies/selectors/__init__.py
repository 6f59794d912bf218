"""Reads over several tables of the record: what the public pages show."""

from policies.selectors.current import CurrentPolicy, find_current, list_policies
from policies.selectors.editions import (
    editions_of,
    find_edition,
    find_first,
    find_first_to_apply,
    find_in_force,
    list_editions,
    list_history,
    list_numbered_after,
)
from policies.selectors.privacy import has_privacy_policy
from policies.selectors.texts import find_text, list_texts, texts_in

__all__ = [
    "CurrentPolicy",
    "editions_of",
    "find_current",
    "find_edition",
    "find_first",
    "find_first_to_apply",
    "find_in_force",
    "find_text",
    "has_privacy_policy",
    "list_editions",
    "list_history",
    "list_numbered_after",
    "list_policies",
    "list_texts",
    "texts_in",
]
