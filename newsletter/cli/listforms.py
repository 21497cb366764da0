"""`newsletter lists form` and `newsletter lists domains`: how people come to a list by themselves, and which may."""

from pathlib import Path

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.errors import BadValue
from newsletter.staff.permissions import Permission
from newsletter.web.pages import Pages
from newsletter.web.public import details, subscribe
from newsletter.web.speech import Ear
from newsletter.web.subjects import find_subject
from subscribers import domainrules, register
from subscribers.domainrules import Verdict
from subscribers.errors import DomainRefused
from subscribers.model import EVERY_LIST
from subscribers.transaction import Transaction

# A file of all disposable domains has some 200,000 lines; more is a mistake.
MOST_LINES = 1_000_000
BATCH = 1_000
# What `show` prints of a scope; the rest is counted.
MOST_SHOWN = 200


@click.command("form")
@click.argument("list_name", metavar="LIST")
@click.option(
    "--language", default="", metavar="CODE", help="Its language, one of ar, zh, en, fr, de, ru, es. [default: the list's]"
)
@common
@pass_door
def form(door: Door, list_name: str, language: str) -> None:
    """Print the form of LIST as plain HTML, to be copied into any site.

    It needs no script and sets no cookie. Whoever sends it comes to a page here with one more button.

    Example: newsletter lists form readers --language fr > form.html
    """
    application = door.application
    with door.reading() as tx:
        list_ = register.find_list(tx, list_name)
        subject, fields = find_subject(tx, list_), details.fields(tx, [list_.id], None, {})
    if subject is None:
        raise BadValue("list", list_name, "no newsletter goes to it, so nobody can ask for it; make one first")
    if not subject.list.has_form:
        raise BadValue("list", list_name, "it takes nobody by a form: it is private, or archived")
    speech = Ear().speech(person=language, list_=subject.list.language, newsletter=subject.newsletter.language)
    html = subscribe.snippet(Pages(application.settings.templates / "pages"), application.links, subject, speech, fields)
    address = application.links.subscribe(subject.list.slug)
    door.answer({"list": subject.list.slug, "form": address, "json": f"{address}/json", "html": html}, html.rstrip())


@click.command("deny")
@click.argument("scope", metavar="LIST|all")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One domain a line; # begins a remark."
)
@common
@pass_door
def deny(door: Door, scope: str, domains: tuple[str, ...], path: Path | None) -> None:
    """Take nobody of these domains by form on LIST, or on `all` lists; the domains below them are meant too.

    People on a list stay there, and the staff may still add anybody.

    Example: newsletter lists domains deny all --file disposable.txt
    """
    _set(door, scope, domains, path, Verdict.DENY)


@click.command("allow")
@click.argument("scope", metavar="LIST|all")
@click.argument("domains", nargs=-1, metavar="[DOMAIN]...")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="One domain a line; # begins a remark."
)
@common
@pass_door
def allow(door: Door, scope: str, domains: tuple[str, ...], path: Path | None) -> None:
    """Take people of these domains by form on LIST, and of no others; on `all` it only excepts them from what is denied.

    Example: newsletter lists domains allow staff example.org
    """
    _set(door, scope, domains, path, Verdict.ALLOW)


@click.command("remove")
@click.argument("scope", metavar="LIST|all")
@click.argument("domains", nargs=-1, required=True, metavar="DOMAIN...")
@common
@pass_door
def remove(door: Door, scope: str, domains: tuple[str, ...]) -> None:
    """Take back what was said of these domains.

    Example: newsletter lists domains remove all example.net
    """
    wanted = [domainrules.domain_of(domain) for domain in domains]
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        removed = domainrules.remove_rules(acting.tx, _scope(acting.tx, scope), wanted)
        acting.record("list.domains", f"list {scope}", removed=wanted)
    door.answer({"removed": removed}, shown.line(f"{removed} of {len(wanted)} rules are taken back."))


@click.command("show")
@click.argument("scope", metavar="LIST|all")
@common
@pass_door
def show(door: Door, scope: str) -> None:
    """Show the rules about domains of LIST, or of `all` lists.

    Example: newsletter lists domains show readers
    """
    with door.reading() as tx:
        list_id = _scope(tx, scope)
        rules = domainrules.rules_of(tx, list_id, MOST_SHOWN)
        total = domainrules.count(tx, list_id)
    document = {"rules": [{"domain": rule.domain, "verdict": rule.verdict.value} for rule in rules], "total": total}
    if not rules:
        door.answer(document, shown.line("Every domain may join."))
        return
    rest = [shown.line(f"… and {total - len(rules):,} more.")] if total > len(rules) else []
    door.answer(document, shown.table(("domain", "rule"), [(rule.domain, rule.verdict.value) for rule in rules]), *rest)


def _set(door: Door, scope: str, domains: tuple[str, ...], path: Path | None, verdict: Verdict) -> None:
    if not domains and path is None:
        raise click.UsageError("Say which: DOMAIN..., or --file FILE.")
    wanted = [domainrules.domain_of(domain) for domain in domains]
    read = _read(path) if path is not None else ([], [])
    wanted += read[0]
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        list_id = _scope(acting.tx, scope)
        made = sum(
            domainrules.set_rules(acting.tx, list_id, wanted[start : start + BATCH], verdict, acting.now)
            for start in range(0, len(wanted), BATCH)
        )
        acting.record("list.domains", f"list {scope}", verdict=verdict.value, domains=made)
    refused = [shown.line(f"Left out, because they are no domains: {', '.join(read[1])}")] if read[1] else []
    door.answer(
        {"verdict": verdict.value, "domains": made, "refused": read[1]},
        shown.line(f"{made:,} {'domain is' if made == 1 else 'domains are'} set to {verdict.value}."),
        *refused,
    )


def _read(path: Path) -> tuple[list[str], list[str]]:
    """Read a file of domains; gives those that are some, and the lines that are none."""
    domains, refused = [], []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if number > MOST_LINES:
                raise BadValue("file", str(path), f"it has more than {MOST_LINES:,} lines")
            bare = line.partition("#")[0].strip()
            if not bare:
                continue
            try:
                domains.append(domainrules.domain_of(bare))
            except DomainRefused:
                refused.append(bare)
    return domains, refused


def _scope(tx: Transaction, name: str) -> int:
    return EVERY_LIST if name == "all" else register.find_list(tx, name).id


domains = click.Group(
    "domains", commands=[deny, allow, remove, show], help="Which domains may join a list by themselves, and which may not."
)
