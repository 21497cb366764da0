"""How people come to a list: what its form asks, the snippet for other sites, which domains may join, and its topics."""

from collections.abc import Callable, Mapping

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.languages.model import LANGUAGES, meant
from newsletter.people import segments
from newsletter.web.desk.settings import sheets
from newsletter.web.desk.settings.lists import address, tabs
from newsletter.web.public import details, subscribe
from newsletter.web.speech import Ear
from newsletter.web.subjects import Subject, find_subject
from newsletter.web.visits import Site, Visit
from subscribers import attributebook, domainrules, questions, register, topicbook
from subscribers.domainrules import Verdict
from subscribers.model import MailingList
from subscribers.sentence import say
from subscribers.topicbook import MOST_TOPICS
from subscribers.transaction import Transaction

# What a page shows of the rules about domains; the rest is counted.
MOST_SHOWN = 50
# Pasted into one field; a file of all disposable domains is for the command.
MOST_PASTED = 1_000

_OF_TOPIC = ("name", "description")


def show(site: Site, visit: Visit) -> Response:
    """Show what the form of a list asks, and the snippet for other sites."""
    return _form(site, visit)


def ask(site: Site, visit: Visit) -> Response:
    """Let the form ask for an attribute, behind those it asks for already; or change whether it must be answered."""
    with site.application.database.write() as tx:
        one, attribute = _list(tx, visit), attributebook.find(tx, visit.text("key"))
        questions.ask(tx, one.id, attribute.id, is_required=bool(visit.text("required")))
        sheets.record(tx, visit, "list.ask", f"list {one.name}", attribute=attribute.key, asks=True)
    return sheets.done(f"{address(one.id)}/form", "asked")


def drop(site: Site, visit: Visit) -> Response:
    """Let the form ask for an attribute no more."""
    with site.application.database.write() as tx:
        one, attribute = _list(tx, visit), attributebook.find(tx, visit.text("key"))
        questions.drop(tx, one.id, attribute.id)
        sheets.record(tx, visit, "list.ask", f"list {one.name}", attribute=attribute.key, asks=False)
    return sheets.done(f"{address(one.id)}/form", "not-asked")


def rule(site: Site, visit: Visit) -> Response:
    """Say of domains that their people may join, may not, or that nothing is said of them."""
    said = visit.text("verdict")
    try:
        if said not in {*Verdict, "none"}:
            raise BadValue(say("rule"), said, say("is allow, deny or none"))
        lines = [line.strip() for line in visit.text("domains").splitlines() if line.strip()]
        if not lines or len(lines) > MOST_PASTED:
            raise BadValue(say("domains"), "", say("write one a line, %(most)s at most", most=MOST_PASTED))
        wanted = [domainrules.domain_of(line) for line in lines]
        with site.application.database.write() as tx:
            one = _list(tx, visit)
            if said == "none":
                domainrules.remove_rules(tx, one.id, wanted)
            else:
                domainrules.set_rules(tx, one.id, wanted, Verdict(said), visit.now)
            sheets.record(tx, visit, "list.domains", f"list {one.name}", verdict=said, domains=len(wanted))
    except sheets.REFUSALS as error:
        return _form(site, visit, error)
    return sheets.done(f"{address(visit.number('list_id'))}/form", "list-saved")


def topics(site: Site, visit: Visit) -> Response:
    """Show the topics of a list in their order."""
    return _topics(site, visit, dict.fromkeys(_OF_TOPIC, ""))


def add_topic(site: Site, visit: Visit) -> Response:
    """Add a topic; everybody who takes all topics takes this one too."""

    def act(tx: Transaction, one: MailingList) -> None:
        made = topicbook.add(tx, one.id, visit.text("name"), description=visit.text("description"))
        sheets.record(tx, visit, "topic.add", f"list {one.name}", topic=made.name)

    return _change_topics(site, visit, act)


def edit_topic(site: Site, visit: Visit) -> Response:
    """Change a topic, put it at another place, or offer it no more."""

    def act(tx: Transaction, one: MailingList) -> None:
        known = topicbook.by_id(tx, visit.number("topic_id"))
        if known.list_id != one.id:
            # Of another list not even the name is told.
            raise BadValue(say("topic"), str(known.id), say("is none of this list"))
        doing = visit.text("act")
        if doing == "remove":
            segments.remove_topic(tx, known, visit.now)
            sheets.record(tx, visit, "topic.remove", f"list {one.name}", topic=known.name)
            return
        place = {"up": known.position - 1, "down": known.position + 1}.get(doing)
        is_moved = place is not None
        changed = segments.edit_topic(
            tx,
            known,
            name=None if is_moved else visit.text("name"),
            description=None if is_moved else visit.text("description"),
            position=place,
        )
        sheets.record(tx, visit, "topic.edit", f"list {one.name}", topic=changed.name)

    return _change_topics(site, visit, act)


def _change_topics(site: Site, visit: Visit, act: Callable[[Transaction, MailingList], None]) -> Response:
    try:
        with site.application.database.write() as tx:
            one = _list(tx, visit)
            act(tx, one)
    except sheets.REFUSALS as error:
        return _topics(site, visit, {name: visit.text(name) for name in _OF_TOPIC}, error)
    return sheets.done(f"{address(one.id)}/topics", "topic")


def _topics(site: Site, visit: Visit, typed: Mapping[str, str], refused: Exception | None = None) -> Response:
    """Show the topics; *typed* stands in the form of the one that the address names, else in that of a new one."""
    # The buttons that move a topic or take it away send nothing that was typed.
    changed = visit.path.get("topic_id") if "name" in visit.form else None
    with site.application.database.read() as tx:
        one = _list(tx, visit)
        known = topicbook.of_list(tx, one.id)
    return sheets.page(
        site,
        visit,
        "topics",
        at="lists",
        refused=refused,
        list=one,
        tabs=tabs(one, visit.words),
        topics=known,
        typed=typed if changed is None else dict.fromkeys(_OF_TOPIC, ""),
        its=typed,
        changed=changed,
        is_full=len(known) >= MOST_TOPICS,
    )


def _form(site: Site, visit: Visit, refused: Exception | None = None) -> Response:
    language = visit.query.get("language", "")
    with site.application.database.read() as tx:
        one = _list(tx, visit)
        subject = find_subject(tx, one)
        asked = questions.questions_of(tx, one.id)
        known = {question.attribute.id for question in asked}
        others = [each for each in attributebook.all_attributes(tx) if each.id not in known]
        rules, total = domainrules.rules_of(tx, one.id, MOST_SHOWN), domainrules.count(tx, one.id)
        snippet = _snippet(site, tx, subject, language) if subject is not None and one.has_form else ""
    return sheets.page(
        site,
        visit,
        "list_form",
        at="lists",
        refused=refused,
        list=one,
        tabs=tabs(one, visit.words),
        asked=asked,
        others=others,
        snippet=snippet,
        has_newsletter=subject is not None,
        address=site.application.links.subscribe(one.slug),
        languages=LANGUAGES,
        language=language,
        rules=rules,
        more_rules=total - len(rules),
        typed={name: visit.text(name) for name in ("domains", "verdict")},
    )


def _snippet(site: Site, tx: Transaction, subject: Subject, language: str) -> str:
    spoken = meant(language)
    person = spoken.code if spoken is not None else ""
    speech = Ear().speech(person=person, list_=subject.list.language, newsletter=subject.newsletter.language)
    fields = details.fields(tx, [subject.list.id], None, {})
    return subscribe.snippet(site.pages, site.application.links, subject, speech, fields).strip()


def _list(tx: Transaction, visit: Visit) -> MailingList:
    return register.list_by_id(tx, visit.number("list_id"))
