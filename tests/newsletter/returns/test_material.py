"""The returned mail that the rules are tried on says what each message is."""

import json
from collections import Counter
from pathlib import Path

from newsletter.returns.model import Cause, Kind

MATERIAL = Path(__file__).parents[2] / "material" / "returns"
TRUTHS: dict[str, dict[str, dict[str, str | None]]] = {
    # Whoever wrote the rules saw the first, and of the others none but what one rule was made after (test_classify).
    folder: json.loads((MATERIAL / folder / "truth.json").read_text(encoding="utf-8"))
    for folder in ("seen", "held")
}
TRUTH = TRUTHS["seen"]
# What the share of right answers can be told from; fewer would be luck.
ENOUGH = Counter(
    {
        Cause.ADDRESS_DEAD: 60,
        Cause.FULL: 25,
        Cause.POLICY: 40,
        Cause.CONTENT: 15,
        Cause.AUTHENTICATION: 15,
        Cause.TEMPORARY: 30,
        Cause.UNKNOWN: 8,
    }
)


def test_every_message_has_its_truth() -> None:
    """And the reverse."""
    for folder, truths in TRUTHS.items():
        assert {path.name for path in (MATERIAL / folder).glob("*.eml")} == set(truths)


def test_a_third_is_held_out() -> None:
    """What the rules were written after says little of what they are worth."""
    assert len(TRUTHS["held"]) * 3 >= sum(map(len, TRUTHS.values()))


def test_a_truth_is_whole() -> None:
    """A kind, a cause for a bounce and a delay and for nothing else, and where it comes from."""
    for name, truth in {**TRUTHS["seen"], **TRUTHS["held"]}.items():
        failed = Kind(truth["kind"] or "") in {Kind.BOUNCE, Kind.DELAY}

        assert failed == (truth["class"] is not None), name
        assert truth["class"] is None or Cause(truth["class"]), name
        assert all(truth[key] for key in ("format", "language")), name
    # And why it is here.
    assert all(truth["note"] for truth in TRUTH.values())


def test_every_kind_is_there() -> None:
    """A kind without an example would be judged by nobody."""
    assert {truth["kind"] for truth in TRUTH.values()} == {kind.value for kind in Kind}


def test_there_is_enough_of_each_cause() -> None:
    """Of bounces alone; delays are rarer."""
    bounces = Counter(Cause(truth["class"] or "") for truth in TRUTH.values() if truth["kind"] == Kind.BOUNCE)

    assert bounces >= ENOUGH
