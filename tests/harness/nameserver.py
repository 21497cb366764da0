"""A name server on loopback that knows a few records, and can be broken in ways that have names."""

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from newsletter.mail.dkimrecord import DnsRecord

# A name server that answers nothing at all, or only that it cannot tell.
SILENT = "silent"
BROKEN = "broken"
# One that never fits an answer into UDP, as some do with the record of an RSA key.
SMALL = "small"

TTL = 60
# By TCP (RFC 1035 4.2.2).
LONGEST_MESSAGE = 65_535


class NameServer:
    """What it knows, and where it is asked."""

    def __init__(self, manner: str) -> None:
        self.manner = manner
        self.texts: dict[str, tuple[tuple[str, ...], ...]] = {}
        # Of other kinds, as a zone file writes them: ("example.org", "MX") -> "10 mx.example.org."
        self.others: dict[tuple[str, str], tuple[str, ...]] = {}
        self.port = 0

    @property
    def place(self) -> str:
        """Where it is asked, as `--nameserver` takes it."""
        return f"127.0.0.1:{self.port}"

    def publish(self, record: DnsRecord) -> None:
        """Publish the record of a key."""
        self.texts[record.name] = (record.strings,)

    def answer(self, wire: bytes, *, is_udp: bool) -> bytes | None:
        """Answer one question."""
        query = dns.message.from_wire(wire)
        if self.manner == SILENT:
            return None
        reply = dns.message.make_response(query)
        [question] = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        known = tuple(map(_quoted, self.texts.get(name, ()))) if kind == "TXT" else self.others.get((name, kind), ())
        is_there = name in self.texts or any(name == one for one, _ in self.others)
        if self.manner == BROKEN:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif not is_there:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif is_udp and self.manner == SMALL:
            reply.flags |= dns.flags.TC
        else:
            reply.answer.extend(self._aliases(name))
            if known:
                reply.answer.append(dns.rrset.from_text_list(question.name, TTL, "IN", kind, known))
        try:
            return reply.to_wire() if is_udp else reply.to_wire(max_size=LONGEST_MESSAGE)
        except dns.exception.TooBig:
            # As a server does that is asked by a packet: it is to be asked again.
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()

    def _aliases(self, name: str) -> Iterator[dns.rrset.RRset]:
        """Give the other names that lead on from *name*, each once."""
        seen: set[str] = set()
        while (name, "CNAME") in self.others and name not in seen:
            seen.add(name)
            (target,) = self.others[name, "CNAME"]
            yield dns.rrset.from_text(f"{name}.", TTL, "IN", "CNAME", target)
            name = target.rstrip(".")


@contextlib.contextmanager
def name_server(texts: Mapping[str, Sequence[str]] | None = None, manner: str = "") -> Iterator[NameServer]:
    """Run a name server that knows *texts*, on UDP and TCP of one port."""
    server = NameServer(manner)
    server.texts = {name: tuple((text,) for text in known) for name, known in (texts or {}).items()}

    class Packet(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            wire, answering = self.request
            if (reply := server.answer(wire, is_udp=True)) is not None:
                answering.sendto(reply, self.client_address)

    class Stream(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            (length,) = struct.unpack("!H", self.request.recv(2, socket.MSG_WAITALL))
            reply = server.answer(self.request.recv(length, socket.MSG_WAITALL), is_udp=False)
            if reply is not None:
                self.request.sendall(struct.pack("!H", len(reply)) + reply)

    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(socketserver.TCPServer(("127.0.0.1", 0), Stream))
        server.port = stream.server_address[1]
        packets = stack.enter_context(socketserver.UDPServer(("127.0.0.1", server.port), Packet))
        for one in (stream, packets):
            thread = threading.Thread(target=one.serve_forever, args=(0.01,), name="name server")
            thread.start()
            # The last thing said is the first thing done: it is told to stop before it is waited for.
            stack.callback(thread.join)
            stack.callback(one.shutdown)
        yield server


def _quoted(strings: Sequence[str]) -> str:
    return " ".join('"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in strings)
