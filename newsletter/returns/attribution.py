"""Whose a returned message is: the first token in it that our key made, and nothing else that stands in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.returns.marks import Mark, Where
from newsletter.returns.model import Kind
from subscribers.errors import TokenInvalid
from subscribers.tokens import Keyring, Purpose

# What a machine or a person wrote of their own: a mail of ours that is quoted in it says nothing about it.
_OWN_WORDS = frozenset({Kind.REPLY, Kind.AUTO_REPLY, Kind.CHALLENGE, Kind.UNSUBSCRIBE, Kind.UNREADABLE})


@dataclass(frozen=True, slots=True)
class Attributed:
    """What a message is about."""

    # DELIVERY or UNSUBSCRIBE.
    purpose: Purpose
    # Of the delivery, or of the subscription.
    number: int
    where: Where
    # By which it is known.
    token: str


def attribute(keyring: Keyring, marks: Sequence[Mark], kind: Kind) -> Attributed | None:
    """Give what a message of this kind is about; None when no token in it is ours.

    Where two disagree the first counts, so that nobody can put another's token behind their own: `marks` has what servers
    wrote of the envelope before what anybody may have written into the message.
    """
    for mark in marks:
        if kind in _OWN_WORDS and mark.where is Where.RETURNED:
            continue
        try:
            return Attributed(mark.purpose, keyring.open(mark.purpose, mark.token), mark.where, mark.token)
        except TokenInvalid:
            continue
    return None
