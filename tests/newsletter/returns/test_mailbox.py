import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from newsletter.returns import mailbox as wire
from newsletter.returns.intakes import Mailbox, parse_mailbox
from newsletter.returns.mailbox import Abilities, Call, MailboxTrouble
from tests.harness.dovecot import Dovecot

Setting = Callable[..., Mailbox]

MAIL = b"Subject: a\r\n\r\nb\r\n"


@pytest.mark.parametrize("is_old", [False, True])
def test_mail_is_copied_and_moved_and_stays_unseen(dovecot: Dovecot, user: str, setting: Setting, *, is_old: bool) -> None:
    """With MOVE and without; what is copied is the mail, byte for byte, and nobody's flag is set."""
    dovecot.put(user, [MAIL, b"Subject: other\r\n\r\n"])
    with wire.opened(setting(is_old=is_old)) as session:
        session.make_folders()
        first, second = session.look(0, 10)
        copied = session.copy(first)
        with dovecot.client(user) as client:
            client.select("INBOX")
            flags = client.fetch("1", "(FLAGS)")[1]
        session.move([first], "Processed")
        rest = session.look(0, 10)

    assert (MAIL, (second,)) == (copied, rest)
    assert "Seen" not in str(flags)
    assert [MAIL] == dovecot.lying(user, "Processed")


def test_server_tells_what_it_can(setting: Setting) -> None:
    """Also a server that can nothing."""
    with wire.opened(setting()) as new, wire.opened(setting(is_old=True)) as old:
        assert (Abilities(idle=True, move=True, uidplus=True), Abilities(idle=False, move=False, uidplus=False)) == (
            new.abilities,
            old.abilities,
        )


def test_long_mail_is_copied_to_the_measure(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """12 MB are on the server, 10 MB come here."""
    long = MAIL + b"0123456789\r\n" * 1_000_000
    dovecot.put(user, [long])
    with wire.opened(mailbox) as session:
        [uid] = session.look(0, 10)
        copied = session.copy(uid)

    assert long[: 10 * 1024 * 1024] == copied


def test_folders_are_made_whatever_they_are_called(dovecot: Dovecot, user: str, setting: Setting) -> None:
    """Blanks, quotes, signs of the protocol and letters of all peoples."""
    odd = 'Erledigt "ä" & (ok) {3} % 佐藤'
    chosen = replace(setting(), processed=odd, folder="Rück läufer")
    with dovecot.client(user) as client:
        client.create('"R&APw-ck l&AOQ-ufer"')
    dovecot.put(user, [MAIL], '"R&APw-ck l&AOQ-ufer"')
    with wire.opened(chosen) as session:
        made, again = session.make_folders(), session.make_folders()
        [uid] = session.look(0, 10)
        session.move([uid], odd)
        there = session.look(0, 10)

    assert ((odd, "Unparsed"), (), ()) == (made, again, there)


def test_mail_that_is_gone_is_none(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """Somebody else was quicker; moving it is no error either."""
    dovecot.put(user, [MAIL])
    with wire.opened(mailbox) as one, wire.opened(mailbox) as other:
        one.make_folders()
        [uid] = one.look(0, 10)
        assert (uid,) == other.look(0, 10)
        one.move([uid], "Processed")

        assert other.copy(uid) is None
        other.move([uid], "Processed")
    assert [MAIL] == dovecot.lying(user, "Processed")


def test_waiting_ends_when_something_comes_or_somebody_calls(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """By IDLE, long before the time is over."""
    with wire.opened(mailbox) as session, Call() as call:
        session.look(0, 10)
        began = time.monotonic()
        threading.Timer(0.05, dovecot.put, (user, [MAIL])).start()
        session.wait(600, call)
        [_uid] = session.look(0, 10)
        threading.Timer(0.05, call.make).start()
        session.wait(600, call)
        session.wait(600, call)

        assert time.monotonic() - began < 30


def test_what_came_before_the_waiting_ends_it(dovecot: Dovecot, user: str, mailbox: Mailbox) -> None:
    """Between the look and the waiting nothing falls through."""
    with wire.opened(mailbox) as session, Call() as call:
        session.look(0, 10)
        dovecot.put(user, [MAIL])
        began = time.monotonic()
        session.wait(600, call)

        assert time.monotonic() - began < 30


def test_troubles_have_words(setting: Setting, user: str) -> None:
    """Of an administrator, with what the server said, and never with the password."""
    good = setting()
    cases = {
        "the login was refused": setting(password="wrong"),
        "the folder cannot be opened": replace(good, folder="Nowhere"),
        "its certificate is not to be trusted": replace(good, ca_file=""),
        "it is to speak TLS from the first byte": replace(good, port=setting(is_old=True).port),
        "no connection": replace(good, port=1),
        "its name was not found": replace(good, host="nowhere.invalid"),
    }
    for words, wrong in cases.items():
        with pytest.raises(MailboxTrouble, match=words) as trouble, wire.opened(wrong, 5):
            pass
        assert f"The mailbox {wrong.folder} of {user} at" in str(trouble.value)
        assert "wrong" not in str(trouble.value)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "it does not answer"),
        (b"220 mx.example.org ESMTP\r\n", "the server said"),
        (b"* BYE too many connections\r\n", "too many connections"),
        (b"* OK ready\r\n", "it does not answer"),
        (b"* OK " + b"x" * 21_000_000, "longer than 20,971,520 bytes"),
        (b"* OK ready\r\n" + b"* 1 EXISTS\r\n" * 1_800_000, "longer than 20,971,520 bytes"),
        (b"* OK ready\r\n* 1 FETCH (BODY[] {2147483648}\r\n", "longer than 20,971,520 bytes"),
    ],
)
def test_server_that_is_none_is_a_trouble(said: bytes, words: str) -> None:
    """Silence, another protocol, a goodbye, half a conversation, a line without end: nothing waits for ever or fills memory."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        speaking = threading.Thread(target=_say, args=(listening, said))
        speaking.start()
        with pytest.raises(MailboxTrouble, match=words), wire.opened(parse_mailbox(f"imap://a:b@127.0.0.1:{port}"), 0.3):
            pass
        speaking.join(10)


def test_mailbox_deleted_under_us_is_a_trouble(dovecot: Dovecot, user: str, setting: Setting) -> None:
    """No traceback, and nothing that waits for ever."""
    with dovecot.client(user) as client:
        client.create("Returns")
    with wire.opened(setting(folder="Returns")) as session:
        with dovecot.client(user) as client:
            client.delete("Returns")
        with pytest.raises(MailboxTrouble):
            session.look(0, 10)


def _say(listening: socket.socket, said: bytes) -> None:
    """Say it to whoever comes, and hear them until they go."""
    line, _ = listening.accept()
    with line, suppress(OSError):
        line.sendall(said)
        while line.recv(1024):
            pass
