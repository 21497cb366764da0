"""Answers by people, which go on to the newsletter."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.letters.letter import LetterKind
from newsletter.people import mailto
from newsletter.people.erase import erase
from newsletter.returns.apply import Taken
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.forwarding import MOST_OF_ONE
from newsletter.returns.model import Kind, Reading
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, returned
from tests.harness.mailroom import Mailroom
from tests.harness.returned import COMPLAINT, DEAD, REPLY

IS_ANSWER = letter.c.kind == LetterKind.ANSWER

HEAD = "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
BODY = """--b\r
Content-Type: text/plain; charset=utf-8\r
\r
Thank you <b>all</b>, \u00e9\u202e.\r
--b\r
Content-Type: application/pdf; name="plan.pdf"\r
\r
PDF\r
--b--\r
"""


def mailed_on(tx: Transaction) -> list[tuple[str, str, str, str]]:
    """Give the answers that go on: to whom, to whom an answer goes, subject and text."""
    query = select(delivery.c.email, letter.c.reply_to, letter.c.subject, letter.c.text)
    rows = tx.execute(query.join(letter, letter.c.id == delivery.c.letter_id).where(letter.c.kind == LetterKind.ANSWER))
    return [tuple(row) for row in rows]


def test_an_answer_goes_on_to_where_the_newsletter_is_answered(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Once; its words as text, what hangs on it by name, and an answer to it goes to whoever wrote it."""
    with database.write() as tx:
        to = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        raw = returned.mail(to, subject="Re: =?utf-8?q?J=C3=A4nner?=", more=HEAD, text=BODY)
        fates = [returned.take(tx, keyring, one, REPLY, now).fate for one in (raw, raw, raw + b"\r\n")]
        [first, _] = mailed_on(tx)

        assert [Fate.FORWARDED, Fate.REPEATED, Fate.FORWARDED] == fates
        assert ("editor@example.org", "ann@example.net", "Re: Jänner") == first[:3]
        assert all(words in first[3] for words in ("Thank you <b>all</b>, é.", "plan.pdf", "“January 2020”"))
        assert [("reply", "noted")] == returned.facts(tx)


@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.CHALLENGE, Kind.DELAY])
def test_what_a_machine_wrote_goes_nowhere(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, kind: Kind
) -> None:
    """Two machines would talk to each other for ever."""
    with database.write() as tx:
        to = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        fate = returned.take(tx, keyring, returned.mail(to), Reading(kind), now).fate

        assert (Fate.APPLIED, []) == (fate, mailed_on(tx))


def test_an_answer_to_an_answer_is_held(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """A machine at the newsletter's own address, which says of itself that it is none."""
    with database.write() as tx:
        to = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        returned.take(tx, keyring, returned.mail(to), REPLY, now)
        own = tx.execute(select(delivery.c.id).where(delivery.c.email == "editor@example.org")).scalar_one()
        fate = returned.take(tx, keyring, returned.mail(returned.address(keyring, own)), REPLY, now).fate

        assert (Fate.HELD, 1) == (fate, len(mailed_on(tx)))


def test_no_more_than_a_few_an_hour_go_on(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """The others are kept and listed, and so is what nobody could be mailed."""
    with database.write() as tx:
        to = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        fates = [
            returned.take(tx, keyring, returned.mail(to, text=f"{number}"), REPLY, now).fate
            for number in range(MOST_OF_ONE + 1)
        ]
        later = returned.take(tx, keyring, returned.mail(to, text="later"), REPLY, now + timedelta(hours=2)).fate
        suppression.suppress(tx, keyring.hash_address("editor@example.org"), Reason.BOUNCED, now)
        nowhere = returned.take(tx, keyring, returned.mail(to, text="last"), REPLY, now + timedelta(hours=3)).fate

        assert [*[Fate.FORWARDED] * MOST_OF_ONE, Fate.HELD, Fate.FORWARDED, Fate.HELD] == [*fates, later, nowhere]


def test_somebody_who_writes_more_when_they_leave_is_read(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Their no is taken, and their words go on."""
    with database.write() as tx:
        to = mailto.address(keyring, mailroom.subscription_of(tx, "ann").id, returned.DOMAIN)
        returned.delivery_of(tx, "ann", room.letter_id)
        taken = returned.take(tx, keyring, returned.mail(to, text="I have left the library."), REPLY, now)

        assert (Fate.FORWARDED, Followed.LEFT, 1) == (taken.fate, taken.followed, len(mailed_on(tx)))


def test_what_somebody_wrote_goes_with_them(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Out of the letter by which it went on, too."""
    with database.write() as tx:
        to = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        returned.take(tx, keyring, returned.mail(to), REPLY, now)
        erase(tx, keyring, mailroom.subscription_of(tx, "ann").subscriber_id, now)
        [left] = mailed_on(tx)

        assert ("editor@example.org", "", "", "") == left


@pytest.mark.parametrize(
    ("sender", "reply_to"),
    [
        ("\u00fc@example.net", ""),
        ("a@b\u00fccher.example", "a@xn--bcher-kva.example"),
        ("=?utf-8?q?a=0d=0aBcc:_x@example.com?= <a@example.net>", "a@example.net"),
        ("a@example.net\r\n\tBcc: x@example.com", ""),
        ("a@example.net,b@example.net", ""),
        ("<>", ""),
    ],
)
def test_an_answer_goes_on_whoever_wrote_it(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, sender: str, reply_to: str
) -> None:
    """Every relay takes it, and what stands in From and Subject makes no field of its own."""
    with database.write() as tx:
        ann = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        raw = returned.mail(ann, subject="=?utf-8?q?a=0d=0aBcc:_x=e2=80=ae?=").replace(
            b"Ann Lee <ann@example.net>", sender.encode()
        )
        returned.take(tx, keyring, raw, REPLY, now)

        assert [(reply_to, "a Bcc: x")] == [each[1:3] for each in mailed_on(tx)]


def test_nobody_keeps_answers_from_the_newsletter(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Whoever is answered by the staff sees the Message-ID of the mail that brought their words, and may send bounces of it."""
    with database.write() as tx:
        ann = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        returned.take(tx, keyring, returned.mail(ann), REPLY, now)
        [number] = tx.execute(
            select(delivery.c.id).join(letter, letter.c.id == delivery.c.letter_id).where(IS_ANSWER)
        ).scalars()
        tx.execute(update(delivery).where(delivery.c.id == number).values(state="accepted"))
        brought = returned.address(keyring, number)
        for reading in (DEAD, COMPLAINT):
            raw = returned.bounce(brought, subject=reading.kind)
            assert (Fate.APPLIED, Followed.NOTED) == _fates(returned.take(tx, keyring, raw, reading, now))
        told = [one.text for one in alerts.open_alerts(tx)]

        assert Fate.FORWARDED is returned.take(tx, keyring, returned.mail(ann, text="Again"), REPLY, now).fate
        assert suppression.reason_of(tx, keyring.hash_address("editor@example.org"), EVERY_LIST) is None
        assert 1 == len(told)
        assert all(words in told[0] for words in ("editor@example.org", "user unknown"))


def _fates(taken: Taken) -> tuple[Fate, Followed | None]:
    return taken.fate, taken.followed
