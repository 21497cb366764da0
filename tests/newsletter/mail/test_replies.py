"""What relays answer is counted in the words it has in common, on both databases."""

import pytest

from newsletter.mail import replies
from newsletter.mail.delivery import DeliveryState, Phase, Reply, Verdict
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState


def settled(book: Ledger, *verdicts: tuple[DeliveryState, str]) -> None:
    """Let the people of the letter come to these ends, one after the other."""
    worker = book.start("w")
    for delivery, (state, text) in zip(book.claim(worker), verdicts, strict=True):
        book.mark(worker, delivery)
        verdict = Verdict(state, not_before=book.now) if state is S.DEFERRED else Verdict(state)
        book.settle(worker, delivery, verdict, Reply(Phase.RCPT, int(text[:3]), text[4:9], text))


def test_what_differs_by_person_is_one_answer(book: Ledger) -> None:
    """Addresses and the marks of a relay's log are left out of what is compared, not of what is shown."""
    settled(
        book,
        (S.REFUSED, "550 5.1.1 <ann@example.net>: no such user, id 4711"),
        (S.REFUSED, "550 5.1.1 <bob@example.net>: no such user, id 4712"),
        (S.DEFERRED, "451 4.7.1 Try again later"),
    )
    with book.database.read() as tx:
        found = replies.of_letter(tx, book.room.letter_id)

    assert [(S.REFUSED, 2), (S.DEFERRED, 1)] == [(one.state, one.people) for one in found.groups]
    assert "<bob@example.net>" in found.groups[0].text
    assert "550 5.1.1" == found.groups[0].status
    assert 3 == found.looked_at
    assert [("example.net", 2, 1)] == [(one.name, one.refused, one.deferred) for one in found.domains]


def test_who_has_it_is_not_looked_at(book: Ledger) -> None:
    """A million people who were accepted cost nothing."""
    settled(book, *[(S.ACCEPTED, "250 2.0.0 queued")] * 3)

    with book.database.read() as tx:
        assert replies.NO_REPLIES == replies.of_letter(tx, book.room.letter_id)


def test_so_many_are_looked_at_and_no_more(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest; what a hundred thousand were told shows in these."""
    settled(book, *[(S.REFUSED, f"550 5.1.1 {word}") for word in ("one", "two", "three")])
    monkeypatch.setattr(replies, "MOST_LOOKED_AT", 2)
    with book.database.read() as tx:
        found = replies.of_letter(tx, book.room.letter_id)

    assert 2 == found.looked_at
    assert not any("one" in said.text for said in found.groups)
