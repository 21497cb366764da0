"""The authors of a newsletter: who is recognised in the posts that come, and how their bylines are written."""

from dataclasses import asdict, dataclass

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, AuthorNotFound, BadValue, ImageNotFound
from newsletter.issues import authorbook, newsletters
from newsletter.issues.bylines import Author, name_key
from newsletter.languages.catalogue import later
from newsletter.staff import audit
from newsletter.web.desk import frame, meanwhile
from newsletter.web.desk.meanwhile import CONFLICT, SEEN_FIELD, Asked, Both
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.transaction import Transaction

SEE_OTHER = 303
UNPROCESSABLE = 422
# An association has some hundred; more are found by a part of their name.
PAGE = 100
# Of what is looked for.
_LONGEST_ASKED = 120
_ASKED: meanwhile.Form = {
    "name": Asked(later("Name")),
    "affiliation": Asked(later("Affiliation")),
    "aliases": Asked(later("Other names")),
}
_FIELDS = tuple(_ASKED)

SAID = {
    "added": frame.Said(later("The author is written down, and recognised in the next posts.")),
    "saved": frame.Said(later("Saved. Articles keep the bylines that they have.")),
    "merged": frame.Said(later("The two are one now; the other name stays known.")),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form of an author says."""

    name: str = ""
    affiliation: str = ""
    # One a line.
    aliases: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The other names, each once."""
        return tuple(dict.fromkeys(line.strip() for line in self.aliases.splitlines() if line.strip()))


def show_all(site: Site, visit: Visit) -> Response:
    """Show the authors of a newsletter, or those who are looked for."""
    return _list(site, visit)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new author."""
    return _form(site, visit, Typed())


def add(site: Site, visit: Visit) -> Response:
    """Write somebody down who is to be recognised; also whoever was just removed."""
    typed = _typed(visit)
    try:
        with site.application.database.write() as tx:
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            portrait = visit.text("portrait")
            made = authorbook.add(tx, known.id, typed.name, visit.now, affiliation=typed.affiliation, portrait=portrait)
            authorbook.edit(tx, known.id, made.name, aliases=typed.names)
            _record(tx, visit, "author.add", known.name, made.name)
    except (BadValue, AlreadyThere, ImageNotFound) as error:
        return _form(site, visit, typed, refused=error)
    return _led(visit, "added")


def show(site: Site, visit: Visit) -> Response:
    """Show what is known of an author, to be changed."""
    with site.application.database.read() as tx:
        found = authorbook.by_id(tx, visit.number("newsletter_id"), visit.number("author_id"))
    return _form(site, visit, _of(found), found)


def save(site: Site, visit: Visit) -> Response:
    """Change what is known of an author, over what the page showed; articles keep their bylines."""
    typed = _typed(visit)
    try:
        with site.application.database.write() as tx:
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            newsletters.take_turn(tx, known.id)
            found = authorbook.by_id(tx, known.id, visit.number("author_id"))
            both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), asdict(_of(found)), asdict(typed), visit.words)
            if both is not None:
                return _form(site, visit, Typed(**both.merged), found, both=both)
            kept = {name_key(name) for name in typed.names}
            changed = authorbook.edit(
                tx,
                known.id,
                found.name,
                new_name=typed.name,
                affiliation=typed.affiliation,
                aliases=typed.names,
                dropped_aliases=[alias for alias in found.aliases if name_key(alias) not in kept],
            )
            _record(tx, visit, "author.edit", known.name, changed.name)
    except AuthorNotFound:
        # What was typed is not lost with them.
        return _form(site, visit, typed, is_gone=True)
    except (BadValue, AlreadyThere) as error:
        return _form(site, visit, typed, found, refused=error)
    return _led(visit, "saved")


def merge(site: Site, visit: Visit) -> Response:
    """Let an author be somebody else who is there, too; their names become other names of the one who stays."""
    with site.application.database.read() as tx:
        found = authorbook.by_id(tx, visit.number("newsletter_id"), visit.number("author_id"))
    try:
        with site.application.database.write() as tx:
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            one = authorbook.merge(tx, known.id, visit.text("into"), found.name)
            audit.record(
                tx,
                visit.actor,
                "author.merge",
                f"newsletter {known.name}",
                {"author": one.name, "merged": found.name},
                visit.now,
            )
    except (AuthorNotFound, BadValue) as error:
        return _form(site, visit, _of(found), found, refused=error)
    return _led(visit, "merged")


def remove(site: Site, visit: Visit) -> Response:
    """Forget an author; the page that says so can put them back."""
    with site.application.database.write() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        found = authorbook.by_id(tx, known.id, visit.number("author_id"))
        authorbook.remove(tx, known.id, found.name)
        _record(tx, visit, "author.remove", known.name, found.name)
    return _list(site, visit, gone=found)


def _record(tx: Transaction, visit: Visit, act: str, newsletter: str, author: str) -> None:
    audit.record(tx, visit.actor, act, f"newsletter {newsletter}", {"author": author}, visit.now)


def _typed(visit: Visit) -> Typed:
    return Typed(*(visit.text(name).replace("\r\n", "\n") for name in _FIELDS))


def _of(found: Author) -> Typed:
    return Typed(found.name, found.affiliation, "\n".join(found.aliases))


def _seen(found: Author | None) -> str:
    return meanwhile.stamp(_ASKED, asdict(_of(found))) if found is not None else ""


def _form(
    site: Site,
    visit: Visit,
    typed: Typed,
    found: Author | None = None,
    *,
    refused: Exception | None = None,
    both: Both | None = None,
    is_gone: bool = False,
) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        names = [one.name for one in authorbook.register(tx, known.id).authors if found is not None and one.id != found.id]
    page = frame.page(
        site,
        visit,
        "desk/stock/author.html",
        newsletter=known,
        found=found,
        typed=typed,
        # Over what was shown first: a refusal shows nobody what others did.
        seen=visit.text(SEEN_FIELD) if refused is not None else _seen(found),
        refused=refused or "",
        both=both,
        is_gone=is_gone,
        others=names[:PAGE],
        longest_name=authorbook.LONGEST_NAME,
        longest_affiliation=authorbook.LONGEST_AFFILIATION,
    )
    page.status_code = UNPROCESSABLE if refused is not None else CONFLICT if both is not None or is_gone else 200
    return page


def _list(site: Site, visit: Visit, gone: Author | None = None) -> Response:
    asked, start = visit.query.get("q", "").strip()[:_LONGEST_ASKED], whole_number(visit.query.get("from", "")) or 0
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        authors = authorbook.register(tx, known.id).authors
    found = [one for one in authors if _fits(one, asked)]
    return frame.page(
        site,
        visit,
        "desk/stock/authors.html",
        said=SAID.get(visit.query.get("said", "")),
        newsletter=known,
        authors=found[start : start + PAGE],
        count=len(found),
        are_there_any=bool(authors),
        asked=asked,
        earlier=max(start - PAGE, 0) if start else None,
        later=start + PAGE if len(found) > start + PAGE else None,
        gone=gone,
    )


def _fits(one: Author, asked: str) -> bool:
    wanted = asked.casefold()
    return any(wanted in text.casefold() for text in (one.name, one.affiliation, *one.aliases))


def _led(visit: Visit, said: str) -> Response:
    return RedirectResponse(f"/desk/newsletters/{visit.number('newsletter_id')}/authors?said={said}", SEE_OTHER)
