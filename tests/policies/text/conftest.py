"""Settings for the property tests of the text engine."""

from hypothesis import settings

# How long an example takes says more of the machine than of the code.
settings.register_profile("text", deadline=None)
settings.load_profile("text")
