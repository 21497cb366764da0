"""The plan of a newsletter at the desk: its sections with their looks and rules, one form for each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.feeds import store as feeds
from newsletter.issues import newsletters, planning
from newsletter.issues.model import Look, Newsletter, Rule, SectionKind, SectionPlan, Show
from newsletter.issues.plan import MOST_ARTICLES, MOST_SECTIONS, MOST_WORDS, USUAL_SHOW
from newsletter.languages.catalogue import Words, later
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import papers, sheets
from newsletter.web.desk.settings.papers import tabs
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

# Empty ones below those that are there: enough for a morning, and the form is saved to get more.
SPARE_RULES = 1
MOST_RULES = 20
# Categories that a blog uses, as a help for whoever writes rules.
MOST_CATEGORIES = 40

_KINDS: Mapping[SectionKind, str] = {
    SectionKind.LETTER: later("A letter that somebody writes"),
    SectionKind.ARTICLES: later("Articles from the feeds"),
    SectionKind.HEADLINES: later("Titles only"),
    SectionKind.EVENTS: later("Events, in the order of their dates"),
    SectionKind.NOTE: later("A note of the editors about the issue"),
    SectionKind.NOTICE: later("A notice in a box"),
    SectionKind.SPONSORS: later("Sponsors"),
}
_LOOKS: Mapping[Look, str] = {
    Look.AUTO: later("As the theme has it"),
    Look.LETTER: later("Letter"),
    Look.LEAD: later("The first article large"),
    Look.FEATURES: later("Features, picture beside"),
    Look.CARDS: later("Cards, two beside each other"),
    Look.ITEMS: later("Items without pictures"),
    Look.LINKS: later("Links with a line of text"),
    Look.HEADLINES: later("Headlines"),
    Look.EVENTS: later("Events"),
    Look.NOTE: later("Note"),
    Look.NOTICE: later("Notice in a box"),
    Look.SPONSORS: later("Sponsors"),
}
_SHOWS: Mapping[Show, str] = {
    Show.EXCERPT: later("An excerpt"),
    Show.FULL: later("The whole text"),
    Show.TITLE: later("The title alone"),
}
_BYLINES = {"": later("With or without an author"), "yes": later("Only with an author"), "no": later("Only without an author")}

_RULES = "rule"
_ASKED: meanwhile.Form = {
    "title": Asked(later("Title")),
    "kind": Asked(later("What stands in it"), _KINDS),
    "look": Asked(later("How it looks"), _LOOKS),
    "show": Asked(later("How much of each article"), _SHOWS),
    "most": Asked(later("Posts at most")),
    "words": Asked(later("Words of an excerpt")),
    "required": Asked(later("Required"), meanwhile.TICKED),
    "rest": Asked(later("Takes the rest"), meanwhile.TICKED),
    _RULES: Asked(later("Rules")),
}
# Between what a page showed of the whole plan and what of its section.
_AND_OF_IT = "/"
# Of a section that is called otherwise, so many more of its fields may be otherwise, too.
_MOST_OTHERWISE = 3


@dataclass(frozen=True, slots=True)
class Overtaken:
    """A section that somebody else changed while it was typed over."""

    known: Newsletter
    # Where it stands now.
    place: int
    both: Both
    # What its form goes on with.
    table: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """A section in the list of them."""

    place: int
    section: SectionPlan
    kind: str
    look: str
    # What falls into it, in words; empty: nothing does by itself.
    takes: str


def show(site: Site, visit: Visit) -> Response:
    """Show the sections in their order."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    return _list(site, visit, known)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new section."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    blank = planning.table_of(SectionPlan("", SectionKind.ARTICLES, show=USUAL_SHOW[SectionKind.ARTICLES]))
    return _form(site, visit, known, None, blank)


def open_(site: Site, visit: Visit) -> Response:
    """Show the form of one section."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    place = _place(visit, known)
    return _form(site, visit, known, place, planning.table_of(known.plan[place - 1]))


def add(site: Site, visit: Visit) -> Response:
    """Add a section at the end of the plan, whatever others did to those before it."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    try:
        with site.application.database.write() as tx:
            newsletters.take_turn(tx, known.id)
            known = _known(tx, visit)
            _keep_plan(tx, visit, known, planning.added(known.plan, read(visit.form)))
    except sheets.REFUSALS as error:
        return _form(site, visit, known, None, _typed(visit.form), error)
    return sheets.done(f"{papers.address(known.id)}/sections", "plan")


def change(site: Site, visit: Visit) -> Response:
    """Change a section, wherever it stands by now."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    place = _place(visit, known)
    try:
        overtaken = _change(site, visit, place)
    except sheets.REFUSALS as error:
        return _form(site, visit, known, place, _typed(visit.form), error)
    if overtaken is not None:
        return _form(site, visit, overtaken.known, overtaken.place, overtaken.table, both=overtaken.both)
    return sheets.done(f"{papers.address(known.id)}/sections", "plan")


def arrange(site: Site, visit: Visit) -> Response:
    """Put a section at another place, or take it away."""
    place = _number(visit.text("place"), "place")
    if visit.text("act") == "remove":
        return _keep(site, visit, lambda plan: planning.without(plan, place))
    step = -1 if visit.text("act") == "up" else 1
    return _keep(site, visit, lambda plan: planning.moved(plan, place, place + step))


def read(form: Mapping[str, str]) -> dict[str, Any]:
    """Read a section as a TOML file would have it from the fields of its form."""
    return {
        "title": form.get("title", ""),
        "kind": form.get("kind", ""),
        "look": form.get("look", ""),
        "show": form.get("show", ""),
        "required": "required" in form,
        "rest": "rest" in form,
        "most": _number(form.get("most", ""), "most"),
        "words": _number(form.get("words", ""), "words"),
        "rule": [rule for number in range(MOST_RULES) if (rule := _rule(form, number))],
    }


def _rule(form: Mapping[str, str], number: int) -> dict[str, Any]:
    """Read one rule; nothing where all its fields are empty, which takes it away."""
    named = {
        "categories": _lines(form.get(f"categories-{number}", "")),
        "titles": _lines(form.get(f"titles-{number}", "")),
    }
    byline = form.get(f"byline-{number}", "")
    if byline in {"yes", "no"}:
        return named | {"byline": byline == "yes"}
    return named if any(named.values()) else {}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _number(text: str, what: str) -> int:
    text = text.strip() or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004 -- no plan counts to a million
        raise BadValue(what, text, say("is a whole number, or left empty"))
    return int(text)


def _change(site: Site, visit: Visit, place: int) -> Overtaken | None:
    """Write a section that was typed; gives both sides instead where somebody else changed the same one meanwhile."""
    typed = read(visit.form)
    plan_seen, _, its_seen = visit.text(SEEN_FIELD).partition(_AND_OF_IT)
    with site.application.database.write() as tx:
        newsletters.take_turn(tx, visit.number("newsletter_id"))
        known = _known(tx, visit)
        if plan_seen != planning.stamp(known.plan):
            place = _place_now(visit, known, place, its_seen)
            now = planning.table_of(known.plan[place - 1])
            both = meanwhile.look(_ASKED, its_seen, _told(now, visit.words), _told(typed, visit.words), visit.words)
            if both is not None:
                mine = _told(typed, visit.words)
                table = {name: typed[name] if both.merged[name] == mine[name] else now[name] for name in _ASKED}
                return Overtaken(known, place, both, table)
        _keep_plan(tx, visit, known, planning.changed(known.plan, place, typed))
    return None


def _place_now(visit: Visit, known: Newsletter, place: int, seen: str) -> int:
    """Give where the section stands that a page showed: the very same, else the one of its title.

    Raises:
        BadValue: there is none any more.

    """
    stamps = [meanwhile.stamp(_ASKED, _told(planning.table_of(one), visit.words)) for one in known.plan]
    if seen and seen in stamps:
        return stamps.index(seen) + 1
    of_title = [number for number, one in enumerate(stamps, 1) if seen and meanwhile.alike(one, seen)[0]]
    if of_title:
        return of_title[0]
    # Called otherwise, and else as it was.
    if place <= len(stamps) and seen and sum(meanwhile.alike(stamps[place - 1], seen)) >= len(_ASKED) - _MOST_OTHERWISE:
        return place
    raise BadValue(say("plan"), "", say("somebody else changed it since this page was opened; look at it again first"))


def _seen(known: Newsletter, place: int | None, words: Words) -> str:
    if place is None:
        return planning.stamp(known.plan)
    its = meanwhile.stamp(_ASKED, _told(planning.table_of(known.plan[place - 1]), words))
    return f"{planning.stamp(known.plan)}{_AND_OF_IT}{its}"


def _told(table: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Give a section as its fields say it."""
    rules = (Rule(tuple(one["categories"]), tuple(one["titles"]), byline=one.get("byline")) for one in table["rule"])
    return {
        **{name: str(table[name]) for name in ("title", "kind", "look", "show")},
        **{name: str(table[name] or "") for name in ("most", "words")},
        **{name: "1" if table[name] else "" for name in ("required", "rest")},
        _RULES: "\n".join(_said(rule, words) for rule in rules),
    }


def _keep(site: Site, visit: Visit, change_it: Callable[[tuple[SectionPlan, ...]], tuple[SectionPlan, ...]]) -> Response:
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    try:
        _write(site, visit, change_it)
    except sheets.REFUSALS as error:
        return _list(site, visit, known, error)
    return sheets.done(f"{papers.address(known.id)}/sections", "plan")


def _write(site: Site, visit: Visit, change_it: Callable[[tuple[SectionPlan, ...]], tuple[SectionPlan, ...]]) -> None:
    with site.application.database.write() as tx:
        newsletters.take_turn(tx, visit.number("newsletter_id"))
        known = _known(tx, visit)
        if visit.text(SEEN_FIELD) != planning.stamp(known.plan):
            raise BadValue(say("plan"), "", say("somebody else changed it since this page was opened; look at it again first"))
        _keep_plan(tx, visit, known, change_it(known.plan))


def _keep_plan(tx: Transaction, visit: Visit, known: Newsletter, plan: tuple[SectionPlan, ...]) -> None:
    newsletters.set_plan(tx, known.id, plan)
    titles = [section.title for section in plan]
    sheets.record(tx, visit, "newsletter.plan", f"newsletter {known.name}", sections=titles)


def _list(site: Site, visit: Visit, known: Newsletter, refused: Exception | None = None) -> Response:
    lines = [
        Line(place, one, _KINDS[one.kind], _LOOKS[one.look], _takes(one, visit.words))
        for place, one in enumerate(known.plan, 1)
    ]
    return sheets.page(
        site,
        visit,
        "sections",
        at="newsletters",
        refused=refused,
        newsletter=known,
        tabs=tabs(known, visit.words),
        lines=lines,
        seen=planning.stamp(known.plan),
        is_full=len(known.plan) >= MOST_SECTIONS,
        has_rest=any(one.takes_rest for one in known.plan),
    )


def _form(
    site: Site,
    visit: Visit,
    known: Newsletter,
    place: int | None,
    typed: Mapping[str, Any],
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    rules = [*typed["rule"], *({"categories": [], "titles": []} for _ in range(SPARE_RULES))][:MOST_RULES]
    with site.application.database.read() as tx:
        of_blogs = [name for feed in feeds.feeds_of(tx, known.id) for name in feed.site_categories]
    return sheets.page(
        site,
        visit,
        "section",
        at="newsletters",
        refused=refused,
        both=both,
        newsletter=known,
        tabs=tabs(known, visit.words),
        place=place,
        typed=typed,
        rules=rules,
        # Over what was shown first: a refusal shows nobody what others did.
        seen=visit.text(SEEN_FIELD) if refused is not None else _seen(known, place, visit.words),
        kinds=sheets.spoken(visit, _KINDS),
        looks=sheets.spoken(visit, _LOOKS),
        shows=sheets.spoken(visit, _SHOWS),
        bylines=sheets.spoken(visit, _BYLINES),
        most_articles=MOST_ARTICLES,
        most_words=MOST_WORDS,
        categories=list(dict.fromkeys(of_blogs))[:MOST_CATEGORIES],
    )


def _typed(form: Mapping[str, str]) -> dict[str, Any]:
    """Give what was typed for the form that comes back; numbers that are none come back as they were typed."""
    rules = [rule for number in range(MOST_RULES) if (rule := _rule(form, number))]
    numbers = {name: form.get(name, "") for name in ("most", "words")}
    return {
        **{name: form.get(name, "") for name in ("title", "kind", "look", "show")},
        **numbers,
        "required": "required" in form,
        "rest": "rest" in form,
        "rule": rules,
    }


def _takes(section: SectionPlan, words: Words) -> str:
    if section.takes_rest:
        return words.gettext("every post that no rule fits")
    return words.gettext("; or ").join(_said(rule, words) for rule in section.rules)


def _said(rule: Rule, words: Words) -> str:
    either, parts = words.gettext(" or "), []
    if rule.categories:
        parts.append(words.gettext("category %(names)s", names=either.join(rule.categories)))
    if rule.titles:
        parts.append(words.gettext("title %(names)s", names=either.join(rule.titles)))
    if rule.byline is not None:
        parts.append(words.gettext("with an author") if rule.byline else words.gettext("without an author"))
    return ", ".join(parts)


def _known(tx: Transaction, visit: Visit) -> Newsletter:
    return newsletters.by_id(tx, visit.number("newsletter_id"))


def _place(visit: Visit, known: Newsletter) -> int:
    place = visit.number("place")
    if not 1 <= place <= len(known.plan):
        raise PageNotFound
    return place
