"""The name server of the lab: what the few hosts in it are called, where their mail goes, and whose keys sign it."""

import socketserver
import threading
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# Of no network, on the loopback interface: the resolver in OpenDKIM asks nothing of 127.0.0.1. (It also answers by itself for
# every name below .test, and told otherwise by a file of settings it reads that by several threads at once, and fails.)
ADDRESS = "192.0.2.53"

# Nobody remembers an answer: the next test may publish another key under the same name.
TTL = 0
# Of one string of a TXT record (RFC 1035 3.3.14).
_LONGEST_STRING = 255


class Names:
    """Answers on port 53 while it is open; use it as a context manager."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], str] = {}

    def __enter__(self) -> Self:
        self._server = _Server((ADDRESS, 53), _Question)
        self._server.names = self
        self._thread = threading.Thread(target=self._server.serve_forever, name="names", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def publish(self, name: str, kind: str, text: str) -> None:
        """Say from now on that *name* has a record of this kind."""
        self._records[name.rstrip(".").lower(), kind] = text

    def publish_text(self, name: str, text: str) -> None:
        """Say it of a TXT record, however long."""
        strings = [text[start : start + _LONGEST_STRING] for start in range(0, len(text), _LONGEST_STRING)]
        self.publish(name, "TXT", " ".join('"' + one.replace('"', '\\"') + '"' for one in strings))

    def answer(self, wire: bytes) -> bytes:
        """Answer one question."""
        query = dns.message.from_wire(wire)
        response = dns.message.make_response(query, our_payload=4096)
        response.flags |= dns.flags.AA | dns.flags.RA
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        text = self._records.get((name, kind))
        if text is not None:
            response.answer.append(dns.rrset.from_text(question.name, TTL, "IN", kind, text))
        elif not any(name == known for known, _ in self._records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=65535)


class _Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    names: Names


class _Question(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        wire, back = self.request
        assert isinstance(self.server, _Server)
        back.sendto(self.server.names.answer(wire), self.client_address)
