"""A relay that keeps account and misbehaves on demand: `python -m bench.mail.sink --record FILE`.

Whom a message was for is written to the record before the relay says 250, in one write(2): what the record holds was
taken, whatever becomes of the sender, the reply, or this process. It prints its port and serves until it is ended.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_OFFERS = b"250-sink.example\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n"


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, as shares of messages (0 to 1) unless said otherwise."""

    drop_before: float = 0.0
    """The connection ends in the middle of the content."""
    drop_after: float = 0.0
    """The message is taken, and the connection ends without a reply."""
    swallow: float = 0.0
    """The final dot is read, nothing is taken, and the connection ends without a reply."""
    truncate: float = 0.0
    """The message is taken, and half of the reply is sent."""
    temporary: float = 0.0
    """451 at the recipient or at the dot."""
    greylist: float = 0.0
    """A share of recipients is refused the first time."""
    permanent: float = 0.0
    """A share of recipients does not exist."""
    busy: float = 0.0
    """421 in place of the reply to the dot; nothing is taken."""
    stall: float = 0.0
    """The relay stops reading for `stall_seconds`, and then ends the connection."""
    stall_seconds: float = 3.0
    slow_domain: str = ""
    slow_seconds: float = 0.0

    def touches(self, recipient: bytes, share: float, salt: int) -> bool:
        """Tell whether a recipient belongs to a share, at every attempt alike."""
        return zlib.crc32(recipient, salt) % 10_000 < share * 10_000


@dataclass
class Sink:
    """What all connections share."""

    record: int
    faults: Faults
    random: random.Random
    greeted: set[bytes] = field(default_factory=set)

    def keep(self, recipient: bytes) -> None:
        os.write(self.record, recipient + b"\n")


class _Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._faults = sink.faults
        self._transport: Any = None
        self._buffer = bytearray()
        self._in_content = False
        self._recipient = b""
        self._is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(b"220 sink.example\r\n")  # type: ignore[attr-defined] # of a socket

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_waiting:
            self._go_on()

    def _go_on(self) -> None:
        said: list[bytes] = []
        while not self._is_waiting and not self._transport.is_closing():
            reply = self._content() if self._in_content else self._command()
            if reply is None:
                break
            said.append(reply)
        if said and not self._transport.is_closing():
            self._transport.write(b"".join(said))

    def _command(self) -> bytes | None:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        verb = line[:4].upper()
        if verb == b"EHLO":
            return _OFFERS
        if verb == b"RCPT":
            return self._rcpt(line[9:-1])
        if verb == b"DATA":
            if not self._recipient:
                return b"503 5.5.1 no recipient\r\n"
            self._in_content = True
            return b"354 go\r\n"
        if verb == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
            return None
        if verb in {b"MAIL", b"RSET"}:
            self._recipient = b""
        return b"250 2.0.0 ok\r\n"

    def _rcpt(self, recipient: bytes) -> bytes:
        faults, chance = self._faults, self._sink.random.random
        if faults.touches(recipient, faults.permanent, 1):
            return b"550 5.1.1 unknown\r\n"
        if faults.touches(recipient, faults.greylist, 2) and recipient not in self._sink.greeted:
            self._sink.greeted.add(recipient)
            return b"450 4.7.1 greylisted\r\n"
        if chance() < faults.temporary / 2:
            return b"451 4.4.1 later\r\n"
        self._recipient = recipient
        return b"250 2.1.5 ok\r\n"

    def _content(self) -> bytes | None:
        faults, chance = self._faults, self._sink.random.random
        end = self._buffer.find(b"\r\n.\r\n")
        if end < 0:
            return None
        if faults.drop_before and chance() < faults.drop_before:
            return self._break_off()
        del self._buffer[: end + 5]
        recipient, self._recipient, self._in_content = self._recipient, b"", False
        if faults.stall and chance() < faults.stall:
            self._transport.pause_reading()
            self._wait(faults.stall_seconds, self._break_off)
            return None
        if faults.slow_domain and recipient.endswith(faults.slow_domain.encode()):
            self._wait(faults.slow_seconds, lambda: self._transport.write(self._take(recipient)))
            return None
        return self._judge(recipient)

    def _judge(self, recipient: bytes) -> bytes | None:
        faults, chance = self._faults, self._sink.random.random
        if chance() < faults.temporary / 2:
            return b"451 4.4.1 later\r\n"
        if chance() < faults.swallow:
            return self._break_off()
        if chance() < faults.busy:
            self._transport.write(b"421 4.3.2 busy\r\n")
            return self._break_off(politely=True)
        reply = self._take(recipient)
        if chance() < faults.drop_after:
            return self._break_off()
        if chance() < faults.truncate:
            self._transport.write(reply[:7])
            return self._break_off(politely=True)
        return reply

    def _take(self, recipient: bytes) -> bytes:
        self._sink.keep(recipient)
        return b"250 2.0.0 queued\r\n"

    def _break_off(self, *, politely: bool = False) -> None:
        if politely:
            self._transport.close()
        else:
            self._transport.abort()

    def _wait(self, seconds: float, then: Any) -> None:
        self._is_waiting = True

        def go_on() -> None:
            self._is_waiting = False
            if not self._transport.is_closing():
                then()
                self._go_on()

        asyncio.get_running_loop().call_later(seconds, go_on)


async def serve(sink: Sink, port: int) -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Session(sink), "127.0.0.1", port, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.mail.sink")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--faults", type=json.loads, default={}, metavar="JSON")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    record = os.open(options.record, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        asyncio.run(serve(Sink(record, Faults(**options.faults), random.Random(options.seed)), options.port))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
