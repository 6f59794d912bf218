"""The words by which we prove who we are (RFC 4954; PLAIN by RFC 4616; LOGIN as everybody speaks it)."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field

from newsletters.smtp.errors import AuthenticationError


@dataclass(frozen=True, slots=True)
class Credentials:
    """A name and password for a relay; neither is ever shown."""

    user: str = field(repr=False)
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        if "\0" in self.user + self.password:
            msg = "A NUL cannot stand in a user name or password."
            raise ValueError(msg)


def auth_commands(credentials: Credentials, offered: frozenset[str]) -> list[bytes]:
    """Return the lines to send, each but the last answered by 334.

    Raises:
        AuthenticationError: the relay offers neither PLAIN nor LOGIN.
    """
    user, password = credentials.user.encode(), credentials.password.encode()
    if "PLAIN" in offered:
        return [b"AUTH PLAIN " + base64.b64encode(b"\0" + user + b"\0" + password) + b"\r\n"]
    if "LOGIN" in offered:
        return [b"AUTH LOGIN\r\n", base64.b64encode(user) + b"\r\n", base64.b64encode(password) + b"\r\n"]
    msg = "the relay offers neither AUTH PLAIN nor AUTH LOGIN"
    raise AuthenticationError(msg)
