"""Counted links in what is mailed: exchanged there, and nowhere else."""

from dataclasses import replace
from datetime import datetime

from newsletter.database import Database
from newsletter.letters import redirects
from newsletter.letters import store as letters
from newsletter.letters.counted import exchanged
from newsletter.letters.letter import LetterKind, sealed
from newsletter.letters.links import Links
from newsletter.letters.meter import longest_size
from newsletter.mail import leases, mailings
from newsletter.mail.compiled import CompiledLetter
from newsletter.mail.message import Facts
from newsletter.mail.stationery import Stationery
from subscribers import clickconsent
from subscribers.tokens import Keyring, Purpose
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


def test_the_mail_says_who_allowed_it_when_it_was_planned(database: Database, keyring: Keyring, now: datetime) -> None:
    """The same bytes at every attempt: what is said later counts for the next letter; a proof counts nobody."""
    with database.write() as tx:
        room = open_mailroom(tx, keyring, now, ("ann", "bo"))
        ann, bo = people.audience_of(tx, room.list_id)
        assert ann < bo
        standings = [one.subscription_id for one in leases.claim(tx, "first", now, 10)]
        assert standings[0] is not None
        assert clickconsent.allow(tx, keyring, standings[0], now, people.LINK)
        letter_id = plan(tx, room.newsletter_id, room.list_id, now, DRAFT)
        redirects.keep(tx, letter_id, [URL])
        [link] = redirects.of_letter(tx, letter_id)
        claimed = leases.claim(tx, "second", now, 10)
        assert clickconsent.refuse(tx, keyring, standings[0], now, people.LINK)
        facts = mailings.load(tx, letter_id)
        proof = letters.freeze(tx, replace(DRAFT, kind=LetterKind.PROOF), now, newsletter_id=None, issue_id=None, list_id=None)
        assert () == redirects.of_letter(tx, proof.id)
    stationery = Stationery(keyring, LINKS)
    compiled = stationery.compile(facts)
    first, second = (rawmail.parts(rawmail.read(stationery.envelope(compiled, one).data))[1][1] for one in claimed)

    assert f'/l/{link.token}/{keyring.seal(Purpose.CLICK, standings[0])}"' in first
    assert f'/l/{link.token}"' in second


def test_the_meter_knows_how_long_the_addresses_become() -> None:
    """Counted for whoever has the longest ones; Gmail cuts a letter off by them (102 KB)."""
    html = "".join(f'<a href="https://b.example/{place}">x</a>' for place in range(200))
    draft = replace(DRAFT, html=html)
    counted = {f"https://b.example/{place}": TOKEN for place in range(200)}
    _, mine = mailed(replace(FACTS, draft=draft, counted=counted), MINE)

    assert len(mine.rstrip("\n").encode()) == longest_size(draft, LINKS, "news", 1, counts_clicks=True)
    assert len(html.encode()) == longest_size(draft, LINKS, "news", 1)
