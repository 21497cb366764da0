"""What a returned message is, tried on hundreds that servers of all countries are documented to write."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.returns import classify
from newsletter.returns.model import Cause, Kind, Reading

MATERIAL = Path(__file__).parents[2] / "material" / "returns"

# What is wanted of mail that nobody has seen: bounces that are recognised as such, how many of the addresses called dead are
# dead, how many of the dead ones are found, and how many messages are taken for what they are.
WANTED = (0.97, 0.97, 0.90, 0.87)
# What was looked at while the rules were written must do better.
WANTED_OF_SEEN = (0.99, 0.99, 0.97, 0.97)

NO_BOUNCE = frozenset(
    {Kind.COMPLAINT, Kind.OPT_OUT, Kind.AUTH_REPORT, Kind.UNSUBSCRIBE, Kind.AUTO_REPLY, Kind.CHALLENGE, Kind.REPLY}
)


@dataclass(frozen=True, slots=True)
class Tried:
    """One message, what it is, and what it was taken for."""

    name: str
    kind: Kind
    cause: Cause | None
    reading: Reading

    @property
    def is_dead(self) -> bool:
        """Whether it says that an address is dead."""
        return (self.kind, self.cause) == (Kind.BOUNCE, Cause.ADDRESS_DEAD)

    @property
    def is_taken_for_dead(self) -> bool:
        """Whether an address would be suppressed for it."""
        return (self.reading.kind, self.reading.cause) == (Kind.BOUNCE, Cause.ADDRESS_DEAD)

    @property
    def is_alike(self) -> bool:
        """Whether it was taken for what it is."""
        return (self.kind, self.cause) == (self.reading.kind, self.reading.cause)


def tried_in(folder: Path) -> list[Tried]:
    """Read every message of a folder."""
    truth = json.loads((folder / "truth.json").read_text())
    return [
        Tried(
            name, Kind(one["kind"]), Cause(one["class"]) if one["class"] else None, classify.read((folder / name).read_bytes())
        )
        for name, one in truth.items()
    ]


@pytest.fixture(scope="module")
def tried() -> list[Tried]:
    """Read every message that was seen."""
    return tried_in(MATERIAL / "seen")


def confusion(tried: list[Tried]) -> str:
    """Show what was taken for what, and by name what was mistaken."""
    counts = Counter(
        (f"{one.kind} {one.cause or ''}".strip(), f"{one.reading.kind} {one.reading.cause or ''}".strip()) for one in tried
    )
    table = [f"{count:4} {truth:24} taken for {taken}" for (truth, taken), count in sorted(counts.items())]
    return "\n".join([*table, *(f"{one.name}: {one.reading}" for one in tried if not one.is_alike)])


def shares(tried: list[Tried]) -> tuple[float, ...]:
    """Give what is wanted, as it is."""
    bounces = [one for one in tried if one.kind is Kind.BOUNCE]
    dead = [one for one in tried if one.is_dead]
    taken_for_dead = [one for one in tried if one.is_taken_for_dead]
    return (
        sum(one.reading.kind is Kind.BOUNCE for one in bounces) / len(bounces),
        sum(one.is_dead for one in taken_for_dead) / len(taken_for_dead),
        sum(one.is_taken_for_dead for one in dead) / len(dead),
        sum(one.is_alike for one in tried) / len(tried),
    )


def test_what_was_seen_is_told_apart_better_than_is_wanted(tried: list[Tried]) -> None:
    """Bounces are recognised, dead addresses found, and nobody is suppressed who lives."""
    found = shares(tried)

    assert all(share >= bound for share, bound in zip(found, WANTED_OF_SEEN, strict=True)), f"{found}\n{confusion(tried)}"


def test_what_was_held_out_is_told_apart_as_is_wanted() -> None:
    """Somebody else wrote it, apart. One rule is younger: that the subject of our own mail decides nothing."""
    held = tried_in(MATERIAL / "held")

    found = shares(held)

    assert all(share >= bound for share, bound in zip(found, WANTED, strict=True)), f"{found}\n{confusion(held)}"


def test_what_people_and_other_machines_write_is_no_bounce(tried: list[Tried]) -> None:
    """A reader who quotes a bounce, and a vacation notice that speaks of one, cost nobody a subscription."""
    mistaken = [one.name for one in tried if one.kind in NO_BOUNCE and one.reading.kind is Kind.BOUNCE]

    assert [] == mistaken
