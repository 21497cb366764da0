"""The question whether it may be kept which links somebody follows: its words, and what the answer of a form does."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from newsletter.languages.catalogue import Words
from newsletter.people import clicking
from newsletter.web.subjects import Subject
from subscribers.consent import Evidence
from subscribers.model import Subscription
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# The box in a form that is about one list; unticked until a person ticks it.
FIELD = "clicks"


def question(subject: Subject, words: Words) -> str:
    """Give what stands beside the box."""
    return words.gettext("It may be kept which links of %(newsletter)s I follow.", newsletter=subject.called)


def explanation(words: Words) -> str:
    """Give what stands below it."""
    return words.gettext(
        "Without the tick it is only counted how often each link is followed, and by nobody’s name. "
        "You can take the tick away at any time by the link in every issue; what was kept is deleted at once."
    )


def said(subject: Subject, words: Words, *, is_allowed: bool) -> str:
    """Give the words that are answered, and the answer, as they stand in the evidence."""
    answer = words.gettext("Yes") if is_allowed else words.gettext("No")
    asked = f"{question(subject, words)} {explanation(words)}"
    return words.gettext("%(label)s: %(value)s", label=asked, value=answer)


def is_ticked(form: Mapping[str, str]) -> bool:
    """Whether the box of a form about one list is ticked."""
    return FIELD in form


def take(
    tx: Transaction,
    keyring: Keyring,
    subject: Subject,
    standing: Subscription,
    words: Words,
    now: datetime,
    evidence: Evidence,
    *,
    is_allowed: bool,
) -> None:
    """Take the answer of a person who was asked; the same as before changes nothing."""
    evidence = replace(evidence, wording=said(subject, words, is_allowed=is_allowed))
    take_it = clicking.allow if is_allowed else clicking.refuse
    take_it(tx, keyring, standing.id, now, evidence)
