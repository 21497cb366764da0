"""JSON from strangers, and what is said no to."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from newsletter.returns.hooks import documents
from newsletter.returns.hooks.documents import Misshapen

NOW = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b'{"a": 1, "a": 2}',
        b'[{"a": {"b": 1, "b": 1}}]',
        b'{"a": NaN}',
        b"[Infinity]",
        b"[" * 21 + b"]" * 21,
        b'{"a":' * 21 + b"1" + b"}" * 21,
        b"[" * 500_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
    ],
    ids=range(12),
)
def test_what_no_provider_writes_is_refused(body: bytes) -> None:
    """Damaged, named twice, no number, too deep."""
    with pytest.raises(Misshapen):
        documents.read(body)


@pytest.mark.parametrize("body", [b"{}", b"[]", b'"[[[[[[[[[[[[[[[[[[[[[[[[["', b"[" * 20 + b"]" * 20, b'{"a": "\\ud800"}'])
def test_what_is_json_is_read(body: bytes) -> None:
    """Brackets in a text are no depth."""
    assert json.loads(body) == documents.read(body)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (documents.text, 1),
        (documents.text, ["a"]),
        (documents.mark, 1.5),
        (documents.mark, True),
        (documents.flag, "true"),
        (documents.part, []),
        (documents.items, {}),
        (documents.items, ["a"]),
    ],
)
def test_another_type_is_refused_by_its_name(read: Callable[[dict[str, object], str], object], value: object) -> None:
    """So that whoever looks knows what is wrong."""
    with pytest.raises(Misshapen, match="thing"):
        read({"thing": value}, "thing")


@pytest.mark.parametrize("told", [None, True, "x", {}, 1e30, -1e30, "9" * 400, 10**400, 253402300800])
def test_moment_that_no_calendar_has_is_now(told: object) -> None:
    """A wrong clock loses no event."""
    assert NOW == documents.seconds({"at": told}, "at", NOW)


@pytest.mark.parametrize("told", ["", "yesterday", "9999-99-99", "0001-01-01T00:00:00+14:00", "20" * 300])
def test_date_that_no_calendar_has_is_now(told: str) -> None:
    """Nor does a wrong pen."""
    assert NOW == documents.moment({"at": told}, "at", NOW)


def test_moments_are_of_the_world_s_time() -> None:
    """With a zone or without."""
    assert NOW == documents.moment({"at": "2020-02-03T03:00:00.0000000-05:00"}, "at", datetime.max.replace(tzinfo=UTC))
    assert NOW == documents.moment({"at": "2020-02-03T08:00:00Z"}, "at", datetime.max.replace(tzinfo=UTC))
    assert NOW == documents.seconds({"at": str(int(NOW.timestamp()))}, "at", datetime.max.replace(tzinfo=UTC))
