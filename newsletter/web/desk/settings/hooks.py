"""Webhooks at the desk: added, changed, tried, switched, what each was told, and told again."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import later
from newsletter.strongbox import Strongbox
from newsletter.web.desk.settings import sheets
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit, whole_number
from newsletter.webhooks import body, hookbook, signing, telling, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import Attempt, EventKind, Hook, HookNotFound, Telling, TellingState, read_kinds
from newsletter.webhooks.telling import Herald
from subscribers.transaction import Transaction

HERE = "/desk/settings/webhooks"

# Of the log, on one page.
PAGE = 25

# Before a kind of event, the name of its box.
EVENT = "event."
FIELDS = ("name", "url", "newsletter", "shows_addresses", f"{EVENT}*")


# What each of them means, for whoever chooses.
MEANINGS: Mapping[EventKind, str] = {
    EventKind.SUBSCRIBED: later("Somebody asked to join a list, or the staff put them on it."),
    EventKind.CONFIRMED: later("Somebody may be written to: they said yes, or the staff vouches for it."),
    EventKind.UNSUBSCRIBED: later("Somebody left a list, or all of them."),
    EventKind.BOUNCED: later("A mail to somebody did not arrive."),
    EventKind.COMPLAINED: later("Somebody called a mail spam."),
    EventKind.ERASED: later("Somebody was erased: forget them, too."),
    EventKind.DRAFTED: later("An issue was begun."),
    EventKind.APPROVED: later("An issue was approved."),
    EventKind.SENT: later("An issue began to go out."),
    EventKind.FINISHED: later("Nobody is left whom an issue is to be mailed to."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A webhook in the list of them."""

    hook: Hook
    # Empty: all newsletters.
    paper: str
    waiting: int
    given_up: int


def show_all(site: Site, visit: Visit) -> Response:
    """Show all webhooks, how they stand, and how much waits for them."""
    with site.application.database.read() as tx:
        counted = tellingbook.counts(tx)
        nothing: Counter[TellingState] = Counter()
        papers = {one.id: one.name for one in newsletters.all_newsletters(tx)}
        rows = [
            Row(
                one,
                papers.get(one.newsletter_id or 0, ""),
                counted.get(one.id, nothing)[TellingState.WAITING],
                counted.get(one.id, nothing)[TellingState.GIVEN_UP],
            )
            for one in hookbook.all_hooks(tx)
        ]
        zone = newsletters.zone_of_house(tx)
    return sheets.page(site, visit, "hooks", at="webhooks", rows=rows, zone=zone)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new webhook."""
    return _form(site, visit, None, dict.fromkeys(("name", "url", "newsletter"), ""), frozenset(EventKind))


def add(site: Site, visit: Visit) -> Response:
    """Begin to tell a program what happens."""
    application = site.application
    try:
        with application.database.write() as tx:
            wanted = _wanted(tx, visit, visit.text("name"))
            policy, strongbox = application.fetch_policy, _strongbox(site)
            known = hookbook.add(tx, wanted, None, policy, strongbox, visit.now, visit.actor.name)
            sheets.record(tx, visit, "hook.add", f"webhook {known.name}", url=known.url, events=list(known.kinds))
    except sheets.REFUSALS as error:
        return _form(site, visit, None, _typed(visit), _chosen(visit), error)
    return sheets.done(f"{HERE}/{known.id}", "hook-added")


def open_(site: Site, visit: Visit) -> Response:
    """Show a webhook, and what it was told."""
    return _open(site, visit)


def change(site: Site, visit: Visit) -> Response:
    """Tell a program something else, or elsewhere."""
    try:
        with site.application.database.write() as tx:
            before = _known(tx, visit)
            known = hookbook.change(tx, before.id, _wanted(tx, visit, before.name), site.application.fetch_policy)
            sheets.record(tx, visit, "hook.edit", f"webhook {known.name}", url=known.url, events=list(known.kinds))
    except sheets.REFUSALS as error:
        with site.application.database.read() as tx:
            before = _known(tx, visit)
        return _form(site, visit, before, _typed(visit), _chosen(visit), error)
    return sheets.done(f"{HERE}/{known.id}", "hook-saved")


def edit(site: Site, visit: Visit) -> Response:
    """Show the form of a webhook."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    typed = {"name": known.name, "url": known.url, "newsletter": str(known.newsletter_id or "")}
    chosen = frozenset(EventKind(kind) for kind in known.kinds) or frozenset(EventKind)
    return _form(site, visit, known, typed, chosen, shows_addresses=known.shows_addresses)


def switch(site: Site, visit: Visit) -> Response:
    """Tell a program what happens, or no more."""
    is_enabled = visit.text("act") == "enable"
    with site.application.database.write() as tx:
        known = hookbook.switch(tx, _known(tx, visit).id, visit.now, is_enabled=is_enabled)
        sheets.record(tx, visit, "hook.enable" if is_enabled else "hook.disable", f"webhook {known.name}")
    return sheets.done(f"{HERE}/{known.id}", "hook-on" if is_enabled else "hook-off")


def secret(site: Site, visit: Visit) -> Response:
    """Show what the receiver checks signatures with, or make another one; the audit keeps either."""
    act = visit.text("act")
    with site.application.database.write() as tx:
        known, strongbox = _known(tx, visit), _strongbox(site)
        if act != "show":
            hookbook.rotate(tx, known.id, None, strongbox, visit.now, at_once=act == "at-once")
            sheets.record(tx, visit, "hook.rotate", f"webhook {known.name}", at_once=act == "at-once")
        present = hookbook.secrets_of(tx, known.id, strongbox, visit.now)[0]
        sheets.record(tx, visit, "hook.secret", f"webhook {known.name}")
    return _open(site, visit, secret=signing.spelled(present))


def test(site: Site, visit: Visit) -> Response:
    """Tell a program an event that says it is a test, and show how it took it."""
    with site.application.database.write() as tx:
        known = _known(tx, visit)
        number = tellingbook.trial(tx, known.id, visit.now)
        sheets.record(tx, visit, "hook.test", f"webhook {known.name}")
    return _open(site, visit, attempt=asyncio.run(telling.tell_one(_herald(site), number)))


def replay(site: Site, visit: Visit) -> Response:
    """Tell a program again what it was told: one message, or all that were given up."""
    wanted = whole_number(visit.text("message"))
    with site.application.database.write() as tx:
        known = _known(tx, visit)
        if wanted is not None:
            told = tellingbook.tell_again(tx, known.id, visit.now, [wanted])
        else:
            told = tellingbook.tell_failed_again(tx, known.id, visit.now)
        hookbook.wake(tx, known.id)
        sheets.record(tx, visit, "hook.replay", f"webhook {known.name}", messages=told)
    return sheets.done(f"{HERE}/{known.id}", "hook-again" if known.is_enabled else "hook-again-off")


def message(site: Site, visit: Visit) -> Response:
    """Show one event for one program, with every try."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
        one = tellingbook.find(tx, known.id, visit.number("telling_id"))
        if one is None:
            raise PageNotFound
        attempts = tellingbook.attempts(tx, one.id)
        zone = newsletters.zone_of_house(tx)
    # As it is sent to whoever is told no addresses: the desk's log names nobody.
    said = body.compose(one.tiding, None).decode()
    return sheets.page(site, visit, "hook_message", at="webhooks", hook=known, one=one, attempts=attempts, body=said, zone=zone)


def ask_to_remove(site: Site, visit: Visit) -> Response:
    """Ask whether a webhook is to be forgotten."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    return sheets.page(site, visit, "hook_remove", at="webhooks", hook=known)


def remove(site: Site, visit: Visit) -> Response:
    """Forget a webhook, its secret and its log."""
    with site.application.database.write() as tx:
        known = _known(tx, visit)
        hookbook.remove(tx, known.id, visit.now)
        sheets.record(tx, visit, "hook.remove", f"webhook {known.name}")
    return sheets.done(HERE, "hook-gone")


def _open(site: Site, visit: Visit, *, secret: str = "", attempt: Attempt | None = None) -> Response:
    before, state = whole_number(visit.query.get("before", "")), _state(visit)
    with site.application.database.read() as tx:
        known = _known(tx, visit)
        papers = {one.id: one.name for one in newsletters.all_newsletters(tx)}
        found = tellingbook.page(tx, known.id, before, PAGE + 1, state)
        counted = tellingbook.counts(tx).get(known.id) or Counter()
        zone = newsletters.zone_of_house(tx)
    return sheets.page(
        site,
        visit,
        "hook",
        at="webhooks",
        hook=known,
        paper=papers.get(known.newsletter_id or 0, ""),
        told=found[:PAGE],
        state=state.value if state else "",
        later=_later(known, found, state),
        first=f"{HERE}/{known.id}" if before else "",
        waiting=counted[TellingState.WAITING],
        given_up=counted[TellingState.GIVEN_UP],
        zone=zone,
        secret=secret,
        attempt=attempt,
    )


def _later(known: Hook, found: tuple[Telling, ...], state: TellingState | None) -> str:
    if len(found) <= PAGE:
        return ""
    chosen = f"&state={state.value}" if state else ""
    return f"{HERE}/{known.id}?before={found[PAGE - 1].id}{chosen}"


def _form(
    site: Site,
    visit: Visit,
    known: Hook | None,
    typed: Mapping[str, str],
    chosen: frozenset[EventKind],
    refused: Exception | None = None,
    *,
    shows_addresses: bool = False,
) -> Response:
    with site.application.database.read() as tx:
        papers = newsletters.all_newsletters(tx)
    return sheets.page(
        site,
        visit,
        "hook_form",
        at="webhooks",
        refused=refused,
        hook=known,
        typed=typed,
        papers=_choices(visit, papers),
        kinds=sheets.spoken(visit, MEANINGS),
        chosen=chosen,
        event=EVENT,
        shows_addresses=shows_addresses or "shows_addresses" in visit.form,
    )


def _choices(visit: Visit, papers: tuple[Newsletter, ...]) -> dict[str, str]:
    return {"": visit.words.gettext("All newsletters"), **{str(one.id): one.name for one in papers}}


def _wanted(tx: Transaction, visit: Visit, name: str) -> Wanted:
    number = whole_number(visit.text("newsletter"))
    return Wanted(
        name=name,
        url=visit.text("url"),
        newsletter_id=None if number is None else newsletters.by_id(tx, number).id,
        kinds=read_kinds(sorted(_chosen(visit)) or ("",)),
        shows_addresses="shows_addresses" in visit.form,
    )


def _chosen(visit: Visit) -> frozenset[EventKind]:
    return frozenset(kind for kind in EventKind if f"{EVENT}{kind}" in visit.form)


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name) for name in ("name", "url", "newsletter")}


def _state(visit: Visit) -> TellingState | None:
    asked = visit.query.get("state", "")
    return TellingState(asked) if asked in set(TellingState) else None


def _known(tx: Transaction, visit: Visit) -> Hook:
    try:
        return hookbook.by_id(tx, visit.number("hook_id"))
    except HookNotFound:
        raise PageNotFound from None


def _herald(site: Site) -> Herald:
    application = site.application
    return Herald(application.database, _strongbox(site), application.fetch_policy, application.clock)


def _strongbox(site: Site) -> Strongbox:
    return Strongbox.of(site.application.keyring)
