"""Settings for the property tests of the words of search."""

from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("text", deadline=None)
settings.load_profile("text")
