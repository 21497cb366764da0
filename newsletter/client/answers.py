"""Answers that programs work with most, as values; everything else comes as JSON says it.

They are what the API promises, and not what the product works with: a program may have another version than the service it
asks, and needs nothing else of the product. A test holds them in step with the description.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Newsletter:
    """A newsletter."""

    id: int
    slug: str
    name: str
    list_id: int
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Person:
    """A person among others."""

    id: int
    email: str
    name: str
    language: str
    # Each with `list_id` and `state`.
    standings: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Joined:
    """What became of a person who was to be put on a list."""

    # added, asked, there, too_soon or suppressed
    outcome: str
    subscriber_id: int | None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue; what is in it stands in `sections`, as JSON says it."""

    id: int
    newsletter_id: int
    number: int
    title: str
    subject: str
    state: str
    version: int
    sections: list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Standing:
    """How an issue stands after what was done."""

    issue_id: int
    state: str
    is_paused: bool
    version: int
    send_at: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a mailing."""

    audience: int
    accepted: int
    refused: int
    deferred: int
    uncertain: int
    skipped: int
    cancelled: int
    pending: int


def read(kind: type[T], document: Mapping[str, Any]) -> T:
    """Give an answer as a value; what a newer service says besides is left out."""
    return kind(**{one.name: document[one.name] for one in fields(kind)})  # type: ignore[arg-type]  # a dataclass
