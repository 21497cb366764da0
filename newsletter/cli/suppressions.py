"""`newsletter suppressions`: addresses that are never written to."""

from collections.abc import Mapping
from dataclasses import asdict

import click

from newsletter import rotation
from newsletter.bootstrap import begin_rotation
from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.exchange import opened_file, read_columns, size_of
from newsletter.cli.progress import reading_bar
from newsletter.people import keepout
from newsletter.people.keepout import KeepOut, KeptOut
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import recognition, register, suppression, suppressionbook
from subscribers.address import parse
from subscribers.exchange.sources import open_source
from subscribers.model import EVERY_LIST, Reason
from subscribers.suppressionbook import Asked, Suppressed
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE

MOST_SHOWN = 1_000

# Rows that are left out are told one by one on a terminal up to here; more of them stand in the JSON.
MOST_TOLD = 50

# An erasure is more than a suppression: `newsletter subscribers erase`.
_REASONS = click.Choice([reason.value for reason in Reason if reason is not Reason.ERASED])

_OF_LIST = click.option("--list", "list_name", metavar="LIST", help="On this list only; on every list if not said.")


@click.command("list")
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), help="Only those for this reason.")
@click.option("--list", "list_name", metavar="LIST", help="Only those of this list alone.")
@click.option("--after", type=click.IntRange(min=0), default=0, metavar="ID", help="Go on behind this one.")
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=100, show_default=True, help="How many to show.")
@common
@pass_door
def list_(door: Door, *, reason: str | None, list_name: str | None, after: int, limit: int) -> None:
    """Show who is kept out, in the order it was said; the address is known only of people who are on a list.

    Example: newsletter suppressions list --reason complained
    """
    with door.reading(PEOPLE) as tx:
        list_id = register.find_list(tx, list_name).id if list_name is not None else None
        found = suppressionbook.page(tx, Asked(Reason(reason) if reason else None, list_id), after, limit)
        names = _names(tx)
        counts = suppressionbook.counts(tx)
    more = len(found) == limit
    rows = [(one.id, one.email, _where(one, names), one.reason.value, shown.moment(one.at)) for one in found]
    told = ", ".join(f"{spelled.number(count)} {why.value}" for why, count in counts.items() if count)
    door.answer(
        {
            "suppressions": [_document(one, names) for one in found],
            "next_after": found[-1].id if more else None,
            "counts": {why.value: count for why, count in counts.items()},
        },
        shown.table(("#id", "address", "list", "reason", "since"), rows) if rows else shown.line("Nobody is kept out."),
        *([shown.line(f"In all: {told}.")] if told else []),
        *([shown.line(f"There may be more: --after {found[-1].id}")] if more else []),
    )


@click.command("show")
@click.argument("address")
@common
@pass_door
def show(door: Door, address: str) -> None:
    """Show whether and why an address is kept out; known or not, by its keyed hash.

    Example: newsletter suppressions show ann@example.org
    """
    parsed = parse(address)
    with door.reading(PEOPLE) as tx:
        found = suppressionbook.of_address(tx, recognition.look_up(tx, door.application.keyring, parsed.key))
        names = _names(tx)
    rows = [(_where(one, names), one.reason.value, shown.moment(one.at)) for one in found]
    door.answer(
        {"email": parsed.text, "suppressions": [_document(one, names) for one in found]},
        shown.table(("list", "reason", "since"), rows) if rows else shown.line(f"{parsed} is not kept out."),
    )


@click.command("add")
@click.argument("address")
@click.option("--reason", type=_REASONS, default=Reason.MANUAL.value, show_default=True, help="Why.")
@_OF_LIST
@common
@pass_door
def add(door: Door, address: str, *, reason: str, list_name: str | None) -> None:
    """Never write to an address again, whether somebody is known by it or not; what is on its way is kept back.

    Example: newsletter suppressions add ann@example.org --reason complained
    """
    parsed = parse(address)
    with door.acting(PEOPLE) as acting:
        terms = KeepOut(Reason(reason), _scope(acting.tx, list_name), acting.now)
        is_news = keepout.keep_out(acting.tx, door.application.keyring, parsed, terms)
        acting.record("suppression.add", f"list {list_name}" if list_name else "every list", reason=reason, news=is_news)
    words = "is never written to again" if is_news else "was kept out before, for this reason or a stronger one"
    door.answer({"email": parsed.text, "reason": reason, "news": is_news}, shown.line(f"{parsed} {words}."))


@click.command("lift")
@click.argument("address")
@_OF_LIST
@destructive
@common
@pass_door
def lift(door: Door, address: str, *, list_name: str | None) -> None:
    """Let an address be written to again that the staff, a relay or a complaint had kept out.

    A complaint is lifted by administrators only, and by itself: it stands when the staff's own word before it is lifted. What
    a person said themselves (unsubscribed, erased) is lifted by nobody but them: they join again and press the button in the
    mail.

    Example: newsletter suppressions lift ann@example.org
    """
    parsed = parse(address)
    door.allow(PEOPLE)
    door.confirm(f"Let {parsed} be written to again?")
    with door.acting(PEOPLE) as acting:
        email_hash = recognition.hash_of(acting.tx, door.application.keyring, parsed.key)
        scope = _scope(acting.tx, list_name)
        lifted = keepout.lift(acting.tx, acting.actor, email_hash, acting.now, list_id=scope)
        left = suppression.reason_of(acting.tx, email_hash, scope)
        acting.record("suppression.lift", f"list {list_name}" if list_name else "every list", reason=lifted.value)
    rest = f", and still for {left.value}" if left is not None else ""
    door.answer(
        {"email": parsed.text, "lifted": lifted.value, "left": left.value if left is not None else None},
        shown.line(f"{parsed} is not kept out for {lifted.value} any more{rest}."),
    )


@click.command("import")
@click.argument("file")
@click.option("--reason", type=_REASONS, default=Reason.MANUAL.value, show_default=True, help="Of rows that do not say.")
@_OF_LIST
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would become of each row, and change nothing.")
@click.option("--map", "columns", metavar="TITLE=FIELD", multiple=True, help="What a column holds; `nothing` leaves it alone.")
@click.option("--encoding", default="", metavar="NAME", help="How the file is encoded, if it reads wrong.")
@common
@pass_door
def import_(
    door: Door, file: str, *, reason: str, list_name: str | None, is_rehearsal: bool, columns: tuple[str, ...], encoding: str
) -> None:
    """Keep everybody out whom another tool kept out; FILE is "-" for stdin.

    Whatever `newsletter subscribers import` reads is read: a list of addresses, CSV, XLSX, the export of another tool. A row
    that says why it was kept out is believed, others have --reason. The same file again changes nothing.

    Example: newsletter suppressions import blocklist.csv --dry-run
    """
    door.allow(PEOPLE)
    with door.reading() as tx:
        terms = KeepOut(Reason(reason), _scope(tx, list_name), door.now())
    application = door.application
    with opened_file(file) as source, reading_bar("Trying" if is_rehearsal else "Keeping out", size_of(source)) as tell:
        people = open_source(source, encoding=encoding, said=read_columns(columns)).people
        report = keepout.keep_out_many(
            application.database.write,
            application.keyring,
            people,
            terms,
            is_rehearsal=is_rehearsal,
            progress=lambda rows: tell(source.tell(), rows),
        )
    if not is_rehearsal:
        with door.acting(PEOPLE) as acting:
            acting.record("suppressions.import", f"list {list_name}" if list_name else "every list", **report.figures)
    for row in report.refusals[:MOST_TOLD]:
        door.note(f"Row {row.row}: {row.text[:80]!r} is left out: {row.reason}")
    door.answer({"dry_run": is_rehearsal, **asdict(report)}, shown.line(_summary(report, is_rehearsal=is_rehearsal)))


@click.command("rotate")
@common
@pass_door
def rotate(door: Door) -> None:
    """Change the instance's key: to NEWSLETTER_SECRET_KEY, from the one in NEWSLETTER_FORMER_SECRET_KEY.

    Stop every process, set both, run this, and start the processes again with both while it works. It may be interrupted and
    run again. Links in mails that are out go on working, signing keys and passwords of relays are sealed anew, and nobody
    who left is overlooked. Who is on no list is recognised by the former key for as long as it is given.

    Example: newsletter suppressions rotate
    """
    is_begun = begin_rotation(door.settings)
    application = door.application
    door.allow(Permission.MANAGE_INSTANCE)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        resealed = rotation.reseal(acting.tx, application.keyring)
        if is_begun:
            acting.record("suppressions.rotate", "instance", key=application.keyring.key_id, resealed=resealed)
    with door.reading() as tx:
        left = rotation.standing(tx, application.keyring)
    with reading_bar("Moving people", left.people_left, "people") as tell:
        moved = rotation.move_people(application.database, application.keyring, lambda people: tell(people, people))
    with door.reading() as tx:
        after = rotation.standing(tx, application.keyring)
    document = {"key_id": application.keyring.key_id, "begun": is_begun, "moved": moved, "resealed": resealed}
    rest = (
        f"{spelled.number(after.suppressions_left)} suppressions of people who are on no list are found by the former key: "
        "keep it in NEWSLETTER_FORMER_SECRET_KEY."
        if after.suppressions_left
        else "Nothing is remembered by a former key; it is still needed for links in mails that are out."
    )
    door.answer(
        document | {"suppressions_left": after.suppressions_left},
        shown.line(f"{spelled.people(moved)} moved to the key {application.keyring.key_id}. {rest}"),
    )


def _names(tx: Transaction) -> Mapping[int, str]:
    return {one.id: one.name for one in register.all_lists(tx)}


def _scope(tx: Transaction, list_name: str | None) -> int:
    return EVERY_LIST if list_name is None else register.find_list(tx, list_name).id


def _where(one: Suppressed, names: Mapping[int, str]) -> str:
    return "every list" if one.list_id == EVERY_LIST else names.get(one.list_id, f"list {one.list_id}")


def _document(one: Suppressed, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "id": one.id,
        "hash": one.email_hash,
        "key_id": one.key_id,
        "email": one.email or None,
        "list": None if one.list_id == EVERY_LIST else names.get(one.list_id),
        "reason": one.reason.value,
        "at": one.at,
    }


def _summary(report: KeptOut, *, is_rehearsal: bool) -> str:
    would = "would be kept out" if is_rehearsal else "kept out"
    figures = {"known before": report.known, "doubled": report.duplicates, "refused": report.refused}
    others = "".join(f", {spelled.number(count)} {words}" for words, count in figures.items() if count)
    return f"{spelled.number(report.rows)} rows: {spelled.number(report.news)} {would}{others}."


suppressions = click.Group(
    "suppressions", commands=[list_, show, add, lift, import_, rotate], help="Addresses that are never written to."
)
