"""The question whether it may be kept which links somebody follows: its words, and what the answer of a form does.

A yes is asked of nobody but the owner of an address: where they confirm, and behind the link to their data; each comes by a
mail of its own. A link in an issue may have been forwarded with it; there a yes can be taken back, and not said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from newsletter.languages.catalogue import Words
from newsletter.people import clicking
from newsletter.web.subjects import find_subject
from subscribers import register
from subscribers.consent import Evidence
from subscribers.model import MailingList, Subscription
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

# The box on a page that is about one list; never ticked before a person ticks it.
FIELD = "clicks"
# What a box of ours sends, and what a script may mean by it; anything else is no yes.
YES = frozenset({"on", "1", "true"})


@dataclass(frozen=True, slots=True)
class Box:
    """The question, for a list that somebody is on."""

    list: MailingList
    standing: Subscription

    @property
    def field(self) -> str:
        """The name of the box on a page that is about several lists."""
        return f"{FIELD}-{self.list.id}"

    @property
    def field_asked(self) -> str:
        """The name under which a form says that its page showed this box."""
        return f"{FIELD}-asked-{self.list.id}"

    @property
    def is_allowed(self) -> bool:
        """Whether it may be kept at this moment."""
        return self.standing.clicks_allowed_at is not None

    def is_ticked(self, typed: Mapping[str, str]) -> bool:
        """Whether it is shown with a tick: as it was *typed* a moment ago, else as it stands."""
        return is_yes(typed.get(self.field, "")) if self.field_asked in typed else self.is_allowed


def boxes(tx: Transaction, subscriber_id: int) -> tuple[Box, ...]:
    """Give what somebody can be asked: of lists whose letters are counted, and wherever they said yes, whatever is counted."""
    standings = [one for one in register.subscriptions_of(tx, subscriber_id) if one.is_confirmed]
    found = [Box(register.list_by_id(tx, one.list_id), one) for one in standings]
    return tuple(one for one in found if one.is_allowed or _is_counted(tx, one.list))


def question(list_: MailingList, words: Words) -> str:
    """Give what stands beside the box."""
    return words.gettext("It may be kept which links I follow in what comes to me by the list “%(list)s”.", list=list_.name)


def explanation(words: Words) -> str:
    """Give what stands below it."""
    return words.gettext(
        "That holds for every newsletter that is sent to this list. "
        "Without the tick it is only counted how often each link is followed, and by nobody’s name. "
        "If you pass an issue on, whoever follows its links counts as you. "
        "You can take the tick away at any time by the link in every issue; what was kept is deleted at once."
    )


def said(list_: MailingList, words: Words, *, is_allowed: bool) -> str:
    """Give the words that are answered, and the answer, as they stand in the evidence."""
    answer = words.gettext("Yes") if is_allowed else words.gettext("No")
    asked = f"{question(list_, words)} {explanation(words)}"
    return words.gettext("%(label)s: %(value)s", label=asked, value=answer)


def is_yes(text: str) -> bool:
    """Whether a field says yes; a box that is not ticked is not sent."""
    return text.strip().lower() in YES


def take(
    tx: Transaction, keyring: Keyring, box: Box, words: Words, now: datetime, evidence: Evidence, *, is_allowed: bool
) -> None:
    """Take the answer of a person who was asked; the same as before changes nothing."""
    evidence = replace(evidence, wording=said(box.list, words, is_allowed=is_allowed))
    take_it = clicking.allow if is_allowed else clicking.refuse
    take_it(tx, keyring, box.standing.id, now, evidence)


def answers(asked: Sequence[Box], form: Mapping[str, str]) -> tuple[tuple[Box, bool], ...]:
    """Give what a form answers, by what its page showed: one without a box says nothing about it."""
    return tuple((one, is_yes(form.get(one.field, ""))) for one in asked if one.field_asked in form)


def _is_counted(tx: Transaction, list_: MailingList) -> bool:
    subject = find_subject(tx, list_)
    return subject is not None and subject.counts_clicks
