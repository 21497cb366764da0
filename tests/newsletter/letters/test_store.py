from datetime import datetime

import pytest
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.errors import LetterNotFound
from newsletter.images import store as images
from newsletter.letters import store
from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed
from newsletter.letters.pieces import Piece, Pieces
from newsletter.letters.templates import Templates
from newsletter.tables.letters import letter
from tests.harness.letters import LINKS, SEED, a_newsletter, january_2020
from tests.harness.newsroom import an_image

NOTICE = sealed(
    Draft(
        kind=LetterKind.WELCOME,
        sender_name="Añá",
        sender_address="news@example.org",
        reply_to="",
        subject="Welcome – 図書館",
        preheader="…",
        language="en",
        html='<p title="slot0">\u2028 e\u0301 👩‍👩‍👧</p>',
        text="Dear slot0\n",
        slots={SlotName.NAME: "slot0"},
        content_hash="",
    ),
)


def test_frozen_letter_comes_back_byte_for_byte(database: Database, templates: Templates, now: datetime) -> None:
    """What was approved is what is mailed and archived."""
    draft = compose_issue(templates, a_newsletter(), january_2020(), LINKS, SEED).draft
    with database.write() as tx:
        frozen = store.freeze(tx, draft, now, newsletter_id=None, issue_id=None, list_id=None)

    with database.read() as tx:
        assert frozen == store.load(tx, frozen.id)
    assert draft == frozen.draft
    assert frozen.draft == sealed(frozen.draft)


def test_each_freeze_is_a_letter_of_its_own(database: Database, now: datetime) -> None:
    """A person who asks for a confirmation again gets one again: the ledger mails each letter once to each."""
    with database.write() as tx:
        first = store.freeze(tx, NOTICE, now, newsletter_id=None, issue_id=None, list_id=None)
        second = store.freeze(tx, NOTICE, now, newsletter_id=None, issue_id=None, list_id=None)

        assert first.id != second.id
        assert first.draft == second.draft == store.load(tx, second.id).draft
        assert 2 == tx.execute(select(func.count()).select_from(letter)).scalar_one()


def test_letter_that_is_not_there_is_an_error(database: Database) -> None:
    """The id is named."""
    with database.read() as tx, pytest.raises(LetterNotFound, match="no letter 77"):
        store.load(tx, 77)


def test_what_a_letter_shows_is_kept_with_it(database: Database, now: datetime) -> None:
    """As it was, with the pictures that only its articles show whole."""
    with database.write() as tx:
        key = an_image(tx)
        piece = Piece("Features", "Staying", "Ann", "", "<p>\u0000 Words</p>", "staying", f"https://x.example/images/{key}.jpg")
        pieces = Pieces("Section News", "January", (piece,), "<html>")
        frozen = store.freeze(tx, NOTICE, now, newsletter_id=None, issue_id=None, list_id=None, pieces=pieces)
        other = store.freeze(tx, NOTICE, now, newsletter_id=None, issue_id=None, list_id=None)

    with database.read() as tx:
        assert pieces == store.pieces_of(tx, frozen.id)
        assert store.pieces_of(tx, other.id) is None
        assert 1 == images.uses(tx, key).letters
