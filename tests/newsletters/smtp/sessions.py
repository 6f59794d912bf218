"""Envelopes and sessions, as the tests of both kinds need them."""

from newsletters.smtp import Envelope, Server, Session, Tls


def envelope(key, recipient=None):
    return Envelope(key, "b+x@avow.example", recipient or f"r{key}@example.org")


def make_session(**settings):
    return Session(Server("relay.example", 25, **{"tls": Tls.NONE, **settings}))
