"""`newsletter subscribers prefer`: on which terms a person takes a list."""

from dataclasses import replace
from datetime import date, datetime
from typing import Literal

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.recurrence import instant
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from subscribers import register, terms, topicbook
from subscribers.address import parse
from subscribers.consent import Door as By
from subscribers.consent import Evidence
from subscribers.errors import SubscriptionNotFound
from subscribers.model import Cadence, Subscription
from subscribers.transaction import Transaction

Topics = tuple[str, ...]


@click.command("prefer")
@click.argument("address")
@click.option("--list", "list_name", metavar="LIST", required=True, help="Which list is meant.")
@click.option(
    "--cadence", type=click.Choice([one.value for one in Cadence]), help="Every issue, or one mail a quarter that lists them."
)
@click.option("--pause-until", "until", metavar="DAY", help="Nothing of the list comes before this day, such as 2020-09-01.")
@click.option("--resume", "is_resumed", is_flag=True, help="End a pause now.")
@click.option("--topic", "topics", multiple=True, metavar="NAME", help="Take this topic only; say it again for each.")
@click.option("--no-topics", "has_no_topics", is_flag=True, help="Take only what is for everybody.")
@click.option("--all-topics", "has_all_topics", is_flag=True, help="Take all topics, also those to come.")
@common
@pass_door
def prefer(
    door: Door,
    address: str,
    *,
    list_name: str,
    cadence: str | None,
    until: str | None,
    is_resumed: bool,
    topics: Topics,
    has_no_topics: bool,
    has_all_topics: bool,
) -> None:
    """Change on which terms a person takes a list; what is on its way to them goes on.

    Example: newsletter subscribers prefer ann@example.org --list readers --cadence quarterly --topic Jobs
    """
    _require_sense(
        topics=(bool(topics), has_no_topics, has_all_topics),
        pause=(until is not None, is_resumed),
        cadence=cadence is not None,
    )
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        standing = _standing(acting.tx, address, list_name)
        offered, zone = topicbook.of_list(acting.tx, standing.list_id), _zone(acting.tx, standing.list_id)
        wanted = terms.terms_of(acting.tx, standing, acting.now)
        if cadence is not None:
            wanted = replace(wanted, cadence=Cadence(cadence))
        if until is not None or is_resumed:
            wanted = replace(wanted, paused_until=_day(until, zone) if until is not None else None)
        if topics or has_no_topics or has_all_topics:
            wanted = replace(wanted, topic_ids=None if has_all_topics else _ids(acting.tx, standing.list_id, topics))
        evidence = Evidence(By.COMMAND, f"Told the staff: {terms.words(wanted, offered, zone)}.")
        changed = terms.agree(acting.tx, door.application.keyring, standing.id, wanted, acting.now, evidence)
        acting.record("subscriber.prefer", f"subscriber {standing.subscriber_id}", list=standing.list_id)
        _answer(door, acting, changed, zone)


def _require_sense(*, topics: tuple[bool, ...], pause: tuple[bool, ...], cadence: bool) -> None:
    if sum(topics) > 1 or sum(pause) > 1:
        raise click.UsageError("Say one of --topic, --no-topics and --all-topics, and one of --pause-until and --resume.")
    if not any((*topics, *pause, cadence)):
        raise click.UsageError("Nothing to change was given; see --help.")


def _ids(tx: Transaction, list_id: int, names: Topics) -> frozenset[int]:
    return frozenset(topicbook.find(tx, list_id, name).id for name in names)


def _standing(tx: Transaction, address: str, list_name: str) -> Subscription:
    person = register.find(tx, parse(address))
    chosen = register.find_list(tx, list_name)
    held = (one for one in register.subscriptions_of(tx, person.id) if one.list_id == chosen.id)
    standing = next(held, None)
    if standing is None:
        raise SubscriptionNotFound(f"of {person.address} to {chosen.name}")
    return standing


def _zone(tx: Transaction, list_id: int) -> str:
    """Give where the list's newsletter is: days begin there."""
    paper = newsletters.of_list(tx, list_id)
    return paper.zone if paper else "UTC"


def _day(text: str, zone: str) -> datetime:
    try:
        day = date.fromisoformat(text.strip())
        return instant(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 -- wall time
    except (ValueError, OverflowError) as error:
        raise BadValue("day", text, "write it as 2020-09-01") from error


def _answer(door: Door, acting: Acting, standing: Subscription, zone: str) -> None:
    names = [one.name for one in terms.topics_taken(acting.tx, standing)]
    chosen: list[str] | Literal["all"] = "all" if standing.takes_all_topics else names
    list_ = register.list_by_id(acting.tx, standing.list_id)
    paused_until = standing.paused_until if standing.is_paused(acting.now) else None
    door.answer(
        {"list": list_.slug, "cadence": standing.cadence.value, "paused_until": paused_until, "topics": chosen},
        shown.pairs(
            list=list_.name,
            cadence=standing.cadence.value,
            paused_until=shown.moment(paused_until, zone),
            topics="all" if chosen == "all" else ", ".join(chosen) or "none, only what is for everybody",
        ),
    )
