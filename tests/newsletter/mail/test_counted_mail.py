"""Counted links in what is mailed: exchanged there, and nowhere else."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.letters import redirects
from newsletter.letters import store as letters
from newsletter.letters.counted import exchanged
from newsletter.letters.letter import LetterKind, sealed
from newsletter.letters.links import Links
from newsletter.letters.meter import longest_size
from newsletter.mail import gate, leases, mailings
from newsletter.mail.compiled import CompiledLetter
from newsletter.mail.delivery import Delivery, Passage
from newsletter.mail.message import Facts
from newsletter.mail.stationery import Stationery
from newsletter.people import clicking
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction
from tests.harness import people, rawmail
from tests.harness.mailroom import a_draft, open_mailroom, plan
from tests.newsletter.mail.test_compiled import person
from tests.newsletter.mail.test_message import FACTS

LINKS = Links("https://news.example.org")
URL = "https://blog.example.org/?a=1&b=2"
TOKEN = "abcdefghijklmnopqrstuvwxyz"
MINE = "234567abcdefghijklmnopqrst"
DRAFT = sealed(
    replace(
        a_draft(), html=f'{a_draft().html}<a href="{URL.replace("&", "&amp;")}">read on</a>', text=f"{a_draft().text}{URL}\n"
    )
)


WORKER = "ann's"


@dataclass(frozen=True, slots=True)
class Counted:
    """A letter with a counted link, and whose subscriptions it goes to."""

    newsletter_id: int
    letter_id: int
    standings: tuple[int, ...]


def mailed(facts: Facts, click_token: str = "") -> tuple[str, str]:
    """Give both bodies of somebody's message."""
    raw = CompiledLetter(facts, LINKS).write(replace(person("Ann"), click_token=click_token))
    (_, plain), (_, rich) = rawmail.parts(rawmail.read(raw))
    return plain, rich


def test_only_the_addresses_of_links_are_other_ones() -> None:
    """Exchanged back, the mail is what it is when nothing is counted; the plain text says where a link leads."""
    plain, rich = mailed(replace(FACTS, draft=DRAFT))
    counted_plain, counted = mailed(replace(FACTS, draft=DRAFT, counted={URL: TOKEN}))

    assert plain == counted_plain
    assert f'<a href="https://news.example.org/l/{TOKEN}">' in counted
    assert rich == exchanged(counted, {f"https://news.example.org/l/{TOKEN}": URL})


def test_whoever_allowed_it_has_a_name_behind_each() -> None:
    """And nothing else is another one in their mail."""
    facts = replace(FACTS, draft=DRAFT, counted={URL: TOKEN})
    _, rich = mailed(facts)
    _, mine = mailed(facts, MINE)

    assert f'<a href="https://news.example.org/l/{TOKEN}/{MINE}">' in mine
    assert rich == mine.replace(f"/{MINE}", "")
    assert mailed(facts) == mailed(replace(facts), "")


@pytest.fixture
def counted(database: Database, keyring: Keyring, now: datetime) -> Counted:
    """Give a letter of a newsletter that counts, planned for two who both allow it."""
    with database.write() as tx:
        room = open_mailroom(tx, keyring, now, ("ann", "bo"))
        newsletters.edit(tx, room.newsletter_id, counts_clicks=True)
        standings = [one.subscription_id or 0 for one in leases.claim(tx, WORKER, now, 10)]
        for number in standings:
            assert clicking.allow(tx, keyring, number, now, people.LINK)
        letter_id = plan(tx, room.newsletter_id, room.list_id, now, DRAFT)
        redirects.keep(tx, letter_id, [URL])
    return Counted(room.newsletter_id, letter_id, tuple(standings))


def is_named(tx: Transaction, keyring: Keyring, counted: Counted, one: Delivery) -> bool:
    """Write a message, and look whose name stands behind its link; another's never does."""
    stationery = Stationery(keyring, LINKS)
    html = rawmail.parts(rawmail.read(stationery.envelope(stationery.compile(mailings.load(tx, counted.letter_id)), one).data))
    [link] = redirects.of_letter(tx, counted.letter_id)
    mine = f'/l/{link.token}/{keyring.seal(Purpose.CLICK, one.subscription_id or 0)}"'
    assert (mine in html[1][1]) != (f'/l/{link.token}"' in html[1][1])
    return mine in html[1][1]


@pytest.mark.parametrize(
    ("state", "is_still"), [("pending", False), ("deferred", False), ("leased", False), ("sending", True), ("uncertain", True)]
)
def test_a_no_takes_the_name_out_of_what_is_not_on_the_wire(
    database: Database,
    keyring: Keyring,
    now: datetime,
    counted: Counted,
    state: str,
    is_still: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """What may have arrived stays the message that it is; what a mailer only holds is written again."""
    ann, bo = counted.standings
    with database.write() as tx:
        row = (delivery.c.letter_id == counted.letter_id, delivery.c.subscription_id == ann)
        if state == "leased":
            held = [one for one in leases.claim(tx, WORKER, now, 10) if one.subscription_id == ann]
        tx.execute(update(delivery).where(*row, delivery.c.state != "leased").values(state=state))
        assert clicking.refuse(tx, keyring, ann, now, people.LINK)
        if state == "leased":
            assert {held[0].id: Passage.GONE} == gate.mark(tx, WORKER, held, now)
        assert is_still == tx.execute(select(delivery.c.allows_clicks).where(*row)).scalar_one()
        claimed = leases.claim(tx, WORKER, now, 10)

        assert [False] * (not is_still) == [
            is_named(tx, keyring, counted, one) for one in claimed if one.subscription_id == ann
        ]
        assert all(is_named(tx, keyring, counted, one) for one in claimed if one.subscription_id == bo)


def test_nobody_is_named_in_what_is_mailed_when_nothing_is_counted_any_more(
    database: Database, keyring: Keyring, now: datetime, counted: Counted
) -> None:
    """Also where the letter was approved and planned before; a proof counts nobody."""
    with database.write() as tx:
        newsletters.edit(tx, counted.newsletter_id, counts_clicks=False)
        claimed = leases.claim(tx, WORKER, now, 10)
        assert [False, False] == [is_named(tx, keyring, counted, one) for one in claimed]
        proof = letters.freeze(tx, replace(DRAFT, kind=LetterKind.PROOF), now, newsletter_id=None, issue_id=None, list_id=None)
        assert () == redirects.of_letter(tx, proof.id)


def test_the_meter_knows_how_long_the_addresses_become() -> None:
    """Counted for whoever has the longest ones; Gmail cuts a letter off by them (102 KB)."""
    html = "".join(f'<a href="https://b.example/{place}">x</a>' for place in range(200))
    draft = replace(DRAFT, html=html)
    counted = {f"https://b.example/{place}": TOKEN for place in range(200)}
    _, mine = mailed(replace(FACTS, draft=draft, counted=counted), MINE)

    assert len(mine.rstrip("\n").encode()) == longest_size(draft, LINKS, "news", 1, counts_clicks=True)
    assert len(html.encode()) == longest_size(draft, LINKS, "news", 1)
