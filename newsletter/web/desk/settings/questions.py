"""Questions: what this instance may ask of its people besides name and language."""

from collections.abc import Mapping

from starlette.responses import Response

from newsletter.errors import BadValue, TookTooLong
from newsletter.languages.catalogue import later
from newsletter.people import segments
from newsletter.web.desk.settings import sheets
from newsletter.web.desk.settings.lists import LONGEST_COUNT, UNCOUNTED
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers import attributebook, attributes
from subscribers.attributes import Attribute, AttributeKind
from subscribers.sentence import say

HERE = "/desk/settings/questions"

_KINDS: Mapping[AttributeKind, str] = {
    AttributeKind.TEXT: later("A text"),
    AttributeKind.NUMBER: later("A number"),
    AttributeKind.DATE: later("A day"),
    AttributeKind.CHOICE: later("One of several words"),
    AttributeKind.YES_NO: later("Yes or no"),
}
_FIELDS = ("key", "kind", "label", "choices")


def show(site: Site, visit: Visit) -> Response:
    """Show what may be asked."""
    return _page(site, visit, dict.fromkeys(_FIELDS, ""))


def define(site: Site, visit: Visit) -> Response:
    """Lay a question down under a key that never changes."""
    typed = {name: visit.text(name) for name in _FIELDS}
    try:
        if typed["kind"] not in set(AttributeKind):
            raise BadValue(
                say("kind"), typed["kind"], say("is one of %(attributekind)s", attributekind=", ".join(AttributeKind))
            )
        choices = [line.strip() for line in typed["choices"].splitlines() if line.strip()]
        with site.application.database.write() as tx:
            kind = AttributeKind(typed["kind"])
            made = attributebook.define(tx, typed["key"], kind, visit.now, label=typed["label"], choices=choices)
            sheets.record(tx, visit, "attribute.define", f"attribute {made.key}", kind=made.kind.value)
    except sheets.REFUSALS as error:
        return _page(site, visit, typed, error)
    return sheets.done(HERE, "question")


def save(site: Site, visit: Visit) -> Response:
    """Change what a form asks and offers; answers stay as they are."""
    typed = {"label": visit.text("label"), "choices": visit.text("choices")}
    wanted = {line.strip() for line in typed["choices"].splitlines() if line.strip()}
    with site.application.database.read() as tx:
        key = attributebook.find(tx, str(visit.path["key"])).key
    try:
        with site.application.database.write() as tx:
            known = attributebook.find(tx, key)
            adds, removes = _difference(known, wanted)
            changed = segments.edit_attribute(tx, known.key, label=typed["label"], adds=adds, removes=removes)
            sheets.record(tx, visit, "attribute.edit", f"attribute {changed.key}")
    except sheets.REFUSALS as error:
        return _page(site, visit, dict.fromkeys(_FIELDS, ""), error, changed={"key": key, **typed})
    return sheets.done(HERE, "question")


def ask_to_remove(site: Site, visit: Visit) -> Response:
    """Ask whether a question is to be forgotten."""
    with site.application.database.read() as tx:
        known = attributebook.find(tx, str(visit.path["key"]))
    return sheets.page(site, visit, "question_remove", at="questions", attribute=known)


def count(site: Site, visit: Visit) -> Response:
    """Say how many answered a question, on a page of its own that others take the number from."""
    with site.application.database.read() as tx:
        known = attributebook.find(tx, str(visit.path["key"]))
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            answered = people(attributebook.count(tx, known.id), visit.words)
    except TookTooLong:
        answered = visit.words.gettext(UNCOUNTED)
    return sheets.page(site, visit, "question_count", at="questions", attribute=known, people=answered)


def remove(site: Site, visit: Visit) -> Response:
    """Forget a question with everything people answered to it."""
    try:
        with site.application.database.write() as tx:
            known = attributebook.find(tx, str(visit.path["key"]))
            gone = segments.forget_attribute(tx, known.key)
            sheets.record(tx, visit, "attribute.remove", f"attribute {known.key}", answers=gone)
    except sheets.REFUSALS as error:
        return _page(site, visit, dict.fromkeys(_FIELDS, ""), error)
    return sheets.done(HERE, "question-gone")


def _difference(known: Attribute, wanted: set[str]) -> tuple[list[str], list[str]]:
    if known.kind is not AttributeKind.CHOICE:
        return [], []
    return sorted(wanted - set(known.choices)), [choice for choice in known.choices if choice not in wanted]


def _page(
    site: Site,
    visit: Visit,
    typed: Mapping[str, str],
    refused: Exception | None = None,
    changed: Mapping[str, str] | None = None,
) -> Response:
    """Show the questions; *typed* stands in the form of a new one, *changed* in that of its key."""
    with site.application.database.read() as tx:
        known = attributebook.all_attributes(tx)
    return sheets.page(
        site,
        visit,
        "questions",
        at="questions",
        refused=refused,
        attributes=known,
        typed=typed,
        changed=changed,
        kinds=sheets.spoken(visit, _KINDS),
        is_full=len(known) >= attributes.MOST_ATTRIBUTES,
    )
