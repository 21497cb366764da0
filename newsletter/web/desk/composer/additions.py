"""What an editor adds to a section beside posts: a page by its address, a text, a letter, an event, a snippet."""

import asyncio

from starlette.responses import Response

from newsletter.feeds.visiting import visit as look_at
from newsletter.issues import editing, pages, texts
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, SectionKind, Show
from newsletter.issues.snapshot import layout
from newsletter.letters import prose
from newsletter.web.desk.composer import moves, typed
from newsletter.web.desk.composer.answering import answered
from newsletter.web.desk.composer.said import Done
from newsletter.web.desk.saving import Write, held, save, seen
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction


def page(site: Site, visit: Visit) -> Response:
    """Add an article about the web page whose address was pasted; a page that a feed knows, as the post it is."""
    section_id = visit.number("section_id")

    def work() -> Done:
        application = site.application
        found = asyncio.run(look_at(visit.text("url"), application.fetch_policy, application.parser))

        def write(tx: Transaction, over: int | None) -> Issue:
            title = moves.section_of(seen(tx, visit.number("issue_id"), over), section_id).title
            return pages.take_page(tx, visit.number("issue_id"), found, title, visit.now, expected_version=over)

        return _added(site, visit, write, "issue.take_page", url=found.url)

    return answered(site, visit, work, open=f"n{section_id}")


def text(site: Site, visit: Visit) -> Response:
    """Add a text of one's own; among letters it takes the place of the one that is waited for."""
    section_id = visit.number("section_id")

    def work() -> Done:
        html = prose.to_html(visit.text("text"), prose.guessed_name(visit.text("text")))

        def write(tx: Transaction, over: int | None) -> Issue:
            issue = held(tx, visit.number("issue_id"), over)
            section, byline = moves.section_of(issue, section_id), visit.text("byline")
            if section.kind is SectionKind.LETTER:
                return editing.write_letter(tx, issue.id, section.title, html, byline, visit.now)
            said = Text(visit.text("title"), html, Show.FULL, byline=byline, link=visit.text("link"))
            return texts.add_text(tx, issue.id, section.title, said, visit.now)

        return _added(site, visit, write, "issue.text")

    return answered(site, visit, work, open=f"n{section_id}")


def event(site: Site, visit: Visit) -> Response:
    """Add something that happens."""
    section_id = visit.number("section_id")

    def work() -> Done:
        when = typed.event(visit)
        html = prose.to_html(visit.text("text"), prose.guessed_name(visit.text("text")))

        def write(tx: Transaction, over: int | None) -> Issue:
            issue = held(tx, visit.number("issue_id"), over)
            said = Text(visit.text("title"), html, Show.FULL, link=visit.text("link"), event=when)
            return texts.add_event(tx, issue.id, said, visit.now, section=moves.section_of(issue, section_id).title)

        return _added(site, visit, write, "issue.event", begins=when.begins)

    return answered(site, visit, work, open=f"n{section_id}")


def snippet(site: Site, visit: Visit) -> Response:
    """Add a copy of a text that is kept to be used again."""
    section_id, name = visit.number("section_id"), visit.text("name")

    def write(tx: Transaction, over: int | None) -> Issue:
        issue = held(tx, visit.number("issue_id"), over)
        return texts.insert_snippet(tx, issue.id, name, moves.section_of(issue, section_id).title, visit.now)

    return answered(site, visit, lambda: _added(site, visit, write, "issue.snippet", snippet=name), open=f"n{section_id}")


def _added(site: Site, visit: Visit, write: Write, act: str, **detail: object) -> Done:
    section_id = visit.number("section_id")
    issue = save(site, visit, visit.number("issue_id"), write, act, part=layout, section=section_id, **detail)
    section = moves.section_of(issue, section_id)
    own = [article for article in section.articles if article.post_id is None]
    # A letter is written where the one stood that was waited for; everything else comes last.
    made = own[0] if section.kind is SectionKind.LETTER and own else section.articles[-1]
    return Done("added", made.id, focus=f"edit{made.id}", anchor=f"a{made.id}")
