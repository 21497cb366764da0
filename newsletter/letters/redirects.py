"""Where the counted links of letters lead, in SQL."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from newsletter.tables.clicks import counted_link
from subscribers.transaction import Transaction

# 128 bits: nobody finds an address of ours by trying. Spelled as all our tokens are (`subscribers.tokens.TOKEN_LENGTH`).
_BYTES = 16


@dataclass(frozen=True, slots=True)
class CountedLink:
    """A link of a letter, and where it leads."""

    id: int
    letter_id: int
    # Counts from 1.
    place: int
    url: str
    token: str


def keep(tx: Transaction, letter_id: int, urls: Sequence[str]) -> None:
    """Keep where the links of a frozen letter lead; they lead there for as long as there is the letter."""
    rows = [
        {"letter_id": letter_id, "place": place, "url": url, "token": _new_token()} for place, url in enumerate(urls, start=1)
    ]
    if rows:
        tx.execute(insert(counted_link), rows)


def of_letter(tx: Transaction, letter_id: int) -> tuple[CountedLink, ...]:
    """Give the counted links of a letter, in order; none: they are not counted."""
    rows = tx.execute(select(counted_link).where(counted_link.c.letter_id == letter_id).order_by(counted_link.c.place))
    return tuple(CountedLink(row.id, row.letter_id, row.place, row.url, row.token) for row in rows)


def find(tx: Transaction, token: str) -> CountedLink | None:
    """Give the link of a token; None: there is none."""
    row = tx.execute(select(counted_link).where(counted_link.c.token == token)).one_or_none()
    return None if row is None else CountedLink(row.id, row.letter_id, row.place, row.url, row.token)


def _new_token() -> str:
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode("ascii").rstrip("=").lower()
