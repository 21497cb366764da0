"""Changing one's address: by the link of a mail, by a button in a mail to the new address, and told to the old one."""

from starlette.responses import Response

from newsletter.letters.letter import Draft, LetterKind
from newsletter.people import moving
from newsletter.web.faults import LinkRunOut, TooOften
from newsletter.web.public import floods, refusals
from newsletter.web.public.publications import masked
from newsletter.web.public.readers import Reader, reader
from newsletter.web.visits import Site, Visit
from subscribers import domainrules, moves, register
from subscribers.address import EmailAddress, parse
from subscribers.consent import Door, Evidence
from subscribers.errors import AddressRefused
from subscribers.limits import Asker
from subscribers.model import EVERY_LIST, Subscriber
from subscribers.moves import Move, Moved, Taken
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction


def form(site: Site, visit: Visit) -> Response:
    """Ask for the new address."""
    return _form(site, visit, _owner(site, visit))


def request(site: Site, visit: Visit) -> Response:
    """Take the wish, and ask at the new address; the answer tells nothing about it."""
    standing = _owner(site, visit)
    try:
        new = parse(visit.text("email"))
    except AddressRefused as error:
        return _form(site, visit, standing, refusals.said(standing.speech.words, error.reason))
    refusing = _ask(site, visit, standing, new)
    if refusing is not None:
        trouble = standing.speech.words.gettext(
            "%(list)s does not take addresses at %(domain)s.", list=refusing, domain=new.domain
        )
        return _form(site, visit, standing, trouble)
    return _page(site, standing, "public/address_asked.html", email=new.text)


def question(site: Site, visit: Visit) -> Response:
    """Show at the new address what the button would do; nothing is changed."""
    with site.application.database.read() as tx:
        change = _move(site, visit, tx, Purpose.MOVE)
        standing = reader(visit, tx, change.subscriber_id)
        is_open = moves.is_open(tx, change, visit.now)
    if change.moved_at is not None and change.undone_at is None:
        return _page(site, standing, "public/address_moved.html", whom=masked(change.new))
    if not is_open:
        raise LinkRunOut
    wording = _wording(standing)
    return _page(site, standing, "public/address_move.html", whom=masked(change.new), token=visit.token, wording=wording)


def move(site: Site, visit: Visit) -> Response:
    """Take the yes of the new address, and tell the old one."""
    application = site.application
    with application.database.read() as tx:
        change = _move(site, visit, tx, Purpose.MOVE)
        standing = reader(visit, tx, change.subscriber_id)
    if change.moved_at is not None and change.undone_at is None:
        return _page(site, standing, "public/address_moved.html", whom=masked(change.new))
    announcement = _composed(site, standing, is_question=False)
    evidence = _evidence(visit, standing, _wording(standing))
    with application.database.write() as tx:
        outcome = moving.carry_out(
            tx, application.keyring, announcement, standing.subject.newsletter, change, visit.now, evidence
        )
    if isinstance(outcome, Moved):
        return _page(site, standing, "public/address_moved.html", whom=masked(change.new))
    if isinstance(outcome, Taken):
        return _page(site, standing, "public/address_taken.html", whom=masked(change.new))
    raise LinkRunOut


def question_back(site: Site, visit: Visit) -> Response:
    """Show at the old address what the button would take back; nothing is changed."""
    with site.application.database.read() as tx:
        change = _move(site, visit, tx, Purpose.MOVE_BACK)
        standing = reader(visit, tx, change.subscriber_id)
        can_be_undone = moves.can_be_undone(tx, change, visit.now)
    if not can_be_undone:
        raise LinkRunOut
    wording = _wording_back(standing)
    return _page(site, standing, "public/address_back.html", whom=masked(change.old), token=visit.token, wording=wording)


def move_back(site: Site, visit: Visit) -> Response:
    """Take the word of the old address that it was not them."""
    application = site.application
    with application.database.read() as tx:
        change = _move(site, visit, tx, Purpose.MOVE_BACK)
        standing = reader(visit, tx, change.subscriber_id)
    evidence = _evidence(visit, standing, _wording_back(standing))
    with application.database.write() as tx:
        outcome = moving.take_back(tx, application.keyring, change, visit.now, evidence)
    if isinstance(outcome, Moved):
        return _page(site, standing, "public/address_moved.html", whom=masked(change.old))
    if isinstance(outcome, Taken):
        return _page(site, standing, "public/address_taken.html", whom=masked(change.old))
    raise LinkRunOut


def _evidence(visit: Visit, standing: Reader, wording: str) -> Evidence:
    return Evidence(Door.LINK, wording, visit.network, visit.agent, language=standing.speech.language.tag)


def _owner(site: Site, visit: Visit) -> Reader:
    subscriber_id = site.application.keyring.open(Purpose.PREFERENCES, visit.token)
    with site.application.database.read() as tx:
        return reader(visit, tx, subscriber_id)


def _move(site: Site, visit: Visit, tx: Transaction, purpose: Purpose) -> Move:
    change = moves.load(tx, site.application.keyring.open(purpose, visit.token))
    if change is None:
        # The person was erased.
        raise LinkRunOut
    return change


def _ask(site: Site, visit: Visit, standing: Reader, new: EmailAddress) -> str | None:
    """Ask at the new address; gives the name of the list that does not take it, None when none minds."""
    draft = _composed(site, standing, is_question=True)
    keyring, subject = site.application.keyring, standing.subject
    with site.application.database.write() as tx:
        refusing = _refusing(tx, standing.person, new)
        if refusing is not None:
            return refusing
        is_too_much = floods.is_too_much(tx, keyring, Asker(visit.network, new, EVERY_LIST), subject, visit.now)
        if not is_too_much:
            moving.ask(tx, keyring, draft, subject.newsletter, standing.person, new, visit.now)
    if is_too_much:
        raise TooOften
    return None


def _refusing(tx: Transaction, person: Subscriber, new: EmailAddress) -> str | None:
    """Give the name of a list of theirs that takes nobody of the new address's domain."""
    on = [one.list_id for one in register.subscriptions_of(tx, person.id) if one.is_confirmed]
    refusing = next((list_id for list_id in on if domainrules.refuses(tx, list_id, new.domain)), None)
    return register.list_by_id(tx, refusing).name if refusing is not None else None


def _composed(site: Site, standing: Reader, *, is_question: bool) -> Draft:
    kind = LetterKind.MOVE if is_question else LetterKind.MOVED
    return site.application.notice(kind, standing.subject.newsletter, standing.subject.list, standing.mail_words)


def _wording(standing: Reader) -> str:
    return standing.speech.words.gettext("Send my mail to this address")


def _wording_back(standing: Reader) -> str:
    return standing.speech.words.gettext("It was not me: send my mail to this address again")


def _form(site: Site, visit: Visit, standing: Reader, trouble: str = "") -> Response:
    shown = {"token": visit.token, "whom": masked(standing.person.address), "email": visit.text("email"), "trouble": trouble}
    response = _page(site, standing, "public/address.html", **shown)
    response.status_code = 422 if trouble else 200
    return response


def _page(site: Site, standing: Reader, name: str, **values: object) -> Response:
    called = standing.speech.words.listed(standing.called)
    return site.pages.spoken(standing.speech, name, newsletter=standing.subject.newsletter, called=called, **values)
