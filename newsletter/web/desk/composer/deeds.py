"""The buttons on the composer's cards, which all belong to one form: what is pressed says what is done to what."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from starlette.responses import Response

from newsletter.issues import changes, conflicts, editing, restoring, sections, store
from newsletter.issues.changes import Change
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import Label, layout
from newsletter.review import comments
from newsletter.staff import audit
from newsletter.web.desk.composer import moves
from newsletter.web.desk.composer.answering import answered
from newsletter.web.desk.composer.moves import Step
from newsletter.web.desk.composer.said import Done
from newsletter.web.desk.saving import held, save
from newsletter.web.faults import FormDamaged
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# A word and numbers: "up 41".
DO_FIELD = "do"

# What is said of an article.
COMMENT_FIELD = "comment"

# More places than any section has articles, and any issue sections.
LAST_PLACE = 10_000

# No id has more digits.
_MOST_DIGITS = 12

Deed = Callable[[Site, Visit, Sequence[int]], Done]


def act(site: Site, visit: Visit) -> Response:
    """Do what the button says that was pressed.

    Raises:
        FormDamaged: there is no such button.

    """
    word, *rest = visit.text(DO_FIELD).split(" ")
    numbers = [_number(one) for one in rest]
    deed = _DEEDS.get(word)
    if deed is None or not all(numbers) or not numbers:
        raise FormDamaged
    # What was typed and cannot be said stands in its form still.
    return answered(site, visit, lambda: deed(site, visit, numbers), open=f"c{numbers[0]}" if word == "say" else "")


def _up(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _step(site, visit, numbers[0], Step.UP)


def _down(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _step(site, visit, numbers[0], Step.DOWN)


def _step(site: Site, visit: Visit, article_id: int, step: Step) -> Done:
    is_there = True

    def write(tx: Transaction, over: int | None) -> Issue:
        nonlocal is_there
        issue = held(tx, visit.number("issue_id"), over)
        moves.article_of(issue, article_id)
        spot = moves.beside(issue, article_id, step)
        is_there = spot is not None
        if spot is None:
            return issue
        return editing.move_article(tx, issue.id, article_id, visit.now, section=spot.section.title, position=spot.place)

    save(site, visit, visit.number("issue_id"), write, "issue.edit", part=layout, article=article_id)
    focus = f"{step.name.lower()}{article_id}"
    return Done("moved" if is_there else "edge", article_id, focus=focus, anchor=f"a{article_id}")


def _place(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Put an article where the fields beside the button say: into a section, at a place of it or at its end."""
    (article_id, *_) = numbers
    section_id, place = _number(visit.text("section")), _number(visit.text("place")) or LAST_PLACE

    def write(tx: Transaction, over: int | None) -> Issue:
        issue = held(tx, visit.number("issue_id"), over)
        title = moves.section_of(issue, section_id).title
        return editing.move_article(tx, issue.id, article_id, visit.now, section=title, position=place)

    save(site, visit, visit.number("issue_id"), write, "issue.edit", part=layout, article=article_id)
    return Done("moved", article_id, focus=f"edit{article_id}", anchor=f"a{article_id}")


def _drop(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    (article_id, *_) = numbers

    def write(tx: Transaction, over: int | None) -> Issue:
        moves.article_of(held(tx, visit.number("issue_id"), over), article_id)
        return editing.drop_article(tx, visit.number("issue_id"), article_id, visit.now)

    with site.application.database.read() as tx:
        issue = store.load(tx, visit.number("issue_id"))
    spot = moves.spot_of(issue, article_id)
    save(site, visit, issue.id, write, "issue.edit", part=layout, article=article_id)
    # The card is gone: the eye and the focus stay where it was.
    anchor = f"s{spot.section.id}" if spot is not None else ""
    return Done("dropped", article_id, focus=f"restore{article_id}", anchor=anchor)


def _restore(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    (article_id, *_) = numbers

    def write(tx: Transaction, over: int | None) -> Issue:
        return editing.restore_article(tx, visit.number("issue_id"), article_id, visit.now, expected_version=over)

    save(site, visit, visit.number("issue_id"), write, "issue.edit", part=layout, article=article_id)
    return Done("restored", article_id, focus=f"edit{article_id}", anchor=f"a{article_id}")


def _named(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Take the byline that was suggested."""
    return _settled(site, visit, numbers[0], Change(confirms_byline=True))


def _unnamed(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Name nobody, whatever was suggested."""
    return _settled(site, visit, numbers[0], Change(byline=""))


def _settled(site: Site, visit: Visit, article_id: int, change: Change) -> Done:
    def write(tx: Transaction, over: int | None) -> Issue:
        over = None if over is None else conflicts.over(tx, visit.number("issue_id"), article_id, over)
        return changes.change_article(tx, visit.number("issue_id"), article_id, change, visit.now, expected_version=over)

    save(site, visit, visit.number("issue_id"), write, "issue.article", article=article_id)
    return Done("named", article_id, focus=f"edit{article_id}", anchor=f"a{article_id}")


def _section_up(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _section_step(site, visit, numbers[0], Step.UP)


def _section_down(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _section_step(site, visit, numbers[0], Step.DOWN)


def _section_step(site: Site, visit: Visit, section_id: int, step: Step) -> Done:
    def write(tx: Transaction, over: int | None) -> Issue:
        issue = held(tx, visit.number("issue_id"), over)
        section = moves.section_of(issue, section_id)
        place = issue.sections.index(section) + 1 + step
        if not 1 <= place <= len(issue.sections):
            return issue
        return sections.move_section(tx, issue.id, section.title, place, visit.now)

    save(site, visit, visit.number("issue_id"), write, "issue.section.move", part=layout, section=section_id)
    return Done("section-moved", section_id, focus=f"s{step.name.lower()}{section_id}", anchor=f"s{section_id}")


def _section_place(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Put a section where it was dropped: at a place among the others, or at their end."""
    (section_id, *_) = numbers
    place = _number(visit.text("place")) or LAST_PLACE

    def write(tx: Transaction, over: int | None) -> Issue:
        issue = held(tx, visit.number("issue_id"), over)
        section = moves.section_of(issue, section_id)
        if issue.sections.index(section) + 1 == min(place, len(issue.sections)):
            return issue
        return sections.move_section(tx, issue.id, section.title, place, visit.now)

    save(site, visit, visit.number("issue_id"), write, "issue.section.move", part=layout, section=section_id)
    return Done("section-moved", section_id, focus=f"sedit{section_id}", anchor=f"s{section_id}")


def _undo(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _walk(site, visit, numbers, "undone")


def _redo(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    return _walk(site, visit, numbers, "redone")


def _walk(site: Site, visit: Visit, numbers: Sequence[int], did: str) -> Done:
    """Let the issue be as it was at a version."""
    (at, *_) = numbers

    def write(tx: Transaction, over: int | None) -> Issue:
        return restoring.restore(tx, visit.number("issue_id"), Label(at), visit.now, expected_version=over).issue

    save(site, visit, visit.number("issue_id"), write, "issue.restore", version=str(at))
    return Done(did, count=at, focus=did[:4])


def _resolve(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Call a comment done, with what is answered to it."""
    (comment_id, *_) = numbers
    issue_id = visit.number("issue_id")
    with site.application.database.write() as tx:
        done = comments.resolve(tx, issue_id, comment_id, visit.actor.name, visit.now, visit.text(f"answer{comment_id}"))
        audit.record(tx, visit.actor, "issue.comment.resolve", f"issue {issue_id}", {"comment": comment_id}, visit.now)
    return Done("resolved", anchor=f"a{done.article_id}" if done.article_id else "", focus=f"edit{done.article_id or 0}")


def _say(site: Site, visit: Visit, numbers: Sequence[int]) -> Done:
    """Comment on an article."""
    (article_id, *_) = numbers
    issue_id = visit.number("issue_id")
    with site.application.database.write() as tx:
        issue = store.load(tx, issue_id)
        moves.article_of(issue, article_id)
        said = comments.say(tx, issue, visit.actor.name, visit.text(COMMENT_FIELD), visit.now, article_id=article_id)
        audit.record(tx, visit.actor, "issue.comment", f"issue {issue_id}", {"comment": said.id}, visit.now)
    return Done("commented", article_id, focus=f"comment{article_id}", anchor=f"a{article_id}")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0


_DEEDS: Mapping[str, Deed] = MappingProxyType(
    {
        "up": _up,
        "down": _down,
        "place": _place,
        "drop": _drop,
        "restore": _restore,
        "named": _named,
        "unnamed": _unnamed,
        "section-up": _section_up,
        "section-down": _section_down,
        "section-place": _section_place,
        "undo": _undo,
        "redo": _redo,
        "resolve": _resolve,
        "say": _say,
    }
)
