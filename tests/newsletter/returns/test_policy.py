"""What follows from what came back."""

from datetime import UTC, datetime, timedelta

import pytest

from newsletter.errors import BadValue
from newsletter.letters.letter import LetterKind
from newsletter.returns import policy
from newsletter.returns.fate import Followed
from newsletter.returns.model import Cause, Kind
from newsletter.returns.policy import USUAL, Fact, Rules

START = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
NOTED, POINT, OWED, OUT, OURS = (
    Followed.NOTED,
    Followed.POINT,
    Followed.PROBE_OWED,
    Followed.SUPPRESSED,
    Followed.OURS,
)


def fact(cause: Cause | None, day: float = 0, *, kind: Kind = Kind.BOUNCE, letter: LetterKind = LetterKind.ISSUE) -> Fact:
    """Give something that came back some days after the beginning, each of a letter of its own."""
    at = START + timedelta(days=day)
    return Fact(kind, cause, at, int(day * 100), letter, at)


def run(causes: list[tuple[Cause, float]], rules: Rules = USUAL) -> list[Followed]:
    """Let bounces come one after the other; gives what followed from each."""
    before = list[Fact]()
    for cause, day in causes:
        one = fact(cause, day)
        followed = policy.follow(one, before, rules)
        before.append(Fact(one.kind, one.cause, one.at, one.letter_id, one.letter, one.mailed_at, followed))
    return [one.followed for one in before]


@pytest.mark.parametrize(
    ("one", "followed"),
    [
        (fact(Cause.ADDRESS_DEAD), OUT),
        (fact(Cause.ADDRESS_DEAD, letter=LetterKind.CONFIRMATION), OUT),
        (fact(Cause.FULL), POINT),
        (fact(Cause.TEMPORARY), POINT),
        (fact(Cause.UNKNOWN), POINT),
        (fact(Cause.FULL, letter=LetterKind.WELCOME), NOTED),
        (fact(Cause.ADDRESS_DEAD, letter=LetterKind.ANSWER), NOTED),
        (fact(None, kind=Kind.COMPLAINT, letter=LetterKind.ANSWER), NOTED),
        (fact(Cause.POLICY, letter=LetterKind.ANSWER), OURS),
        (fact(Cause.POLICY), OURS),
        (fact(Cause.AUTHENTICATION), OURS),
        (fact(Cause.CONTENT), OURS),
        (fact(None, kind=Kind.COMPLAINT), OUT),
        (fact(None, kind=Kind.OPT_OUT), Followed.LEFT),
        (fact(None, kind=Kind.UNSUBSCRIBE), Followed.LEFT),
        *(
            (fact(Cause.ADDRESS_DEAD if kind is Kind.DELAY else None, kind=kind), NOTED)
            for kind in (Kind.DELAY, Kind.DELIVERED, Kind.AUTO_REPLY, Kind.CHALLENGE, Kind.AUTH_REPORT, Kind.REPLY)
        ),
    ],
)
def test_each_kind_has_its_consequence(one: Fact, followed: Followed) -> None:
    """Without any history."""
    assert followed == policy.follow(one, (), USUAL)


@pytest.mark.parametrize(
    ("causes", "followed"),
    [
        # Monthly: the third full mailbox.
        ([(Cause.FULL, 0), (Cause.FULL, 30), (Cause.FULL, 60)], [POINT, POINT, OWED]),
        ([(Cause.TEMPORARY, day) for day in range(5)], [POINT, POINT, POINT, POINT, OWED]),
        # Five on one day are one.
        ([(Cause.TEMPORARY, 0.01 * part) for part in range(5)], [POINT] * 5),
        # The two kinds are counted apart.
        ([(Cause.FULL, 0), (Cause.FULL, 1), *((Cause.UNKNOWN, day) for day in range(2, 6))], [POINT] * 6),
        # Forgotten 90 days after the last one, not after the first.
        ([(Cause.FULL, 0), (Cause.FULL, 80), (Cause.FULL, 160)], [POINT, POINT, OWED]),
        ([(Cause.FULL, 0), (Cause.FULL, 1), (Cause.FULL, 92)], [POINT] * 3),
        # Our own fault between them is no point.
        ([(Cause.FULL, 0), (Cause.POLICY, 1), (Cause.FULL, 2)], [POINT, OURS, POINT]),
        # Behind the probe it begins anew, and so behind a suppression that somebody lifted.
        ([(Cause.FULL, day) for day in range(5)], [POINT, POINT, OWED, POINT, POINT]),
        ([(Cause.FULL, 0), (Cause.FULL, 1), (Cause.ADDRESS_DEAD, 2), (Cause.FULL, 3)], [POINT, POINT, OUT, POINT]),
    ],
)
def test_points_add_up(causes: list[tuple[Cause, float]], followed: list[Followed]) -> None:
    """By issue where the mailbox is full, by issue and day else."""
    assert followed == run(causes)


def test_what_comes_late_counts_where_it_belongs() -> None:
    """Events of a provider come in any order."""
    later = [fact(Cause.FULL, 1), fact(Cause.FULL, 2)]

    assert OWED == policy.follow(fact(Cause.FULL, 0), later, USUAL)


def test_without_a_probe_points_keep_out() -> None:
    """Where a newsletter wants it so."""
    assert [POINT, OUT] == run([(Cause.FULL, 0), (Cause.FULL, 1)], Rules(full_points=2, is_probing=False))


@pytest.mark.parametrize(
    ("cause", "after", "followed"),
    [
        (Cause.FULL, 1, OUT),
        (Cause.TEMPORARY, 13, OUT),
        (Cause.UNKNOWN, 15, NOTED),
        (Cause.POLICY, 1, OURS),
        (Cause.ADDRESS_DEAD, 20, OUT),
    ],
)
def test_a_probe_that_comes_back_keeps_out(cause: Cause, after: int, followed: Followed) -> None:
    """Within two weeks, and not for our own fault."""
    one = Fact(Kind.BOUNCE, cause, START + timedelta(days=after), 1, LetterKind.PROBE, START)

    assert followed == policy.follow(one, (), USUAL)


@pytest.mark.parametrize("rules", [Rules(full_points=1), Rules(soft_points=21), Rules(forget_days=7), Rules(forget_days=999)])
def test_rules_have_sane_limits(rules: Rules) -> None:
    """One full mailbox never keeps anybody out."""
    with pytest.raises(BadValue, match="between"):
        policy.checked(rules)
