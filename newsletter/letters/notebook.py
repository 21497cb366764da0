"""The own words of lists for their notices, as they are kept."""

from datetime import datetime

from sqlalchemy import delete, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.letters.letter import LetterKind
from newsletter.letters.ownwords import NO_WORDS, OwnWords
from newsletter.tables.letters import notice_words
from subscribers.transaction import Transaction


def find(tx: Transaction, list_id: int, kind: LetterKind, language: str) -> OwnWords:
    """Give what a list says in a notice; nothing of its own where it says nothing else than the templates."""
    its = (notice_words.c.list_id == list_id, notice_words.c.kind == kind, notice_words.c.language == language)
    row = tx.execute(select(notice_words).where(*its)).one_or_none()
    return OwnWords(row.subject, row.heading, row.text) if row is not None else NO_WORDS


def languages_of_lists(tx: Transaction) -> frozenset[tuple[int, str]]:
    """Give which lists say something of their own in which language: ids of lists with codes of languages."""
    rows = tx.execute(select(notice_words.c.list_id, notice_words.c.language).distinct())
    return frozenset((row.list_id, row.language) for row in rows)


def keep(tx: Transaction, list_id: int, kind: LetterKind, language: str, words: OwnWords, now: datetime) -> None:
    """Keep what a list is to say in a notice from now on; nothing of its own takes it back."""
    its = (notice_words.c.list_id == list_id, notice_words.c.kind == kind, notice_words.c.language == language)
    if words == NO_WORDS:
        tx.execute(delete(notice_words).where(*its))
        return
    said = {"subject": words.subject, "heading": words.heading, "text": words.text, "changed_at": now}
    statement = insert(notice_words).values(list_id=list_id, kind=kind, language=language, **said)
    tx.execute(statement.on_conflict_do_update(index_elements=["list_id", "kind", "language"], set_=said))
