"""Putting one person on a list by hand: asked by mail first, or with the word of the staff how they consented."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import Draft, LetterKind
from newsletter.people import joining
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.people import words
from newsletter.web.desk.people.acts import SEE_OTHER
from newsletter.web.desk.people.scope import require_list, seen_lists
from newsletter.web.spelled import moment
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.consent import Door as By
from subscribers.consent import Evidence
from subscribers.errors import AddressRefused
from subscribers.model import MailingList
from subscribers.outcomes import (
    Added,
    AddOutcome,
    AlreadyConfirmed,
    AlreadyThere,
    ConfirmationDue,
    RequestOutcome,
    Suppressed,
    TooSoon,
)
from subscribers.sentence import say
from subscribers.transaction import Transaction

UNPROCESSABLE = 422

ASK, CONSENTED = "ask", "consented"
LONGEST_BASIS = 1_000


@dataclass(frozen=True, slots=True)
class Asking:
    """How a person is asked to confirm."""

    newsletter: Newsletter
    letter: Draft


def form(site: Site, visit: Visit) -> Response:
    """Show the form."""
    return _form(site, visit, {}, {name: visit.query.get(name, "") for name in ("address", "list")})


def add(site: Site, visit: Visit) -> Response:
    """Put the person on the list, or say at its place what is wrong with what was typed."""
    given = {name: visit.text(name) for name in ("address", "name", "list", "how", "basis")}
    wrong: dict[str, str] = {}
    address = _address(given["address"], wrong)
    if given["how"] == CONSENTED and not given["basis"]:
        wrong["basis"] = visit.words.gettext("Say how and when they consented; it is kept as evidence.")
    if given["how"] not in {ASK, CONSENTED}:
        wrong["how"] = visit.words.gettext("Choose one of the two.")
    if wrong or address is None:
        return _form(site, visit, wrong, given)
    with site.application.database.read() as tx:
        chosen = register.list_by_id(tx, whole_number(given["list"]) or 0)
        require_list(tx, visit, chosen.id)
        zone = newsletters.zone_of_house(tx)
    outcome = _done(site, visit, chosen, address)
    match outcome:
        case Added(subscriber=person) | AlreadyThere(subscriber=person) | AlreadyConfirmed(subscriber=person):
            said = "added" if isinstance(outcome, Added) else "there"
            return RedirectResponse(f"/desk/people/{person.id}?said={said}", SEE_OTHER)
        case ConfirmationDue(subscriber=person):
            return RedirectResponse(f"/desk/people/{person.id}?said=asked", SEE_OTHER)
        case TooSoon(again_at=again_at):
            again = moment(again_at, zone, visit.words)
            wrong["address"] = visit.words.gettext(
                "It was asked often enough; it can be asked again from %(time)s on.", time=again
            )
        case Suppressed(reason=reason):
            why = visit.words.gettext(words.REASONS[reason])
            wrong["address"] = visit.words.gettext("It is kept out (%(reason)s), and nothing was changed.", reason=why)
    return _form(site, visit, wrong, given)


def _done(site: Site, visit: Visit, chosen: MailingList, address: EmailAddress) -> AddOutcome | RequestOutcome:
    application, name = site.application, visit.text("name")
    if visit.text("how") == CONSENTED:
        evidence = Evidence(By.COMMAND, visit.text("basis")[:LONGEST_BASIS])
        with application.database.write() as tx:
            outcome: AddOutcome | RequestOutcome = register.add(
                tx, application.keyring, chosen.id, address, name, visit.now, evidence, is_confirmed=True
            )
            _record(tx, visit, chosen, outcome)
        return outcome
    asking = _asking(site, chosen)
    evidence = Evidence(By.COMMAND, visit.words.gettext("Added by the staff; to be confirmed by mail."))
    with application.database.write() as tx:
        outcome = joining.join(tx, application.keyring, asking.letter, asking.newsletter, address, name, visit.now, evidence)
        _record(tx, visit, chosen, outcome)
    return outcome


def _asking(site: Site, chosen: MailingList) -> Asking:
    with site.application.database.read() as tx:
        newsletter = newsletters.of_list(tx, chosen.id)
    if newsletter is None:
        raise BadValue(
            say("list"), chosen.name, say("no newsletter goes to it, so nobody can be asked by mail; make one first")
        )
    spoken = words_for(chosen.language, newsletter.language)
    return Asking(newsletter, site.application.notice(LetterKind.CONFIRMATION, newsletter, chosen, spoken))


def _record(tx: Transaction, visit: Visit, chosen: MailingList, outcome: object) -> None:
    detail = {"confirmed": visit.text("how") == CONSENTED, "outcome": type(outcome).__name__}
    audit.record(tx, visit.actor, "subscriber.add", f"list {chosen.name}", detail, visit.now)


def _address(text: str, wrong: dict[str, str]) -> EmailAddress | None:
    try:
        return parse(text)
    except AddressRefused as error:
        wrong["address"] = error.reason
        return None


def _form(site: Site, visit: Visit, wrong: Mapping[str, str], given: Mapping[str, str]) -> Response:
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        known = [one for one in register.all_lists(tx) if (seen is None or one.id in seen) and not one.is_archived]
    answer = frame.page(
        site,
        visit,
        "desk/people/add.html",
        here=Area.PEOPLE,
        lists=tuple(Option(str(one.id), one.name, is_chosen=str(one.id) == given.get("list")) for one in known),
        given=given,
        wrong=wrong,
        longest_basis=LONGEST_BASIS,
    )
    answer.status_code = UNPROCESSABLE if wrong else answer.status_code
    return answer
