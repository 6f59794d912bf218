"""Addresses of the operator's screens, and what every act there must be given."""

from django.urls import reverse

REASON = {"reason": "the relay’s operators asked for it"}


def url(name, *arguments):
    return reverse(f"avow_mail:{name}", args=arguments)
