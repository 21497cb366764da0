"""What is kept of a person, for themselves: by a fresh link that is mailed to them, to take along or to have erased."""

from starlette.responses import Response

from newsletter.letters.letter import LetterKind
from newsletter.people import asking, personfile
from newsletter.people import erase as erasing
from newsletter.web.faults import LinkRunOut, TooOften
from newsletter.web.forms import NO_FORM
from newsletter.web.public import counting, floods
from newsletter.web.public.publications import masked
from newsletter.web.public.readers import Reader, reader
from newsletter.web.visits import Site, Visit
from subscribers import datalinks
from subscribers.consent import Door, Evidence
from subscribers.limits import Asker
from subscribers.model import EVERY_LIST
from subscribers.tokens import Purpose


def request(site: Site, visit: Visit) -> Response:
    """Mail the person a link to everything; the link in each issue may have been forwarded, and must not show it."""
    application = site.application
    with application.database.read() as tx:
        subscriber_id = application.keyring.open(Purpose.PREFERENCES, visit.token)
        standing = reader(visit, tx, subscriber_id)
    person, subject = standing.person, standing.subject
    letter = application.notice(LetterKind.DATA, subject.newsletter, subject.list, standing.mail_words)
    with application.database.write() as tx:
        asker = Asker(visit.network, person.address, EVERY_LIST)
        is_too_much = floods.is_too_much(tx, application.keyring, asker, subject, visit.now)
        if not is_too_much:
            asking.data(tx, application.keyring, letter, subject.newsletter, person, visit.now)
    if is_too_much:
        raise TooOften
    return _page(site, standing, "public/data_sent.html")


def show(site: Site, visit: Visit) -> Response:
    """Show what can be done with everything that is kept."""
    return _data(site, visit)


def answer(site: Site, visit: Visit) -> Response:
    """Take the answer whether it may be kept which links they follow: whoever is here had a mail at the address just now."""
    standing, keyring = _owner(site, visit), site.application.keyring
    words = standing.speech.words
    evidence = Evidence(Door.LINK, "", visit.network, visit.agent, language=words.language.tag)
    with site.application.database.write() as tx:
        for box, is_allowed in counting.answers(counting.boxes(tx, standing.person.id), visit.form):
            counting.take(tx, keyring, box, words, visit.now, evidence, is_allowed=is_allowed)
    return _data(site, visit, is_saved=True)


def download(site: Site, visit: Visit) -> Response:
    """Give everything that is kept of the person as a file (GDPR 15 and 20)."""
    standing = _owner(site, visit)
    with site.application.database.read() as tx:
        everything = personfile.gather(tx, standing.person.id).to_json()
    headers = {"Content-Disposition": 'attachment; filename="everything.json"'}
    return Response(everything, headers=headers, media_type="application/json")


def question(site: Site, visit: Visit) -> Response:
    """Name what goes, and ask; nothing is changed."""
    standing = _owner(site, visit)
    return _page(site, standing, "public/erase.html", token=visit.token, wording=_wording(standing))


def erase(site: Site, visit: Visit) -> Response:
    """Forget the person."""
    standing = _owner(site, visit)
    application = site.application
    language = standing.speech.language.tag
    evidence = Evidence(Door.LINK, _wording(standing), visit.network, visit.agent, language=language)
    with application.database.write() as tx:
        erasing.erase(tx, application.keyring, standing.person.id, visit.now, evidence)
    application.database.scrub()
    return _page(site, standing, "public/erased.html")


def _wording(standing: Reader) -> str:
    """Give the words on the button, which are those of the wish."""
    return standing.speech.words.gettext("Erase everything about me")


def _owner(site: Site, visit: Visit) -> Reader:
    number = site.application.keyring.open(Purpose.DATA, visit.token)
    with site.application.database.read() as tx:
        subscriber_id = datalinks.owner(tx, number, visit.now)
        if subscriber_id is None:
            raise LinkRunOut
        return reader(visit, tx, subscriber_id)


def _data(site: Site, visit: Visit, *, is_saved: bool = False) -> Response:
    standing = _owner(site, visit)
    words = standing.speech.words
    with site.application.database.read() as tx:
        boxes = counting.boxes(tx, standing.person.id)
    return _page(
        site,
        standing,
        "public/data.html",
        token=visit.token,
        boxes=boxes,
        typed=NO_FORM,
        clicks_question=lambda list_: counting.question(list_, words),
        clicks_explanation=counting.explanation(words),
        is_saved=is_saved,
    )


def _page(site: Site, standing: Reader, name: str, **values: object) -> Response:
    return site.pages.spoken(
        standing.speech,
        name,
        newsletter=standing.subject.newsletter,
        called=standing.called,
        whom=masked(standing.person.address),
        **values,
    )
