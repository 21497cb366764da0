"""`newsletter newsletters`: the publications, their plans and their calendars."""

import click
from rich.table import Table

from newsletter.cli import bundles, resettling, schedules, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import Sender, SenderType, Token, TokenType, read_text
from newsletter.images import store as images
from newsletter.issues import newsletters as store
from newsletter.issues.model import Archive, Newsletter, SectionPlan
from newsletter.issues.plan import parse_plan, to_document
from newsletter.letters.theme import LOGO, require_token
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from subscribers import register
from subscribers.errors import ListNotFound
from subscribers.model import MailingList
from subscribers.transaction import Transaction


@click.command("create")
@click.argument("name")
@click.option("--from", "sender", type=SenderType(), metavar="ADDR", required=True, help='"Name <address>", or an address.')
@click.option("--list", "list_name", metavar="LIST", required=True, help="Who gets it; made when there is none of this name.")
@click.option("--postal-address", metavar="TEXT", required=True, help="Stands at the foot of every mail; the law asks for it.")
@click.option("--timezone", "zone", default="UTC", show_default=True, metavar="Z", help="Months and times are cut by it.")
@click.option("--reply-to", default="", metavar="ADDR", help="Where answers go, when not to the sender.")
@click.option("--language", default="en", show_default=True, metavar="CODE", help="The language its letters are marked with.")
@common
@pass_door
def create(
    door: Door,
    name: str,
    *,
    sender: Sender,
    list_name: str,
    postal_address: str,
    zone: str,
    reply_to: str,
    language: str,
) -> None:
    """Make a newsletter.

    Example: newsletter newsletters create "CPDWL Newsletter" --from "CPDWL <news@example.org>" --list readers
    --postal-address "P.O. Box 95312, The Hague" --timezone Europe/Amsterdam
    """
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        mailing_list = _list_for(acting, list_name)
        made = store.create(
            acting.tx,
            name=name,
            sender_name=sender.name or name,
            sender_address=sender.address,
            list_id=mailing_list.id,
            postal_address=postal_address,
            zone=zone,
            reply_to=reply_to,
            language=language,
            now=acting.now,
        )
        acting.record("newsletter.create", f"newsletter {made.name}", list=mailing_list.name)
    door.answer(
        _document(made, mailing_list),
        shown.line(f"Newsletter {made.name} is made; it goes to the list {mailing_list.name}."),
        shown.line(f"Next: newsletter feeds add {made.slug} URL"),
    )


@click.command("edit")
@click.argument("name")
@click.option("--name", "new_name", metavar="TEXT", help="What it is called; its address in the archive stays.")
@click.option("--language", metavar="CODE", help="The language its letters are marked with.")
@click.option("--from", "sender", type=SenderType(), metavar="ADDR", help='"Name <address>", or an address.')
@click.option("--postal-address", metavar="TEXT", help="Stands at the foot of every mail.")
@click.option("--reply-to", metavar="ADDR", help='Where answers go; "" for to the sender.')
@click.option(
    "--second-person", type=click.Choice(["yes", "no"]), help="Whether whoever wrote in an issue may not approve it themselves."
)
@click.option(
    "--archive",
    type=click.Choice([one.value for one in Archive]),
    help="Whether its issues are on the web; as-list: where its list is public.",
)
@click.option(
    "--count-clicks",
    type=click.Choice(["yes", "no"]),
    help="Whether links of issues approved from now on are counted when they are followed; by nobody's name without their yes.",
)
@click.option("--theme", metavar="NAME", help="How its letters look: federation, magazine, letter, or one of your own.")
@click.option(
    "--token",
    "tokens",
    multiple=True,
    type=TokenType(),
    metavar="KEY=VALUE",
    help="Change one thing of the theme, such as accent=#7a2e3b; KEY= for as the theme has it. Several may be given.",
)
@common
@pass_door
def edit(
    door: Door,
    name: str,
    *,
    new_name: str | None,
    language: str | None,
    sender: Sender | None,
    postal_address: str | None,
    reply_to: str | None,
    second_person: str | None,
    archive: str | None,
    count_clicks: str | None,
    theme: str | None,
    tokens: tuple[Token, ...],
) -> None:
    """Change what a newsletter says of itself, who approves it, how it looks, or what is counted; approved letters stay.

    Example: newsletter newsletters edit "CPDWL Newsletter" --theme magazine --token accent=#7a2e3b
    """
    given = (new_name, language, sender, postal_address, reply_to, second_person, archive, count_clicks, theme)
    if all(one is None for one in given) and not tokens:
        raise click.UsageError("Nothing to change was given.")
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        known = store.find(acting.tx, name)
        own = _own_tokens(acting.tx, known, tokens)
        if theme is not None or tokens:
            # Refused here: a letter in it could not be read, or not be composed.
            door.application.templates.in_theme(theme or known.theme, known.slug, own)
        changed = store.edit(
            acting.tx,
            known.id,
            name=new_name,
            language=language,
            sender_name=(sender.name or None) if sender else None,
            sender_address=sender.address if sender else None,
            reply_to=reply_to,
            postal_address=postal_address,
            needs_second_person=None if second_person is None else second_person == "yes",
            archive=Archive(archive) if archive else None,
            counts_clicks=None if count_clicks is None else count_clicks == "yes",
            theme=theme,
            tokens=own if tokens else None,
        )
        rules = {"second_person": changed.needs_second_person, "counts_clicks": changed.counts_clicks}
        looks = {"theme": changed.theme, "tokens": dict(changed.tokens)}
        acting.record("newsletter.edit", f"newsletter {changed.name}", **rules, **looks)
        mailing_list = register.list_by_id(acting.tx, changed.list_id)
    door.answer(_document(changed, mailing_list), _facts(changed, mailing_list))


def _own_tokens(tx: Transaction, known: Newsletter, given: tuple[Token, ...]) -> dict[str, str]:
    said = {require_token(token.key): token.value for token in given}
    if LOGO in said:
        said[LOGO] = images.address_of(tx, said[LOGO].strip())
    return {key: value for key, value in {**known.tokens, **said}.items() if value}


@click.command("plan")
@click.argument("name")
@click.argument("file", required=False)
@common
@pass_door
def plan(door: Door, name: str, file: str | None) -> None:
    """Give a newsletter the plan of sections in FILE (TOML), or show the one it has.

    Issues already drafted keep their sections.

    Example: newsletter newsletters plan "CPDWL Newsletter" plan.toml
    """
    if file is None:
        with door.reading() as tx:
            found = store.find(tx, name)
    else:
        sections = parse_plan(read_text(file))
        with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
            found = store.find(acting.tx, name)
            store.set_plan(acting.tx, found.id, sections)
            acting.record("newsletter.plan", f"newsletter {found.name}", sections=[section.title for section in sections])
            found = store.by_id(acting.tx, found.id)
    door.answer(
        {"newsletter": found.slug, "sections": to_document(found.plan)},
        shown.table(("section", "kind", "look", "#most", "shows", "takes"), [_plan_row(section) for section in found.plan]),
    )


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all newsletters.

    Example: newsletter newsletters list --json
    """
    with door.reading() as tx:
        known = [(one, register.list_by_id(tx, one.list_id)) for one in store.all_newsletters(tx)]
    rows = [(one.name, one.slug, mailing_list.name, one.zone, one.sender_address) for one, mailing_list in known]
    door.answer(
        {"newsletters": [_document(one, mailing_list) for one, mailing_list in known]},
        shown.table(("name", "slug", "list", "time zone", "from"), rows),
    )


@click.command("show")
@click.argument("name")
@common
@pass_door
def show(door: Door, name: str) -> None:
    """Show one newsletter.

    Example: newsletter newsletters show "CPDWL Newsletter"
    """
    with door.reading() as tx:
        known = store.find(tx, name)
        mailing_list = register.list_by_id(tx, known.list_id)
    door.answer(_document(known, mailing_list), _facts(known, mailing_list))


def _list_for(acting: Acting, name: str) -> MailingList:
    try:
        return register.find_list(acting.tx, name)
    except ListNotFound:
        return register.create_list(acting.tx, name, acting.now)


def _document(newsletter: Newsletter, mailing_list: MailingList) -> dict[str, object]:
    return {
        "newsletter": newsletter.slug,
        "id": newsletter.id,
        "name": newsletter.name,
        "list": mailing_list.slug,
        "from": f"{newsletter.sender_name} <{newsletter.sender_address}>",
        "reply_to": newsletter.reply_to,
        "postal_address": newsletter.postal_address,
        "timezone": newsletter.zone,
        "language": newsletter.language,
        "second_person": newsletter.needs_second_person,
        "counts_clicks": newsletter.counts_clicks,
        "archive": newsletter.archive.value,
        "is_shown": newsletter.is_shown,
        "theme": newsletter.theme,
        "tokens": dict(newsletter.tokens),
    }


def _facts(newsletter: Newsletter, mailing_list: MailingList) -> Table:
    return shown.pairs(
        name=newsletter.name,
        slug=newsletter.slug,
        sender=f"{newsletter.sender_name} <{newsletter.sender_address}>",
        reply_to=newsletter.reply_to,
        list=mailing_list.name,
        time_zone=newsletter.zone,
        postal_address=newsletter.postal_address,
        approved_by="somebody who wrote nothing in it" if newsletter.needs_second_person else "any publisher",
        clicks="counted, by name only of those who allow it" if newsletter.counts_clicks else "not counted",
        archive="on the web" if newsletter.is_shown else "off",
        theme=newsletter.theme,
        tokens=" · ".join(f"{key}={value}" for key, value in newsletter.tokens.items()),
        sections=" · ".join(section.title for section in newsletter.plan),
    )


def _plan_row(section: SectionPlan) -> tuple[object, ...]:
    rules = "; ".join(
        ", ".join(
            (*rule.categories, *rule.titles, *({True: ("with byline",), False: ("without byline",), None: ()}[rule.byline]))
        )
        for rule in section.rules
    )
    takes = "everything else" if section.takes_rest else rules
    return (section.title, section.kind.value, section.look.value, section.most or "", section.show.value, takes)


newsletters = click.Group(
    "newsletters",
    commands=[
        create,
        edit,
        plan,
        schedules.schedule,
        schedules.calendar_,
        resettling.timezone,
        resettling.readers,
        list_,
        show,
        bundles.pack,
        bundles.unpack,
    ],
    help="The publications, their plans of sections and their calendars.",
)
