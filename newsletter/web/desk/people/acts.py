"""What the staff does about one person, in their name or for the house: each act stands in the audit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.recurrence import instant
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import LetterKind
from newsletter.people import departures, keepout, moving, withdraw
from newsletter.people.departures import Why
from newsletter.people.keepout import KeepOut
from newsletter.staff import audit
from newsletter.web.desk.people.person import WHYS
from newsletter.web.desk.people.scope import require_all_lists_of, require_list
from newsletter.web.faults import PageNotFound
from newsletter.web.subjects import subject_for
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import attributebook, recognition, register, suppression, terms, topicbook
from subscribers.address import parse
from subscribers.consent import Door as By
from subscribers.consent import Evidence
from subscribers.errors import SubscriptionNotFound
from subscribers.model import EVERY_LIST, Cadence, Reason, Subscriber, Subscription
from subscribers.outcomes import Withdrawn
from subscribers.sentence import say
from subscribers.transaction import Transaction

SEE_OTHER = 303
# Stands before the key of an attribute in the form.
ANSWER = "answer-"


@dataclass(frozen=True, slots=True)
class Acting:
    """One act under way: its transaction, and whom it is about."""

    tx: Transaction
    person: Subscriber
    visit: Visit

    def record(self, act: str, **detail: object) -> None:
        """Write down what was done, without saying who it was about but by number."""
        audit.record(self.tx, self.visit.actor, act, f"subscriber {self.person.id}", detail, self.visit.now)


@contextmanager
def acting(site: Site, visit: Visit) -> Iterator[Acting]:
    """Give a transaction about the person of the page."""
    with site.application.database.write() as tx:
        yield Acting(tx, register.subscriber_by_id(tx, visit.number("subscriber_id")), visit)


def edit(site: Site, visit: Visit) -> Response:
    """Change name, language and answers."""
    given = {name.removeprefix(ANSWER): text for name, text in visit.form.items() if name.startswith(ANSWER)}
    with acting(site, visit) as act:
        require_all_lists_of(act.tx, visit, act.person.id)
        register.edit(act.tx, act.person.id, name=visit.text("name"), language=visit.text("language"))
        attributebook.answer(act.tx, act.person.id, given)
        act.record("subscriber.edit", attributes=sorted(given))
    return back(visit, "edited")


def unsubscribe(site: Site, visit: Visit) -> Response:
    """Take the person's no, as they told it to the staff."""
    why = Why(visit.text("why")) if visit.text("why") in set(Why) else None
    evidence = Evidence(By.COMMAND, _told(visit, why))
    keyring = site.application.keyring
    with acting(site, visit) as act:
        scope = _scope(act.tx, visit, act.person.id)
        if scope == EVERY_LIST:
            outcomes = withdraw.withdraw_everywhere(act.tx, keyring, act.person.id, visit.now, evidence)
        else:
            standing = _standing(act.tx, act.person.id, scope)
            outcomes = (withdraw.withdraw(act.tx, keyring, standing.id, visit.now, evidence),)
        left = [one.subscription for one in outcomes if isinstance(one, Withdrawn)]
        if why is not None:
            for one in left:
                departures.say_why(act.tx, one.id, why)
        act.record("subscriber.unsubscribe", lists=len(left))
    return back(visit, "left" if left else "not-on")


def keep_out(site: Site, visit: Visit) -> Response:
    """Never write to the address again."""
    reason = read_reason(visit.text("reason"))
    with acting(site, visit) as act:
        scope = _scope(act.tx, visit, act.person.id)
        terms_ = KeepOut(reason, scope, visit.now)
        is_news = keepout.keep_out(act.tx, site.application.keyring, act.person.address, terms_)
        act.record("suppression.add", list=scope, reason=reason.value, news=is_news)
    return back(visit, "kept-out" if is_news else "known")


def lift(site: Site, visit: Visit) -> Response:
    """Let the address be written to again, as far as others kept it out."""
    with acting(site, visit) as act:
        scope = _scope(act.tx, visit, act.person.id)
        email_hash = recognition.hash_of(act.tx, site.application.keyring, act.person.address.key)
        lifted = keepout.lift(act.tx, visit.actor, email_hash, visit.now, list_id=scope)
        is_uncovered = suppression.reason_of_scope(act.tx, email_hash, scope) is Reason.COMPLAINED
        act.record("suppression.lift", list=scope, reason=lifted.value, why=visit.text("why")[:300])
    return back(visit, "uncovered" if is_uncovered else "lifted")


def move(site: Site, visit: Visit) -> Response:
    """Ask at another address whether the person's mail is to go there; nothing changes before it says yes."""
    wanted = parse(visit.text("address"))
    application = site.application
    with application.database.read() as tx:
        person = register.subscriber_by_id(tx, visit.number("subscriber_id"))
        require_all_lists_of(tx, visit, person.id)
        try:
            subject = subject_for(tx, person)
        except PageNotFound as error:
            raise BadValue(say("address"), "", say("there is no newsletter to ask in the name of; make one first")) from error
    words = words_for(person.language, subject.list.language, subject.newsletter.language)
    question = application.notice(LetterKind.MOVE, subject.newsletter, subject.list, words)
    with acting(site, visit) as act:
        is_asked = moving.ask(act.tx, application.keyring, question, subject.newsletter, act.person, wanted, visit.now)
        act.record("subscriber.move", asked=is_asked)
    return back(visit, "move-asked" if is_asked else "move-not-asked")


def prefer(site: Site, visit: Visit) -> Response:
    """Change on which terms the person takes a list; what is on its way goes on."""
    with acting(site, visit) as act:
        list_id = _scope(act.tx, visit, act.person.id)
        standing = _standing(act.tx, act.person.id, list_id)
        paper = newsletters.of_list(act.tx, list_id)
        zone = paper.zone if paper else newsletters.zone_of_house(act.tx)
        offered = topicbook.of_list(act.tx, list_id)
        wanted = replace(
            terms.terms_of(act.tx, standing, visit.now),
            cadence=_cadence(visit.text("cadence")),
            paused_until=_day(visit.text("until"), zone),
        )
        if offered:
            chosen = frozenset(one.id for one in offered if f"topic-{one.id}" in visit.form)
            wanted = replace(wanted, topic_ids=None if "all-topics" in visit.form else chosen)
        is_news = wanted != terms.terms_of(act.tx, standing, visit.now)
        said = visit.words.gettext("Told the staff: %(terms)s.", terms=terms.words(wanted, offered, zone))
        evidence = Evidence(By.COMMAND, said)
        terms.agree(act.tx, site.application.keyring, standing.id, wanted, visit.now, evidence)
        act.record("subscriber.prefer", list=list_id)
    return back(visit, "terms" if is_news else "terms-same")


def back(visit: Visit, said: str) -> Response:
    """Lead back to the person."""
    return RedirectResponse(f"/desk/people/{visit.number('subscriber_id')}?said={said}", SEE_OTHER)


def _told(visit: Visit, why: Why | None) -> str:
    if why is None:
        return visit.words.gettext("Told the staff.")
    return visit.words.gettext("Told the staff. They said: %(reason)s.", reason=visit.words.gettext(WHYS[why]))


def _scope(tx: Transaction, visit: Visit, subscriber_id: int) -> int:
    """Give the list that the form names, which must be one of the actor's; EVERY_LIST where it names all of them."""
    scope = whole_number(visit.text("list"))
    if scope is None:
        raise BadValue(say("list"), visit.text("list")[:40], say("choose one of those offered"))
    if scope == EVERY_LIST:
        require_all_lists_of(tx, visit, subscriber_id)
    else:
        require_list(tx, visit, scope)
    return scope


def _standing(tx: Transaction, subscriber_id: int, list_id: int) -> Subscription:
    found = next((one for one in register.subscriptions_of(tx, subscriber_id) if one.list_id == list_id), None)
    if found is None:
        raise SubscriptionNotFound(f"of subscriber {subscriber_id} to list {list_id}")
    return found


def read_reason(text: str) -> Reason:
    """Give for which reason the staff keeps an address out.

    Raises:
        BadValue: it is none of those that are theirs to say.

    """
    # An erasure is more than a suppression, and whoever unsubscribed says so themselves.
    if text not in {Reason.MANUAL, Reason.BOUNCED, Reason.COMPLAINED}:
        raise BadValue(say("reason"), text[:40], say("choose one of those offered"))
    return Reason(text)


def _cadence(text: str) -> Cadence:
    if text not in set(Cadence):
        raise BadValue(say("how often"), text[:40], say("choose one of those offered"))
    return Cadence(text)


def _day(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return instant(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 -- wall time
    except (ValueError, OverflowError) as error:
        raise BadValue(say("day"), text[:40], say("write it as 2020-09-01")) from error
