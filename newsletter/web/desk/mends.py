"""What waits for a person, with the page where it is mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import RelayMissing
from newsletter.issues.alerts import Alert
from newsletter.languages.catalogue import Words, later
from newsletter.staff.permissions import Actor, Permission, allowed

P = Permission

# By how the key of an alert begins: the words of the link, where it leads, and what it takes to mend it there. {} is what
# stands behind the colon.
_MENDS = {
    "relay-down": (later("Look at the mail servers"), "/desk/settings/relays", P.MANAGE_RELAYS),
    "feed": (later("Look at the feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS),
    "slot-waits": (later("Look at the feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS),
    "clock": (later("Look at the system"), "/desk/settings/system", P.MANAGE_INSTANCE),
    "evidence": (later("Look at it"), "/desk/people/{subject}", P.MANAGE_PEOPLE),
    "flood": (later("Look at the lists"), "/desk/settings/lists", P.MANAGE_NEWSLETTERS),
    "notices-refused": (later("Look at the mail servers"), "/desk/settings/relays", P.MANAGE_RELAYS),
    "issue-comments": (later("Read them"), "/desk/issues/{issue}/review#comments", P.VIEW),
    "issue-uncertain": (later("Settle them"), "/desk/issues/{issue}/uncertain", P.SEND),
    "issue-held": (later("Review and approve it"), "/desk/issues/{issue}/review", P.VIEW),
    "issue-missed": (later("Send it or give it a time"), "/desk/issues/{issue}/send", P.VIEW),
    "issue-refused": (later("See why"), "/desk/issues/{issue}/send", P.VIEW),
    "further-rest": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
    "further-uncertain": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
    "mailing-paused": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
}

# What alerts tell those who work by command; the desk has a link instead.
_COMMAND = re.compile(r": newsletter [a-z][a-z -]* \S+(?: --\S+(?: \S+)?)*$")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert on the board."""

    text: str
    raised_at: datetime
    # Where it is mended, and in which words; empty where only a command does, or it is not theirs to do.
    href: str
    words: str


def no_relay(missing: RelayMissing, words: Words) -> str:
    """Say why nothing is mailed, without the commands that mend it: there is a page for that."""
    if missing.disabled:
        named = words.beside(missing.disabled)
        return words.gettext("No mail server is given mail (%(relays)s), so nothing is mailed.", relays=named)
    return words.gettext("No mail server is connected, so nothing is mailed.")


def seen_by(actor: Actor, alerts: Iterable[Alert]) -> list[Alert]:
    """Give those of *alerts* that are about what *actor* may see: what is of no newsletter is for whoever runs the instance."""
    mine = actor.newsletters(P.VIEW)
    if mine is None:
        return list(alerts)
    return [one for one in alerts if one.newsletter_id in mine]


def mended(actor: Actor, alert: Alert) -> Waiting:
    """Give an alert with the link that mends it."""
    text = _COMMAND.sub(".", alert.text)
    kind, _, subject = alert.key.partition(":")
    words, path, permission = _MENDS.get(kind, (later("Open the issue"), "/desk/issues/{issue}", P.VIEW))
    is_theirs = allowed(actor, permission, alert.newsletter_id)
    # A person by their number; of nobody whom one could look at there is no page.
    has_place = alert.issue_id is not None if "{issue}" in path else subject.isdecimal() or "{subject}" not in path
    if not (is_theirs and has_place):
        return Waiting(text, alert.raised_at, "", "")
    return Waiting(text, alert.raised_at, path.format(issue=alert.issue_id, subject=subject), words)
