"""What is mailed again, in SQL: mailings that are opened anew, and deliveries whose fate was not known put back to pending.

Nothing here changes what a delivery is: its id, its address and its letter stay, so it goes out as the same bytes under the
same Message-ID.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import exists, or_, select, update

from newsletter.mail import figures
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change
from newsletter.mail.mailings import MailingState
from newsletter.tables.issues import issue
from newsletter.tables.mail import IS_HELD, IS_WAITING, delivery, mailing
from subscribers.transaction import Transaction

S = DeliveryState

# Numbers in one statement; PostgreSQL takes 65,535 and SQLite half of that.
AT_ONCE = 10_000


def hold(tx: Transaction, letter_id: int, issue_id: int | None) -> None:
    """Keep everybody else from opening or closing this mailing until the transaction ends.

    The issue first, as every verb does it: two that lock in opposite order would wait for each other. SQLite has one writer.
    """
    if issue_id is not None:
        tx.execute(select(issue.c.id).where(issue.c.id == issue_id).with_for_update())
    tx.execute(select(mailing.c.letter_id).where(mailing.c.letter_id == letter_id).with_for_update())


def is_exhausted(tx: Transaction, letter_id: int) -> bool:
    """Whether nobody of a letter is left to be written to; to be asked once the mailing is held."""
    of_letter = delivery.c.letter_id == letter_id
    is_left = or_(exists().where(of_letter, IS_WAITING), exists().where(of_letter, IS_HELD))
    return not tx.execute(select(is_left)).scalar_one()


def open_mailing(tx: Transaction, letter_id: int) -> None:
    """Open a mailing that was over; one that is under way, or paused, stays as it is."""
    over = (MailingState.FINISHED, MailingState.CANCELLED)
    tx.execute(
        update(mailing)
        .where(mailing.c.letter_id == letter_id, mailing.c.state.in_(over))
        .values(state=MailingState.OPEN, finished_at=None),
    )


def put_back(tx: Transaction, ids: Sequence[int], now: datetime, note: str) -> int:
    """Let uncertain deliveries be mailed again as they are; gives how many. The gate asks again whether they may be."""
    back: Counter[int] = Counter()
    for some in in_portions(ids):
        back.update(
            tx.execute(
                update(delivery)
                .where(delivery.c.id.in_(some), delivery.c.state == S.UNCERTAIN, delivery.c.email != "")
                .values(state=S.PENDING, worker_id="", not_before=now, settled_at=None, note=note)
                .returning(delivery.c.letter_id),
            ).scalars(),
        )
    known(tx, back, S.PENDING)
    return back.total()


def let_go_erased(tx: Transaction, ids: Sequence[int], now: datetime) -> int:
    """Settle those of the uncertain deliveries that can never be mailed again, their address being erased; gives how many."""
    gone: Counter[int] = Counter()
    for some in in_portions(ids):
        gone.update(
            tx.execute(
                update(delivery)
                .where(delivery.c.id.in_(some), delivery.c.state == S.UNCERTAIN, delivery.c.email == "")
                .values(state=S.SKIPPED, worker_id="", settled_at=now, note="erased; whether it arrived before is not known")
                .returning(delivery.c.letter_id),
            ).scalars(),
        )
    known(tx, gone, S.SKIPPED)
    return gone.total()


def known(tx: Transaction, letters: Counter[int], state: DeliveryState) -> None:
    """Count, by letter, people who were uncertain and are in *state* now."""
    changes = Counter({Change(letter_id, state): people for letter_id, people in letters.items()})
    changes.update({Change(letter_id, S.UNCERTAIN): -people for letter_id, people in letters.items()})
    figures.add(tx, changes)


def in_portions(ids: Iterable[int]) -> Iterator[list[int]]:
    """Cut *ids* into lists that fit into a statement."""
    rest = iter(ids)
    while some := list(islice(rest, AT_ONCE)):
        yield some
