"""One person: how they stand to each list, what they said and when, what was mailed to them, and what the staff may do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.letters.letter import LetterKind
from newsletter.mail import clickbook, history
from newsletter.people import datarequests
from newsletter.people.departures import Why
from newsletter.returns.browsing import Line
from newsletter.staff.permissions import Permission, includes
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.desk.people import cameback, words
from newsletter.web.desk.people.cameback import CameBack
from newsletter.web.desk.people.scope import seen_lists, seen_newsletters
from newsletter.web.visits import Site, Visit
from subscribers import attributebook, dossier, moves, recognition, register, suppressionbook, terms, topicbook
from subscribers.attributes import Attribute, AttributeKind, spelled
from subscribers.dossier import Exhibit
from subscribers.model import EVERY_LIST, MailingList, Reason, Subscriber, Subscription
from subscribers.suppression import OWN_WORD
from subscribers.transaction import Transaction

# Letters shown; the file of a data request has all.
MOST_LETTERS = 50
# Links they followed, likewise.
MOST_CLICKS = 50

_LETTERS = {
    LetterKind.ISSUE: "",
    LetterKind.DIGEST: later("digest"),
    LetterKind.CONFIRMATION: later("question"),
    LetterKind.REMINDER: later("reminder"),
    LetterKind.WELCOME: later("welcome"),
    LetterKind.GOODBYE: later("goodbye"),
    LetterKind.PROBE: later("probe of the address"),
}

SAID: Mapping[str, Said] = {
    "added": Said(later("The person is on the list.")),
    "asked": Said(later("The person is asked by mail to confirm. Until they do, nothing else is sent to them."), is_done=False),
    "there": Said(later("The person stands on that list already. Nothing was changed.")),
    "edited": Said(later("The changes are kept.")),
    "left": Said(later("The no is kept. From this moment on nothing of it goes to them.")),
    "not-on": Said(later("The person stood on no such list any more. The no is kept all the same.")),
    "kept-out": Said(later("The address is never written to again, and what was on its way is kept back.")),
    "known": Said(later("The address was kept out before, for this reason or a stronger one.")),
    "lifted": Said(later("That reason does not stand any more.")),
    "uncovered": Said(
        later("That reason does not stand any more; behind it our mail had been called spam, and that still stands."),
        is_done=False,
    ),
    "move-asked": Said(later("The new address is asked by mail. Until it says yes, everything stays as it is."), is_done=False),
    "move-not-asked": Said(
        later("Nobody was asked: the address is theirs already, must not be written to, or was written to often enough today."),
        is_done=False,
    ),
    "terms": Said(later("The person takes the list on these terms from the next issue on.")),
    "terms-same": Said(later("These were the terms already.")),
    "noted": Said(later("The request is written down. It has to be answered within a month.")),
}

WHYS: Mapping[Why, str] = {
    Why.TOO_OFTEN: later("it came too often"),
    Why.NOT_FOR_ME: later("it is not for them"),
    Why.NEVER_ASKED: later("they never asked for it"),
    Why.ELSEWHERE: later("they read it elsewhere"),
    Why.OTHER: later("another reason"),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """How the person stands to a list."""

    list: MailingList
    state: ShownState
    at: datetime | None
    subscription: Subscription
    # On which terms they take it, in words.
    terms: str
    # What can be chosen: of each topic its box.
    topics: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Barred:
    """Why the address is kept out of a list, or of all."""

    list_id: int
    where: str
    why: str
    at: datetime
    # Only a fresh yes of their own takes it back.
    is_own: bool
    can_lift: bool
    # What came back for which it is so, where that is known.
    because: Line | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One act of the person's chain."""

    exhibit: Exhibit
    act: str
    door: str
    # Named in the warning above it.
    is_doubted: bool


@dataclass(frozen=True, slots=True)
class Mailed:
    """A letter to them, and what became of it."""

    line: history.Line
    fate: ShownState
    # "digest", or empty for an issue.
    kind: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What they answered to something the instance asks of its people."""

    attribute: Attribute
    text: str
    options: tuple[Option, ...]

    @property
    def field(self) -> str:
        """The name of its field in the form."""
        return f"answer-{self.attribute.key}"


def show(site: Site, visit: Visit) -> Response:
    """Show everything that the staff works with."""
    with site.application.database.read() as tx:
        person = register.subscriber_by_id(tx, visit.number("subscriber_id"))
        seen = seen_lists(tx, visit)
        known = {one.id: one for one in register.all_lists(tx) if seen is None or one.id in seen}
        zone = newsletters.zone_of_house(tx)
        proof = dossier.gather(tx, site.application.keyring, person.address)
        findings = dossier.findings_of(tx, person.id)
        standings = register.subscriptions_of(tx, person.id)
        stands = tuple(_stand(tx, known[one.list_id], one, zone, visit.now) for one in standings if one.list_id in known)
        mailed = history.last_mailed_to(tx, person.id, MOST_LETTERS, seen_newsletters(visit))
        clicks = clickbook.of_person(tx, person.id, MOST_CLICKS, seen_newsletters(visit))
        answers = _answers(tx, visit, person)
        requests = datarequests.of_person(tx, person.id)
        asked = moves.waiting_of(tx, person.id, visit.now)
        back = cameback.look(tx, visit, person.id)
        barred = _barred(tx, site, visit, person, {one.id: one.name for one in known.values()}, back)
    doubted = frozenset(one.seq for one in findings)
    is_whole = all(one.list_id in known for one in standings)
    return frame.page(
        site,
        visit,
        "desk/people/person.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        person=person,
        zone=zone,
        stands=stands,
        barred=barred,
        answers=answers,
        acts=tuple(_act(one, doubted) for one in reversed(proof.exhibits) if _is_shown(one, person, seen)),
        misfits=tuple(words.misfit(visit.words, one) for one in findings),
        runs_instance=includes(visit.actor.role, Permission.MANAGE_INSTANCE),
        mailed=tuple(_mailed(one) for one in mailed),
        most_letters=MOST_LETTERS,
        back=back,
        clicks=clicks,
        allows_clicks=any(one.subscription.clicks_allowed_at for one in stands),
        most_clicks=MOST_CLICKS,
        move=asked,
        scopes=words.scopes(visit.words, {one.id: one.name for one in known.values()}, has_every=is_whole),
        reasons=words.chosen_from(visit.words, (Reason.MANUAL, Reason.BOUNCED, Reason.COMPLAINED)),
        whys=words.options(visit.words, WHYS, "", later("They gave none")),
        is_whole=is_whole,
        requests=requests,
        kinds=words.KINDS,
        other_lists=tuple(one for one in known.values() if one.id not in {s.list.id for s in stands} and not one.is_archived),
    )


def _stand(tx: Transaction, of_list: MailingList, standing: Subscription, zone: str, now: datetime) -> Stand:
    offered = topicbook.of_list(tx, of_list.id)
    paper = newsletters.of_list(tx, of_list.id)
    agreed = terms.terms_of(tx, standing, now)
    at = {"requested": standing.requested_at, "confirmed": standing.confirmed_at, "withdrawn": standing.withdrawn_at}
    chosen = agreed.topic_ids
    return Stand(
        list=of_list,
        state=words.STATES[standing.state],
        at=at[standing.state.value],
        subscription=standing,
        terms=terms.words(agreed, offered, paper.zone if paper else zone),
        topics=tuple(Option(str(one.id), one.name, is_chosen=chosen is None or one.id in chosen) for one in offered),
    )


def _barred(
    tx: Transaction, site: Site, visit: Visit, person: Subscriber, names: Mapping[int, str], back: CameBack
) -> tuple[Barred, ...]:
    found = suppressionbook.of_address(tx, recognition.look_up(tx, site.application.keyring, person.address.key))
    may_lift = includes(visit.actor.role, Permission.LIFT_COMPLAINTS)
    return tuple(
        Barred(
            list_id=one.list_id,
            where=visit.words.gettext("every list") if one.list_id == EVERY_LIST else names[one.list_id],
            why=words.REASONS[one.reason],
            at=one.at,
            is_own=one.reason in OWN_WORD,
            can_lift=one.reason not in OWN_WORD and (one.reason is not Reason.COMPLAINED or may_lift),
            because=back.because(one.reason),
        )
        for one in found
        if one.list_id == EVERY_LIST or one.list_id in names
    )


def _answers(tx: Transaction, visit: Visit, person: Subscriber) -> tuple[Answer, ...]:
    said = attributebook.answers_of(tx, person.id)
    return tuple(
        _answer(one, spelled(said[one.key]) if one.key in said else "", visit.words) for one in attributebook.all_attributes(tx)
    )


def _answer(attribute: Attribute, text: str, spoken: Words) -> Answer:
    choices = {one: one for one in attribute.choices} if attribute.kind is AttributeKind.CHOICE else {}
    if attribute.kind is AttributeKind.YES_NO:
        choices = {one: spoken.gettext(one) for one in (later("yes"), later("no"))}
    lines = tuple(Option(one, said, is_chosen=one == text) for one, said in choices.items())
    nothing = Option("", spoken.gettext("No answer"), is_chosen=not text)
    return Answer(attribute, text, (nothing, *lines) if lines else ())


def _is_shown(one: Exhibit, person: Subscriber, seen: frozenset[int] | None) -> bool:
    # Somebody else may have had the address before.
    is_theirs = one.consent.chain == person.id
    return is_theirs and (seen is None or one.consent.list_id is None or one.consent.list_id in seen)


def _act(one: Exhibit, doubted: Collection[int | None]) -> Deed:
    said = one.consent
    return Deed(one, words.ACTS[said.act], words.DOORS[said.evidence.door], is_doubted=said.seq in doubted)


def _mailed(line: history.Line) -> Mailed:
    return Mailed(line, words.FATES[line.state], _LETTERS.get(LetterKind(line.kind), later("notice")))
