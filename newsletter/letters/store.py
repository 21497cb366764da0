"""Frozen letters as they are kept."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select, update

from newsletter.errors import LetterNotFound
from newsletter.images import store as images
from newsletter.letters.letter import Draft, Letter, LetterKind, SlotName
from newsletter.letters.pieces import Piece, Pieces
from newsletter.tables.letters import letter, letter_pieces
from subscribers.transaction import Transaction

# Among the names of slots, what begins so is a question about an attribute.
ANSWER = "answer:"


def freeze(
    tx: Transaction,
    draft: Draft,
    now: datetime,
    *,
    newsletter_id: int | None,
    issue_id: int | None,
    list_id: int | None,
    pieces: Pieces | None = None,
) -> Letter:
    """Keep *draft* as it stands, and the images that it shows; each call is a letter of its own, mailed once to each person.

    *pieces* are what it shows article by article: a letter that is to be read on the web has them.
    """
    letter_id = tx.execute(
        insert(letter)
        .values(
            kind=draft.kind.value,
            newsletter_id=newsletter_id,
            issue_id=issue_id,
            list_id=list_id,
            sender_name=draft.sender_name,
            sender_address=draft.sender_address,
            reply_to=draft.reply_to,
            subject=draft.subject,
            preheader=draft.preheader,
            language=draft.language,
            html=draft.html,
            text=draft.text,
            slots=_kept_slots(draft),
            content_hash=draft.content_hash,
            created_at=now,
        )
        .returning(letter.c.id),
    ).scalar_one()
    shown = [draft.html]
    if pieces is not None:
        _keep_pieces(tx, letter_id, draft.content_hash, pieces)
        # A card shows a picture cut; the article on its own page shows it whole.
        shown += [f'"{one.picture}" "{one.portrait}" {one.html}' for one in pieces.articles]
    images.tie_letter(tx, letter_id, " ".join(shown))
    return Letter(letter_id, draft, newsletter_id, issue_id, list_id, now)


def load(tx: Transaction, letter_id: int) -> Letter:
    """Give a frozen letter, byte for byte as it was frozen.

    Raises:
        LetterNotFound: there is none of this id.

    """
    row = tx.execute(select(letter).where(letter.c.id == letter_id)).one_or_none()
    if row is None:
        raise LetterNotFound(letter_id)
    draft = Draft(
        kind=LetterKind(row.kind),
        sender_name=row.sender_name,
        sender_address=row.sender_address,
        reply_to=row.reply_to,
        subject=row.subject,
        preheader=row.preheader,
        language=row.language,
        html=row.html,
        text=row.text,
        slots={SlotName(name): token for name, token in row.slots.items() if not name.startswith(ANSWER)},
        content_hash=row.content_hash,
        answers={name.removeprefix(ANSWER): token for name, token in row.slots.items() if name.startswith(ANSWER)},
    )
    return Letter(row.id, draft, row.newsletter_id, row.issue_id, row.list_id, row.created_at)


def pieces_of(tx: Transaction, letter_id: int) -> Pieces | None:
    """Give what a letter shows article by article; None: it was frozen before that was kept."""
    row = tx.execute(
        select(letter_pieces)
        .join(letter, letter.c.id == letter_pieces.c.letter_id)
        .where(letter.c.id == letter_id, letter.c.content_hash == letter_pieces.c.content_hash)
    ).one_or_none()
    if row is None:
        return None
    return Pieces(row.newsletter, row.title, tuple(Piece(**one) for one in row.articles), row.page)


def empty(tx: Transaction, letter_ids: Collection[int]) -> None:
    """Let letters say nothing any more: whoever they were written for is to be forgotten."""
    tx.execute(update(letter).where(letter.c.id.in_(sorted(letter_ids))).values(html="", text=""))


def _keep_pieces(tx: Transaction, letter_id: int, content_hash: str, pieces: Pieces) -> None:
    tx.execute(
        insert(letter_pieces).values(
            letter_id=letter_id,
            content_hash=content_hash,
            newsletter=pieces.newsletter,
            title=pieces.title,
            articles=[asdict(one) for one in pieces.articles],
            page=pieces.page,
        ),
    )


def _kept_slots(draft: Draft) -> dict[str, str]:
    asked = {f"{ANSWER}{name}": token for name, token in draft.answers.items()}
    return {name.value: token for name, token in draft.slots.items()} | asked
