"""What a run has done so far."""

from newsletter.mail.delivery import DeliveryState
from newsletter.mail.tally import Progress, Tally

S = DeliveryState


def test_verdicts_are_counted_by_state() -> None:
    """Everybody who came to a verdict, in one of five."""
    tally = Tally(None, waiting=6)
    for state in (S.ACCEPTED, S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNCERTAIN, S.SKIPPED, S.PENDING):
        tally.count(state)
    progress = tally.progress()

    assert (2, 1, 1, 1, 1) == (progress.accepted, progress.refused, progress.deferred, progress.uncertain, progress.skipped)
    assert (6, 6) == (progress.waiting, progress.done)


def test_who_wants_to_know_is_told_at_the_end() -> None:
    """However few there were."""
    told: list[Progress] = []
    tally = Tally(told.append, waiting=1)
    tally.count(S.ACCEPTED)
    tally.tell()

    assert 1 == told[-1].accepted


def test_a_million_verdicts_are_not_a_million_calls() -> None:
    """A terminal shows ten a second."""
    told: list[Progress] = []
    tally = Tally(told.append, waiting=10_000)
    for _ in range(10_000):
        tally.count(S.ACCEPTED)

    assert len(told) < 100


def test_rate_is_verdicts_in_a_second() -> None:
    """Nothing in no time is no rate."""
    assert 4.0 == Progress(8, 8, 0, 0, 0, 0, 2.0).per_second
    assert 0.0 == Progress(0, 0, 0, 0, 0, 0, 0.0).per_second
