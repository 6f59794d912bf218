"""Whether there is a privacy policy to link to, which every public page asks."""

from __future__ import annotations

from policies.choices import PolicyKind
from policies.models import EditionText

#: The languages of which the answer was yes. What was public once stays readable for ever, so this process need not ask again.
published_languages: set[str] = set()


def has_privacy_policy(*, language: str) -> bool:
    """Whether `privacy` has a page in the language (1 query, and none after the first yes)."""
    if language not in published_languages:
        texts = EditionText.objects.in_language(language).filter(edition__policy__slug=PolicyKind.PRIVACY)
        if texts.exists():
            published_languages.add(language)
    return language in published_languages
