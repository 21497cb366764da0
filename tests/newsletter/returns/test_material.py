"""The returned mail that the rules are tried on says what each message is."""

import json
from collections import Counter
from pathlib import Path

from newsletter.returns.model import Cause, Kind

SEEN = Path(__file__).parents[2] / "material" / "returns" / "seen"
TRUTH: dict[str, dict[str, str | None]] = json.loads((SEEN / "truth.json").read_text(encoding="utf-8"))
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
    assert {path.name for path in SEEN.glob("*.eml")} == set(TRUTH)


def test_a_truth_is_whole() -> None:
    """A kind, a cause for a bounce and a delay and for nothing else, where it comes from, and why it is here."""
    for name, truth in TRUTH.items():
        failed = Kind(truth["kind"] or "") in {Kind.BOUNCE, Kind.DELAY}

        assert failed == (truth["class"] is not None), name
        assert truth["class"] is None or Cause(truth["class"]), name
        assert all(truth[key] for key in ("format", "language", "note")), name


def test_every_kind_is_there() -> None:
    """A kind without an example would be judged by nobody."""
    assert {truth["kind"] for truth in TRUTH.values()} == {kind.value for kind in Kind}


def test_there_is_enough_of_each_cause() -> None:
    """Of bounces alone; delays are rarer."""
    bounces = Counter(Cause(truth["class"] or "") for truth in TRUTH.values() if truth["kind"] == Kind.BOUNCE)

    assert bounces >= ENOUGH
