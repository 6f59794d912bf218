"""Relays to test against: one made of bytes alone, and one on a real socket that says what it is told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager

from aiosmtpd.smtp import SMTP

OFFERS = b"250-relay.example\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n"
PLAIN_OFFERS = b"250-relay.example\r\n250 8BITMIME\r\n"


class ModelRelay:
    """Answers as a relay does, with replies that `choose(step)` picks; keeps what it took responsibility for."""

    def __init__(self, choose, *, offers=OFFERS):
        self.choose = choose
        self.offers = offers
        self.taken = []
        self.got_whole = []
        self.said_at_dot = {}
        self._unread = b""
        self._content = None
        self._recipient = None
        self._sender = None

    def greet(self):
        return self.choose("greeting") or b"220 relay.example\r\n"

    def feed(self, data):
        self._unread += data
        said = b""
        while b"\r\n" in self._unread:
            line, _, self._unread = self._unread.partition(b"\r\n")
            said += self._content_line(line) if self._content is not None else self._command(line)
        return said

    def _command(self, line):
        verb = line.split(b" ")[0].split(b":")[0].upper()
        chosen = self.choose(verb.decode())
        reply = chosen or {b"EHLO": self.offers, b"DATA": b"354 go\r\n"}.get(verb, b"250 2.0.0 ok\r\n")
        if verb == b"MAIL":
            if self._sender is not None:
                return b"503 5.5.1 nested MAIL\r\n"
            self._sender = line if reply.startswith(b"2") else None
        elif verb == b"RCPT":
            if self._sender is None:
                return b"503 5.5.1 need MAIL\r\n"
            self._recipient = line[9:-1] if reply.startswith(b"2") else None
        elif verb == b"RSET":
            self._sender = self._recipient = None
        elif verb == b"DATA":
            if self._recipient is None and chosen is None:
                return b"554 5.5.1 no valid recipients\r\n"
            if reply.startswith(b"354"):
                self._content = []
        return reply

    def _content_line(self, line):
        if line != b".":
            self._content.append(line)
            return b""
        reply = self.choose("dot") or b"250 2.0.0 queued\r\n"
        if self._recipient is not None:
            self.got_whole.append(self._recipient)
            self.said_at_dot[self._recipient] = reply
            if reply.startswith(b"2"):
                self.taken.append((self._recipient, b"\r\n".join(self._content)))
        self._content = self._sender = self._recipient = None
        return reply


@contextmanager
def scripted_relay(script, *, wrap=None):
    """Serve one connection on loopback by `script(stream)`, a function of a file of bytes; yield the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    faults = []

    def serve():
        try:
            plain, _ = listener.accept()
            with plain:
                plain.settimeout(10)
                script(plain)
        except (OSError, EOFError):
            pass
        except BaseException as error:  # noqa: BLE001 -- told to the test below
            faults.append(error)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(10)
    assert not faults, faults


def say(sock, *replies):
    sock.sendall(b"".join(replies))


def hear(sock, end=b"\r\n"):
    """Read until what came ends with `end`."""
    data = b""
    while not data.endswith(end):
        more = sock.recv(4096)
        if not more:
            raise EOFError
        data += more
    return data


def open_script(sock):
    """Play the opening of a session with the usual offers."""
    say(sock, b"220 relay.example\r\n")
    hear(sock)
    say(sock, OFFERS)


class Keeper:
    """What an aiosmtpd server is to do: keep mail, and know nobody whose name begins with “unknown”."""

    def __init__(self):
        self.kept = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 -- aiosmtpd's name
        if address.startswith("unknown"):
            return "550 5.1.1 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 -- aiosmtpd's name
        self.kept.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 kept"


@contextmanager
def aiosmtpd_relay(*, implicit=None, handler=None, **options):
    """Serve by aiosmtpd on loopback, inside TLS from the first byte with `implicit`; yield the port and the keeper."""
    keeper = handler or Keeper()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    # Not by this thread: where a browser was driven before, Playwright runs a loop of its own in it.
    server = asyncio.run_coroutine_threadsafe(
        loop.create_server(
            lambda: SMTP(keeper, hostname="relay.example", loop=loop, **options), "127.0.0.1", 0, ssl=implicit
        ),
        loop,
    ).result(10)
    try:
        yield server.sockets[0].getsockname()[1], keeper
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _stop(server):
    server.close()
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
