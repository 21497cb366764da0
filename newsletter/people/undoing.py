"""Taking an import back as one, while nobody has got an issue on it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from newsletter.mail import ledger
from subscribers.errors import ImportInUse
from subscribers.exchange import imports, undoing
from subscribers.exchange.turns import Begin, turn
from subscribers.exchange.undoing import Brought
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of the people of an import that was undone."""

    # Taken off the list, and of these nobody had been known before and is known now.
    taken_off: int
    forgotten: int
    # Known before, and changed back.
    restored: int
    # Have acted since, or were written to: they stay as they are.
    kept: int


def undo_import(
    begin: Begin,
    import_id: int,
    now: datetime,
    *,
    progress: Callable[[int], None] = lambda _people: None,
) -> Undone:
    """Undo an import in many short transactions; one that was interrupted is finished by the next call.

    Whoever is still doing it is stopped. *progress* is told how many people were looked at.

    Raises:
        ImportNotFound: there is none of this id.
        ImportInUse: an issue or digest was planned for somebody it brought; nothing was changed.

    """
    with begin() as tx:
        undone = imports.by_id(tx, import_id)
        if ledger.mailed_on(tx, import_id):
            raise ImportInUse(import_id)
        imports.call_off(tx, import_id, now)
    words = say("Import %(import_id)s was undone.", import_id=import_id)
    taken_off = forgotten = kept = restored = 0
    after_id: int | None = 0
    while after_id is not None:
        with turn(begin) as tx:
            chunk = undoing.brought_by(tx, import_id, after_id)
            back = _unwritten(tx, chunk.brought)
            forgotten += undoing.take_back(tx, back, now, words, _forget)
        taken_off += len(back)
        kept += chunk.acted + len(chunk.brought) - len(back)
        after_id = chunk.last_id
        progress(taken_off + kept)
    more: int | None = 0
    while more is not None:
        restored += more
        with turn(begin) as tx:
            more = undoing.restore(tx, undone, now, words, ledger.written_to)
    return Undone(taken_off, forgotten, restored, kept)


def _unwritten(tx: Transaction, brought: Collection[Brought]) -> list[Brought]:
    """Give those who know nothing of it yet: no mail about the list went to them, nor a link to whom nobody knew before.

    Such a link is asked for by the person, and lets them answer and choose, which leaves no act behind. What another list
    wrote to them keeps nobody on this one: they stay known by that list.
    """
    on_list = ledger.written_to(tx, [one.subscription_id for one in brought])
    at_all = ledger.people_written_to(tx, [one.subscriber_id for one in brought if one.is_new])
    return [one for one in brought if one.subscription_id not in on_list and one.subscriber_id not in at_all]


def _forget(tx: Transaction, subscriber_ids: Collection[int], now: datetime) -> None:
    for subscriber_id in ledger.named(tx, subscriber_ids):
        ledger.forget(tx, subscriber_id, now)
