"""The migration that keeps with letters what the archive has of them."""

from datetime import datetime

from alembic import command

from newsletter.archive import shelf, shelving
from newsletter.database import Database
from newsletter.images import store as images
from newsletter.letters import store as letters
from newsletter.shape import config
from tests.harness.newsroom import a_newsletter, an_image
from tests.newsletter.archive.conftest import LINKS, piece, sent


def test_what_was_taken_in_before_stays_as_it_is(database: Database, now: datetime) -> None:
    """With its addresses and pictures, also when everything is taken in anew."""
    with database.write() as tx:
        newsletter = a_newsletter(tx)
        key = an_image(tx)
    shown = piece(
        "Staying relevant", f'<img src="https://x.example/images/{key}.jpg" alt=""> and {"very " * 20}\u201equoted\u201d'
    )
    issue = sent(database, newsletter, now, "January", shown, piece("Only a title"))
    with database.read() as tx:
        before = shelf.articles_of(tx, [issue.id])
    with database.write() as tx:
        command.downgrade(config(tx), "0044")
    with database.write() as tx:
        command.upgrade(config(tx), "head")
        shelf.forget(tx, None)
    shelving.take_in(database, LINKS, lambda: now)

    with database.read() as tx:
        pieces = letters.pieces_of(tx, issue.letter_id or 0)
        assert before == shelf.articles_of(tx, [issue.id])
        assert 1 == images.uses(tx, key).letters
    assert pieces is not None
    assert ("Section News", "January", "") == (pieces.newsletter, pieces.title, pieces.page)
