"""A small IMAP server (RFC 3501, UIDPLUS, STARTTLS) with one folder, which can be told to fail."""

from __future__ import annotations

import re
import socketserver
import ssl
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COMMAND = re.compile(rb"(\S+) (?:UID )?(\S+) ?(.*)")


@dataclass
class Folder:
    """What the server holds, by UID, and how it behaves. `log` has the commands that came in."""

    messages: dict[int, bytes] = field(default_factory=dict)
    flags: dict[int, set[str]] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS"
    certificate: Path | None = None
    is_implicit: bool = False
    refuses: frozenset[str] = frozenset()
    hangs_up_at: str = ""
    log: list[str] = field(default_factory=list)

    def put(self, data: bytes) -> int:
        uid = max(self.messages, default=100) + 1
        self.messages[uid], self.flags[uid] = data, set()
        return uid


class _Session(socketserver.StreamRequestHandler):
    server: _Server

    def setup(self) -> None:
        if self.server.folder.is_implicit:
            self.request = self.server.secured(self.request)
        super().setup()

    def handle(self) -> None:
        folder = self.server.folder
        self.say(f"* OK [CAPABILITY {folder.capabilities}] ready")
        while match := _COMMAND.match(self.rfile.readline()):
            tag, name, rest = (group.decode().strip() for group in match.groups())
            name = name.upper()
            folder.log.append(name)
            if name == folder.hangs_up_at:
                return
            if name in folder.refuses:
                self.say(f"{tag} NO [{name}] with the secret password quoted")
                continue
            if name == "STARTTLS":
                self.say(f"{tag} OK begin")
                self.request = self.server.secured(self.request)
                super().setup()
                continue
            getattr(self, f"do_{name.lower()}")(rest)
            self.say(f"{tag} OK done")
            if name == "LOGOUT":
                return

    def finish(self) -> None:
        super().finish()
        self.request.close()

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def do_capability(self, _rest: str) -> None:
        self.say(f"* CAPABILITY {self.server.folder.capabilities}")

    def do_login(self, _rest: str) -> None:
        pass

    def do_logout(self, _rest: str) -> None:
        self.say("* BYE")

    def do_select(self, _rest: str) -> None:
        self.say(f"* {len(self.server.folder.messages)} EXISTS")
        self.say("* OK [UIDVALIDITY 1]")

    def do_search(self, rest: str) -> None:
        first, last = (int(number) for number in rest.split()[0].split(":"))
        folder = self.server.folder
        numbered = list(enumerate(sorted(folder.messages), start=1))
        found = [
            str(uid)
            for number, uid in numbered
            if first <= number <= last and not folder.flags[uid] & {r"\Deleted", r"\Flagged"}
        ]
        self.say(f"* SEARCH {' '.join(found)}".rstrip())

    def do_fetch(self, rest: str) -> None:
        uid, limit = int(rest.split()[0]), re.search(r"<0\.(\d+)>", rest)
        if uid not in self.server.folder.messages:
            return
        data = self.server.folder.messages[uid][: int(limit[1]) if limit else None]
        self.wfile.write(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n" % (uid, len(data)) + data + b")\r\n")

    def do_store(self, rest: str) -> None:
        uid, _how, flag = rest.split()
        self.server.folder.flags[int(uid)].add(flag.strip("()"))

    def do_expunge(self, rest: str) -> None:
        self._remove(int(rest))

    def do_close(self, _rest: str) -> None:
        for uid in list(self.server.folder.messages):
            self._remove(uid)

    def _remove(self, uid: int) -> None:
        if r"\Deleted" in self.server.folder.flags[uid]:
            del self.server.folder.messages[uid]


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    folder: Folder

    def secured(self, connection: object) -> ssl.SSLSocket:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert self.folder.certificate
        context.load_cert_chain(self.folder.certificate)
        return context.wrap_socket(connection, server_side=True)  # type: ignore[arg-type]

    def handle_error(self, _request: object, _address: object) -> None:
        """Say nothing: a client that goes away is what some tests are about."""


@contextmanager
def imap_server(folder: Folder) -> Iterator[int]:
    """Serve the folder on a port of this machine, which is returned."""
    with _Server(("127.0.0.1", 0), _Session) as server:
        server.folder = folder
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()
