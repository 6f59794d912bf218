"""A small DNS server on this machine, with the records that a test gives it, and faults."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Zone:
    """Records by name and type. Questions about `silent` names get no answer, those about `broken` ones SERVFAIL."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def put(self, name: str, kind: str, *values: str) -> None:
        self.records.setdefault((name, kind), []).extend(values)

    def text(self, name: str, *values: str) -> None:
        """Add TXT records, each cut into strings of 255 bytes as DNS has them."""
        for value in values:
            pieces = [value[begin : begin + 255] for begin in range(0, len(value), 255)] or [""]
            self.put(name, "TXT", " ".join(f'"{piece}"' for piece in pieces))

    def answer(self, data: bytes) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append(f"{name} {kind}")
        if name in self.silent or "*" in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA | dns.flags.RA
        if name in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif (name, kind) in self.records:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *self.records[name, kind]))
        elif not any(known == name or known.endswith(f".{name}") for known, _kind in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return bytes(response.to_wire(max_size=65535))


class _Question(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        data, connection = self.request
        answer = self.server.zone.answer(data)
        if answer is not None:
            connection.sendto(answer, self.client_address)


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    zone: Zone


@contextmanager
def dns_server(zone: Zone) -> Iterator[str]:
    """Answer on a port of this machine; return its address as `check_mail_domain --nameserver` takes it."""
    with _Server(("127.0.0.1", 0), _Question) as server:
        server.zone = zone
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()
