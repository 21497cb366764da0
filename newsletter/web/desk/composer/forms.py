"""The composer's forms: what is typed of an article, of a section and of the lines above them, saved where it stands."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.images import library
from newsletter.images.fetching import LONGEST_NAME
from newsletter.images.model import Facts
from newsletter.issues import changes, conflicts, contents, editing, newsletters, sections, snapshot, store
from newsletter.issues.changes import Change
from newsletter.issues.model import Issue, Newsletter, SectionKind
from newsletter.web.desk.composer import moves, page, typed
from newsletter.web.desk.composer.answering import SEE_OTHER, answered
from newsletter.web.desk.composer.readers import reader_at
from newsletter.web.desk.composer.said import Done
from newsletter.web.desk.composer.view import Side
from newsletter.web.desk.saving import held, save, version_shown
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.model import Subscriber
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction


def head(site: Site, visit: Visit) -> Response:
    """Save what stands above the sections."""
    issue_id = visit.number("issue_id")

    def write(tx: Transaction, over: int | None) -> Issue:
        return editing.edit_issue(tx, issue_id, visit.now, **typed.head_of(visit), expected_version=over)

    def work() -> Done:
        save(site, visit, issue_id, write, "issue.edit", part=snapshot.head)
        return Done("head", focus="edit-head", anchor="head")

    return answered(site, visit, work, open="head")


def article(site: Site, visit: Visit) -> Response:
    """Save what is typed of an article; a picture that comes along goes into the library first."""
    issue_id, article_id = visit.number("issue_id"), visit.number("article_id")

    def work() -> Done:
        change = _with_pictures(site, visit, typed.change_of(visit))

        def write(tx: Transaction, over: int | None) -> Issue:
            # Whoever writes at another article meanwhile is in nobody's way.
            over = None if over is None else conflicts.over(tx, issue_id, article_id, over)
            news = typed.news(change, contents.article_of(tx, issue_id, article_id))
            return changes.change_article(tx, issue_id, article_id, news, visit.now, expected_version=over)

        issue = save(site, visit, issue_id, write, "issue.article", article=article_id)
        did = "edited" if issue.version != version_shown(visit) else "same"
        return Done(did, article_id, focus=f"edit{article_id}", anchor=f"a{article_id}")

    return answered(site, visit, work, open=f"a{article_id}")


def add_section(site: Site, visit: Visit) -> Response:
    """Add a section behind the others."""
    issue_id = visit.number("issue_id")

    def write(tx: Transaction, over: int | None) -> Issue:
        kind = typed.choice(SectionKind, visit.text("kind"), "kind")
        return sections.add_section(tx, issue_id, visit.text("title"), kind, visit.now, expected_version=over)

    def work() -> Done:
        made = save(
            site, visit, issue_id, write, "issue.section.add", part=snapshot.layout, section=visit.text("title")
        ).sections[-1]
        return Done("section-added", made.id, focus=f"sedit{made.id}", anchor=f"s{made.id}")

    return answered(site, visit, work, open="sections")


def section(site: Site, visit: Visit) -> Response:
    """Rename a section, or lay it out in another way."""
    issue_id, section_id = visit.number("issue_id"), visit.number("section_id")

    def write(tx: Transaction, over: int | None) -> Issue:
        found = moves.section_of(held(tx, issue_id, over), section_id)
        return sections.edit_section(tx, issue_id, found.title, typed.section_change_of(visit), visit.now)

    def work() -> Done:
        save(site, visit, issue_id, write, "issue.section.edit", part=snapshot.section(section_id), section=section_id)
        return Done("section", section_id, focus=f"sedit{section_id}", anchor=f"s{section_id}")

    return answered(site, visit, work, open=f"s{section_id}")


def remove_section(site: Site, visit: Visit) -> Response:
    """Take a section away; its articles go where the form says."""
    issue_id, section_id = visit.number("issue_id"), visit.number("section_id")

    def write(tx: Transaction, over: int | None) -> Issue:
        issue = held(tx, issue_id, over)
        into = whole_number(visit.text("into"))
        target = moves.section_of(issue, into).title if into is not None else None
        return sections.remove_section(tx, issue_id, moves.section_of(issue, section_id).title, visit.now, into=target)

    def work() -> Done:
        save(site, visit, issue_id, write, "issue.section.remove", part=snapshot.layout, section=section_id)
        return Done("section-removed", focus="add-section", anchor="sections")

    return answered(site, visit, work, open=f"s{section_id}")


def reader(site: Site, visit: Visit) -> Response:
    """Show the preview as the reader of an address gets it.

    By a form, because addresses of people stand in no address of a page, and so in no log.
    """
    view = page.kept_view(visit)
    with site.application.database.read() as tx:
        newsletter = newsletters.by_id(tx, store.load(tx, view.issue_id).newsletter_id)
        found = reader_at(tx, visit.actor, newsletter, visit.text("address"))
    try:
        known = _known(found, visit.text("address"), newsletter)
    except BadValue as error:
        return page.refused(site, visit, view, error)
    return RedirectResponse(replace(view, reader=known.id, side=Side.PREVIEW).to(), SEE_OTHER)


def _known(found: Subscriber | None, address: str, newsletter: Newsletter) -> Subscriber:
    if found is None:
        raise BadValue(say("reader"), address, say("is nobody who gets %(name)s, or did", name=newsletter.name))
    return found


def _with_pictures(site: Site, visit: Visit, change: Change) -> Change:
    """Give a change with the pictures that were sent along, if there are any."""
    if data := visit.files.get("file"):
        key = _kept(site, data, change.title or visit.words.gettext("picture"), change.picture_alt, change.picture_credit)
        change = replace(change, picture=key)
    if data := visit.files.get("portrait_file"):
        words = visit.words
        name = words.gettext("portrait of %(name)s", name=change.byline) if change.byline else words.gettext("portrait")
        change = replace(change, portrait=_kept(site, data, name, change.portrait_alt or change.byline, change.portrait_credit))
    return change


def _kept(site: Site, data: bytes, name: str, alt: str | None, credit: str | None) -> str:
    """Take a file into the library; gives the key of the image that it became."""
    application = site.application
    facts = Facts(one_line(name, LONGEST_NAME), alt=alt or "", credit=credit or "")
    return library.add(application.database, application.child, application.clock, data, facts).key
