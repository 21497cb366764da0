import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from newsletter.errors import BadValue, NotAdopted
from newsletter.returns import listener
from newsletter.returns.intakes import MOST_BYTES, Listen
from newsletter.returns.listener import Listener
from tests.harness.certificates import Authority

DOMAIN = "returns.example.org"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
OURS = f"b-{TOKEN}@{DOMAIN}"
MAIL = b"Subject: a\r\n\r\nb\r\n"


class Post:
    """What was taken, and what is to go wrong."""

    def __init__(self) -> None:
        self.taken: list[tuple[bytes, str]] = []
        self.error: Exception | None = None
        self.goes_on = threading.Event()
        self.goes_on.set()
        self.is_taking = threading.Event()

    def take(self, raw: bytes, recipient: str) -> None:
        """Write it down, or do not."""
        self.is_taking.set()
        self.goes_on.wait(10)
        if self.error is not None:
            raise self.error
        self.taken.append((raw, recipient))

    def domains(self) -> list[str]:
        """Give where mail comes back to us."""
        if isinstance(self.error, OperationalError | NotAdopted):
            raise self.error
        return [DOMAIN]


@pytest.fixture
def post() -> Post:
    """Give who takes the mails."""
    return Post()


@pytest.fixture
def server(post: Post) -> Iterator[Listener]:
    """Give an open port."""
    opened = Listener(Listen("127.0.0.1", 0), post.take, post.domains, "news.example.org")
    opened.start()
    yield opened
    opened.stop()


@pytest.fixture
def client(server: Listener) -> Iterator[smtplib.SMTP]:
    """Give a client that has said EHLO."""
    with smtplib.SMTP("127.0.0.1", server.port, "relay.example.net", 20) as one:
        one.ehlo()
        yield one


def said(server: Listener, *pieces: bytes) -> bytes:
    """Send it all without waiting for answers; gives what came back until the end of the connection."""
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        for piece in pieces:
            line.sendall(piece)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_bounce_is_taken_with_its_envelope_above_it(client: smtplib.SMTP, post: Post) -> None:
    """From nobody, to an address of ours whose letters somebody made large; the size is announced, and no login offered."""
    recipient = f"B-{TOKEN.upper()}@{DOMAIN.upper()}"

    assert {} == client.sendmail("", [recipient], MAIL)
    assert [(b"Return-Path: <>\r\nDelivered-To: " + recipient.encode() + b"\r\n" + MAIL, recipient)] == post.taken
    assert str(MOST_BYTES) == client.esmtp_features["size"]
    assert not {"auth", "starttls"} & client.esmtp_features.keys()


def test_only_what_is_ours_is_taken(client: smtplib.SMTP, post: Post) -> None:
    """Nobody relays here, and nobody is told by a mail of ours what another server refused to know."""
    strangers = [
        "ann@example.net",
        f"ann@{DOMAIN}",
        f"b-{TOKEN}@example.net",
        f"b-@{DOMAIN}",
        f"b-{TOKEN}a@{DOMAIN}",
        f"b-{TOKEN}%example.net@{DOMAIN}",
        f"@{DOMAIN}:ann@example.net",
        f'"b-{TOKEN}@{DOMAIN}"@example.net',
        f"b-{TOKEN}",
        "ann",
        f"b-{TOKEN}@[127.0.0.1]",
    ]
    client.mail("ann@example.net")
    answers = {one: client.rcpt(one) for one in strangers}
    ours = [client.rcpt(one)[0] for one in (OURS, f"u-{TOKEN}@{DOMAIN}", f"postmaster@{DOMAIN}", "Postmaster")]

    assert {one: code for one, (code, _) in answers.items() if code not in {550, 553, 501}} == {}
    assert b"5.1.1" in answers[f"ann@{DOMAIN}"][1]
    assert [250] * 4 == ours
    assert [] == post.taken


def test_each_recipient_gets_a_record_and_too_many_none(client: smtplib.SMTP, post: Post) -> None:
    """Two people may share a mailbox that forwards to us."""
    other = f"u-{TOKEN}@{DOMAIN}"
    client.sendmail("ann@example.net", [OURS, other], MAIL)
    client.mail("ann@example.net")
    codes = [client.rcpt(OURS)[0] for _ in range(listener.MOST_RECIPIENTS + 1)]

    assert [OURS, other] == [recipient for _, recipient in post.taken]
    assert [250] * listener.MOST_RECIPIENTS + [452] == codes


def test_database_that_is_away_is_tried_again_by_whoever_sends(client: smtplib.SMTP, post: Post) -> None:
    """451 at the address, and at the mail; nothing is called taken that is not written down."""
    client.mail("")
    client.rcpt(OURS)
    post.error = OperationalError("", {}, Exception("away"))

    assert (451, b"4.3.0") == _short(client.data(MAIL))
    client.mail("")
    assert (451, b"4.3.0") == _short(client.rcpt(OURS))
    post.error = None
    client.rset()
    assert {} == client.sendmail("", [OURS], MAIL)


def test_copy_takes_nothing_until_it_is_adopted(client: smtplib.SMTP, post: Post) -> None:
    """Whoever sends keeps the mail, whether the copy is noticed at the address or at the mail, and no domain is refused."""
    client.mail("")
    client.rcpt(OURS)
    post.error = NotAdopted()

    assert (451, b"4.3.2") == _short(client.data(MAIL))
    client.mail("")
    assert [(451, b"4.3.2")] * 2 == [_short(client.rcpt(one)) for one in (OURS, f"b-{TOKEN}@elsewhere.example")]
    post.error = None
    client.rset()
    assert {} == client.sendmail("", [OURS], MAIL)
    assert 1 == len(post.taken)


def test_bug_is_no_reason_to_lose_a_mail(client: smtplib.SMTP, post: Post) -> None:
    """Nor to tell strangers what it was."""
    client.mail("")
    client.rcpt(OURS)
    post.error = RuntimeError("secret")
    code, words = client.data(MAIL)

    assert 451 == code
    assert b"secret" not in words


def test_pipelined_commands_are_answered_in_order(server: Listener, post: Post) -> None:
    """A whole conversation in one packet, two mails in it."""
    mail = f"MAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n".encode() + MAIL + b".\r\n"
    answered = said(server, b"EHLO a\r\n" + mail + mail + b"QUIT\r\n")

    assert 2 == len(post.taken)
    assert 2 == answered.count(b"250 2.0.0")


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n\x00.\r\n", b"\r.\r\n"])
def test_mail_does_not_end_at_half_an_end(server: Listener, post: Post, end: bytes) -> None:
    """What another server takes for text is no command here (SMTP smuggling)."""
    smuggled = b"MAIL FROM:<evil@example.net>\r\nRCPT TO:<" + OURS.encode() + b">\r\nDATA\r\nSubject: evil\r\n"
    begun = f"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n".encode()
    said(server, begun + b"Subject: a\r\n\r\nb" + end + smuggled + b"\r\n.\r\nQUIT\r\n")

    assert 1 == len(post.taken)
    assert b"Subject: evil" in post.taken[0][0]


def test_dots_and_bytes_come_through(client: smtplib.SMTP, post: Post) -> None:
    """Lines that begin with a dot, letters in eight bits, lines longer than the standard allows, NUL."""
    mail = b"Subject: \xc3\xa4\xff\r\n\r\n.\r\n..\r\n.x\r\n" + b"y" * 20_000 + b"\r\n\x00\r\n"
    client.sendmail("", [OURS], mail, mail_options=["BODY=8BITMIME"])

    assert post.taken[0][0].endswith(mail)


def test_mail_that_is_too_large_is_refused_early_and_late(client: smtplib.SMTP, post: Post) -> None:
    """By the size it says, and by the size it has; the connection is still good."""
    assert 552 == client.docmd("MAIL", f"FROM:<> SIZE={MOST_BYTES + 1}")[0]
    client.mail("")
    client.rcpt(OURS)
    client.docmd("DATA")
    client.send((b"x" * 60_000 + b"\r\n") * 180 + b".\r\n")
    assert 552 == client.getreply()[0]
    client.sendmail("", [OURS], MAIL)

    assert 1 == len(post.taken)


def test_line_without_end_ends_the_connection(server: Listener, post: Post) -> None:
    """Not the memory of this machine."""
    begun = f"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n".encode()
    with pytest.raises(OSError, match=r"reset|pipe|aborted"):
        said(server, begun, *[b"x" * 1024 * 1024] * 40)

    assert [] == post.taken


def test_garbage_and_too_many_connections_are_sent_away(
    server: Listener, client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever was there before goes on."""
    assert said(server, b"\xff\xfe\r\n" + b"GET / HTTP/1.1\r\n" * 10).count(b"500") >= 2
    monkeypatch.setattr(listener, "MOST_CONNECTIONS", 1)

    assert said(server).startswith(b"421 4.3.2")
    assert 250 == client.noop()[0]


def test_one_host_leaves_room_for_others(server: Listener, client: smtplib.SMTP, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever opens connections and says nothing takes them all else."""
    monkeypatch.setattr(listener, "MOST_OF_ONE_HOST", 1)

    assert b"421 4.3.2" in said(server)
    with socket.create_connection(("127.0.0.1", server.port), 20, ("127.0.0.2", 0)) as other:
        assert other.recv(100).startswith(b"220")
    assert 250 == client.noop()[0]


def test_mails_that_come_in_together_fill_no_memory(
    server: Listener, client: smtplib.SMTP, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty of ten megabytes each, of which none ends: the one that brings too much is sent away, and room is made."""
    monkeypatch.setattr(listener, "MOST_COMING_IN", 1_000_000)
    begun = f"EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<{OURS}>\r\nDATA\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), 20) as slow:
        slow.sendall(begun + b"x" * 800_000)
        # What it said arrives before the next one's, because both are read by one loop.
        client.noop()
        with pytest.raises(OSError, match=r"reset|pipe|aborted"):
            said(server, begun, *[b"x" * 10_000] * 100)
    client.sendmail("", [OURS], MAIL)

    assert 1 == len(post.taken)


def test_stop_answers_what_is_being_written_down(server: Listener, post: Post, client: smtplib.SMTP) -> None:
    """A mail that is written down is called so, or whoever sends would send it again."""
    post.goes_on.clear()
    client.mail("")
    client.rcpt(OURS)
    answers: list[tuple[int, bytes]] = []
    sending = threading.Thread(target=lambda: answers.append(client.data(MAIL)))
    sending.start()
    post.is_taking.wait(10)
    stopping = threading.Thread(target=server.stop)
    stopping.start()
    post.goes_on.set()
    sending.join(10)
    stopping.join(10)

    assert [250] == [code for code, _ in answers]
    assert 1 == len(post.taken)


def test_tls_is_offered_with_a_certificate(post: Post, tmp_path: Path) -> None:
    """And what stood in the clear before it is forgotten."""
    authority = Authority()
    (tmp_path / "pair.pem").write_bytes(authority.issue("localhost"))
    server = Listener(Listen("127.0.0.1", 0, str(tmp_path / "pair.pem")), post.take, post.domains, "news.example.org")
    server.start()
    with smtplib.SMTP("127.0.0.1", server.port, "a", 20) as client:
        client._host = "localhost"  # type: ignore[attr-defined]  # noqa: SLF001 -- what the certificate is checked against
        client.ehlo()
        client.starttls(context=authority.client_context())
        client.sendmail("", [OURS], MAIL)
        assert isinstance(client.sock, ssl.SSLSocket)
    server.stop()

    assert 1 == len(post.taken)


def test_what_cannot_be_opened_is_told_in_words(server: Listener, post: Post, tmp_path: Path) -> None:
    """A port that somebody has, a certificate that is none."""
    (tmp_path / "none.pem").write_text("none")
    taken = Listener(Listen("127.0.0.1", server.port), post.take, post.domains, "news.example.org")
    with pytest.raises(BadValue, match="cannot be listened on"):
        taken.start()
    for name in ("none.pem", "missing.pem"):
        with pytest.raises(BadValue, match=name):
            Listener(Listen("127.0.0.1", 0, str(tmp_path / name)), post.take, post.domains, "news.example.org")


def _short(answer: tuple[int, bytes]) -> tuple[int, bytes]:
    return answer[0], answer[1].split()[0]
