"""`newsletter issues changes`: what feeds say otherwise since an issue took their posts."""

from collections.abc import Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, issue_argument
from newsletter.issues import newsletters, store
from newsletter.issues import revised as changing
from newsletter.issues.revised import Change
from newsletter.review import marked
from newsletter.staff.permissions import Permission


@click.command("changes")
@issue_argument
@click.option(
    "--take",
    "taken",
    multiple=True,
    type=click.IntRange(1, HIGHEST_ID),
    metavar="N",
    help="Let this article say what its feed says now.",
)
@click.option(
    "--keep", "kept", multiple=True, type=click.IntRange(1, HIGHEST_ID), metavar="N", help="Let this article stay as it is."
)
@common
@pass_door
def changes(door: Door, issue_id: int, taken: Sequence[int], kept: Sequence[int]) -> None:
    """Show what feeds say otherwise since an issue took their posts, with what went as [-…-] and what came as {+…+}.

    An issue never changes by itself. --take brings in the parts that the feed has changed, in place of what an editor made of
    them, and ends an approval; --keep leaves the article as it is and asks no more until the feed changes again.

    Example: newsletter issues changes 5 --take 41
    """
    if taken or kept:
        _decide(door, issue_id, taken, kept)
    with door.reading() as tx:
        issue = store.load(tx, issue_id)
        zone = newsletters.by_id(tx, issue.newsletter_id).zone
        found = changing.changes_of(tx, issue)
    lines = [line for change in found for line in _lines(issue_id, change, zone)]
    door.answer(
        {"issue": issue_id, "taken": list(taken), "kept": list(kept), "changes": [_document(change) for change in found]},
        *(shown.line(line) for line in lines or ["The feeds say nothing else than this issue does."]),
    )


def _decide(door: Door, issue_id: int, taken: Sequence[int], kept: Sequence[int]) -> None:
    if set(taken) & set(kept):
        raise click.UsageError("An article is either taken anew or kept.")
    with door.acting(Permission.EDIT) as acting:
        for article_id in taken:
            changing.take(acting.tx, issue_id, article_id, acting.now)
            acting.record("issue.take_revision", f"issue {issue_id}", article=article_id)
        for article_id in kept:
            changing.keep_mine(acting.tx, issue_id, article_id)
            acting.record("issue.keep_text", f"issue {issue_id}", article=article_id)


def _lines(issue_id: int, change: Change, zone: str) -> list[str]:
    noticed = f"{change.words} Noticed {shown.moment(change.at, zone)}."
    parts = [f"  {line}" for passage in change.passages for line in marked.passage_lines(passage)]
    edited = " and ".join(part.name.value for part in change.parts if part.is_edited)
    if edited:
        parts.append(f"    You have written the {edited} otherwise; the new would stand in place of yours.")
    ways = f"newsletter issues changes {issue_id} --keep {change.article_id}"
    if change.kind is changing.Kind.VANISHED:
        other = f"newsletter issues edit {issue_id} --article {change.article_id} --drop"
        return [f"{change.article_id}  {noticed}", f"    Leave it out: {other}", f"    Keep it: {ways}"]
    other = f"newsletter issues changes {issue_id} --take {change.article_id}"
    return [f"{change.article_id}  {noticed}", *parts, f"    Take the new: {other}", f"    Keep yours: {ways}"]


def _document(change: Change) -> dict[str, object]:
    return {
        "article": change.article_id,
        "title": change.title,
        "post": change.post_id,
        "kind": change.kind.value,
        "noticed_at": change.at,
        "words": change.words,
        "parts": [
            {
                "part": part.name.value,
                "before": part.before,
                "after": part.after,
                "is_edited": part.is_edited,
            }
            for part in change.parts
        ],
        "passages": [marked.passage_document(passage) for passage in change.passages],
    }
