from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from subscribers import chain
from subscribers.chain import Link

ASKED = Link(
    chain=7,
    seq=1,
    act="requested",
    at="2020-02-01T08:00:00.000000Z",
    door="form",
    list_id=3,
    form="join",
    language="en",
    wording=chain.wording_digest("Yes, write to me."),
    message_id="",
    person=chain.person_digest("5a17", "ann@x.test"),
    origin=chain.origin_digest("5a18", "192.0.2.7", "Lynx"),
)

PARTS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=5)
LINKS = st.builds(
    Link,
    chain=st.integers(-9, 9),
    seq=st.integers(1, 9),
    act=PARTS,
    at=PARTS,
    door=PARTS,
    list_id=st.none() | st.integers(1, 9),
    form=PARTS,
    language=PARTS,
    wording=PARTS,
    message_id=PARTS,
    person=PARTS,
    origin=PARTS,
)


def test_digest_is_that_of_fourteen_lines() -> None:
    """Anybody can recompute it with the tools of any system."""
    lines = [
        "consent 1",
        "before",
        "7",
        "1",
        "requested",
        "2020-02-01T08:00:00.000000Z",
        "form",
        "3",
        "join",
        "en",
        sha256(b"Yes, write to me.").hexdigest(),
        "",
        sha256(b"5a17\nann@x.test").hexdigest(),
        sha256(b"5a18\n192.0.2.7\nLynx").hexdigest(),
    ]

    assert "".join(f"{line}\n" for line in lines) == ASKED.lines("before")
    assert sha256(ASKED.lines("before").encode()).hexdigest() == ASKED.digest("before")


def test_no_wording_has_no_digest() -> None:
    """What was not said is not dressed up as something."""
    assert "" == chain.wording_digest("")


@given(LINKS, LINKS, PARTS, PARTS)
def test_no_two_acts_have_one_digest(one: Link, other: Link, before: str, before_other: str) -> None:
    """Nor one act behind two others."""
    are_same = (one, before) == (other, before_other)

    assert are_same == (one.digest(before) == other.digest(before_other))


def test_each_part_counts() -> None:
    """There is no part of an act that could be changed unseen."""
    values: dict[str, Any] = {part.name: 9 if part.name in {"chain", "seq", "list_id"} else "x" for part in fields(Link)}
    changed = [replace(ASKED, **{name: value}) for name, value in values.items()]

    assert 12 == len({link.digest("before") for link in changed} - {ASKED.digest("before")})
    assert ASKED.digest("before") != ASKED.digest("another")


def test_salt_makes_two_digests_of_one_name() -> None:
    """Whoever knows the digest of one cannot look for it at others."""
    assert chain.person_digest("1", "ann@x.test") != chain.person_digest("2", "ann@x.test")
    assert chain.origin_digest("1", "192.0.2.7", "") != chain.origin_digest("2", "192.0.2.7", "")


@given(st.datetimes(), st.integers(-12, 14))
def test_moment_is_spelled_in_one_way(at: datetime, hours: int) -> None:
    """Whatever zone it was given in, to the microsecond."""
    aware = at.replace(year=2020, tzinfo=UTC)
    spelled = chain.moment(aware.astimezone(timezone(timedelta(hours=hours))))

    assert spelled == chain.moment(aware)
    assert len("2020-02-01T08:00:00.000000Z") == len(spelled)
    assert aware == datetime.fromisoformat(spelled)
