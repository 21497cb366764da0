"""`newsletter issues check`: everything that should be mended before an issue is approved."""

import asyncio
from dataclasses import dataclass, replace

import click

from newsletter import inspection
from newsletter.cli import findings, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.illustrating import bring_pictures
from newsletter.cli.issueviews import load
from newsletter.cli.parameters import issue_argument
from newsletter.cli.progress import counting_bar
from newsletter.issues import newsletters
from newsletter.issues.model import Issue
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.mail import senderlook
from newsletter.mail.senderproof import prove
from newsletter.nameserver import Server, read_server
from newsletter.review import checks_links, gathering, linkbook, linkcheck, preflight
from newsletter.review.facts import Facts, Inspected, inspected
from newsletter.review.finding import Code, Finding, Mend


@dataclass(frozen=True, slots=True)
class Asked:
    """An issue with what the network said, and what it could not be asked."""

    seen: Inspected
    findings: tuple[Finding, ...] = ()


@click.command("check")
@issue_argument
@click.option("--offline", "is_offline", is_flag=True, help="Ask nobody: of links only what they answered before is known.")
@click.option("--nameserver", "server", metavar="IP", help="Ask this name server about the sender, and not the system's.")
@click.option("--again", "is_again", is_flag=True, help="Ask for all links anew, also those that answered a while ago.")
@common
@pass_door
def check(door: Door, issue_id: int, *, is_offline: bool, is_again: bool, server: str | None) -> int:
    """Look for what should be mended before an issue is approved; exits 3 when something blocks it.

    Its links are asked for politely, each at most once a day, or after ten minutes where it did not work. The DNS is asked what
    proves the sender, unless the pages of this instance are reached from this machine only.

    Example: newsletter issues check 5
    """
    if is_offline and (is_again or server):
        raise click.UsageError("--again and --nameserver ask, and --offline does not.")
    nameserver = read_server(server) if server else None
    issue = load(door, issue_id)
    if not is_offline:
        bring_pictures(door, issue_id)
    seen = _inspect(door, issue)
    asks_dns = not is_offline and (nameserver is not None or not door.settings.is_local)
    if asks_dns:
        seen = _ask_dns(door, seen, nameserver)
    asked = Asked(seen) if is_offline else _ask_links(door, seen, is_again=is_again)
    found = tuple(sorted((*preflight.look(asked.seen), *asked.findings), key=lambda finding: not finding.is_blocking))
    is_blocked = any(finding.is_blocking for finding in found)
    unchecked = _unchecked(seen, is_offline=is_offline, asks_dns=asks_dns)
    door.answer(
        {
            "issue": issue_id,
            "blocked": is_blocked,
            "findings": findings.documents(found),
            "unchecked": unchecked,
            "mail_programs": [program.key for program in door.settings.mail_programs],
        },
        *(shown.line(line) for line in findings.lines(found) or ["Nothing to mend."]),
        *(shown.line(f"Not checked: {line}") for line in unchecked),
    )
    return Exit.BLOCKED if is_blocked else Exit.DONE


def _inspect(door: Door, issue: Issue) -> Inspected:
    application = door.application
    with door.reading() as tx:
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        shelf = shelf_of(tx, issue, application.links)
    seed = application.keyring.derive("slots")
    composition = compose_issue(application.templates, newsletter, issue, application.links, seed, shelf)
    with door.reading() as tx:
        known = Facts(now=door.now(), reach=inspection.reach(tx, issue.id, door.now()), support=application.support)
        facts = gathering.gather(tx, issue, newsletter, composition, known)
    return inspected(issue, newsletter, composition, facts, application.links)


def _ask_dns(door: Door, seen: Inspected, server: Server | None) -> Inspected:
    with door.reading() as tx:
        asked = inspection.sender_of(tx, seen.newsletter, door.settings.return_domain, door.settings.relay)
    proof = prove(senderlook.look(asked, server))
    return replace(seen, facts=replace(seen.facts, sender=inspection.sender_troubles(proof)))


def _ask_links(door: Door, seen: Inspected, *, is_again: bool) -> Asked:
    """Ask for the links that nobody has asked for lately, and keep what they answered."""
    urls = checks_links.asked_for(seen)
    wanted = urls if is_again else linkcheck.stale(urls, seen.facts.links, door.now())
    if not wanted:
        return Asked(seen)
    with counting_bar("Asking for links", len(wanted)) as tell:
        checked = asyncio.run(linkcheck.ask(wanted, door.application.fetch_policy, door.now, tell))
    if checked.is_cut_off:
        text = f"None of {len(wanted)} links could be asked for: this machine reaches no other."
        return Asked(seen, (_unasked(seen, text),))
    with door.application.database.write() as tx:
        linkbook.record(tx, checked.states, door.now())
    links = {**seen.facts.links, **{state.url: state for state in checked.states}}
    text = f"{checked.left} of {len(wanted)} links were not asked for, because all together took too long."
    findings = (_unasked(seen, text),) if checked.left else ()
    return Asked(replace(seen, facts=replace(seen.facts, links=links)), findings)


def _unasked(seen: Inspected, text: str) -> Finding:
    mend = Mend("Look again; or open the links yourself.", seen.commands.check())
    return Finding(Code.LINKS_UNCHECKED, text, is_blocking=False, mend=mend)


def _unchecked(seen: Inspected, *, is_offline: bool, asks_dns: bool) -> list[str]:
    """Say in words what was not looked at, and why."""
    lines = []
    if is_offline:
        lines.append("whether links work and what the DNS says of the sender (--offline).")
    elif not asks_dns:
        lines.append("what the DNS says of the sender: this is a trial on one machine (newsletter doctor asks all the same).")
    if seen.facts.support is None:
        lines.append(
            "what mail programs cannot show: there are no data of caniemail here (newsletter doctor says how to get them)."
        )
    return lines
