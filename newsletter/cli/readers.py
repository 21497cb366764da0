"""`newsletter issues topics` and `newsletter issues lists`: for whom of its list an issue is, and who else gets it."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.issueviews import load
from newsletter.cli.parameters import issue_argument
from newsletter.issues import readers
from newsletter.mail import audiences
from newsletter.staff.permissions import Permission
from newsletter.web import spelled


@click.command("topics")
@issue_argument
@click.argument("topics", metavar="[TOPIC]...", nargs=-1)
@click.option("--everybody", "is_for_everybody", is_flag=True, help="For everybody on the list again.")
@common
@pass_door
def topics_(door: Door, issue_id: int, topics: tuple[str, ...], *, is_for_everybody: bool) -> None:
    """Say that an issue is for those who take one of some topics of its list, or show for whom it is.

    An approval of the issue ends, because it was given for other readers.

    Example: newsletter issues topics 5 Jobs Congresses
    """
    if topics and is_for_everybody:
        raise click.UsageError("Say either topics or --everybody.")
    if topics or is_for_everybody:
        with door.acting(Permission.EDIT) as acting:
            issue = readers.set_topics(acting.tx, issue_id, topics, acting.now)
            acting.record("issue.topics", f"issue {issue_id}", topics=list(topics))
    issue = load(door, issue_id)
    with door.reading() as tx:
        names = [one.name for one in readers.topics_of(tx, issue_id)]
        people = audiences.count(tx, issue, door.now())
    whom = f"those who take {' or '.join(names)}" if names else "everybody on its list"
    door.answer(
        {"issue": issue_id, "topics": names, "people": people, "state": issue.state.value},
        shown.line(f"{issue.title} is for {whom}: {spelled.people(people)} as things stand."),
    )


@click.command("lists")
@issue_argument
@click.argument("lists", metavar="[LIST]...", nargs=-1)
@click.option("--only-its-own", "is_for_nobody_else", is_flag=True, help="Only for its newsletter's list again.")
@common
@pass_door
def lists_(door: Door, issue_id: int, lists: tuple[str, ...], *, is_for_nobody_else: bool) -> None:
    """Say that the people of further lists get an issue too, or show which.

    Whoever stands on several of them gets it once, by the newsletter's own list or else by the first one named; unsubscribing
    leaves that list. An approval of the issue ends, because it was given for other readers.

    Example: newsletter issues lists 5 Friends Board
    """
    if lists and is_for_nobody_else:
        raise click.UsageError("Say either lists or --only-its-own.")
    if lists or is_for_nobody_else:
        with door.acting(Permission.EDIT) as acting:
            readers.set_further_lists(acting.tx, issue_id, lists, acting.now)
            acting.record("issue.lists", f"issue {issue_id}", lists=list(lists))
    issue = load(door, issue_id)
    with door.reading() as tx:
        names = [one.name for one in readers.further_lists(tx, issue_id)]
        people = audiences.count(tx, issue, door.now())
    whom = f"the people of {', '.join(names)} too" if names else "nobody but the people of its own list"
    door.answer(
        {"issue": issue_id, "lists": names, "people": people, "state": issue.state.value},
        shown.line(f"{issue.title} goes to {whom}: {spelled.people(people)} as things stand."),
    )
