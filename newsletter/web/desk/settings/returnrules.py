"""When an address is kept out from which mail of a newsletter came back: shown with what it means, and changed."""

from collections.abc import Mapping
from dataclasses import asdict

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.returns import limits, rulebook
from newsletter.returns.policy import (
    FEWEST_POINTS,
    LONGEST_MEMORY,
    MOST_POINTS,
    PROBE_DAYS,
    SHORTEST_MEMORY,
    USUAL,
    Rules,
    checked,
)
from newsletter.web.desk.settings import sheets
from newsletter.web.desk.settings.papers import address, tabs
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.sentence import say

# The fields of the form that hold a number, and what each is called where it is refused.
_NUMBERS: Mapping[str, str] = {
    "full_points": say("points for a full mailbox"),
    "soft_points": say("points for what may pass"),
    "forget_days": say("days until points are forgotten"),
}
FIELDS = (*_NUMBERS, "is_probing")


def show(site: Site, visit: Visit) -> Response:
    """Show the rules of a newsletter."""
    with site.application.database.read() as tx:
        rules = rulebook.rules_of(tx, newsletters.by_id(tx, visit.number("newsletter_id")).id)
    return _page(site, visit, rules, {name: str(value) for name, value in asdict(rules).items() if name in _NUMBERS})


def save(site: Site, visit: Visit) -> Response:
    """Let a newsletter go by other rules from now on; what is refused stands in the form as it was typed."""
    newsletter_id = visit.number("newsletter_id")
    is_probing = bool(visit.text("is_probing"))
    try:
        wanted = checked(Rules(**{name: _number(visit, name) for name in _NUMBERS}, is_probing=is_probing))
    except BadValue as error:
        typed = {name: visit.text(name) for name in _NUMBERS}
        with site.application.database.read() as tx:
            kept = rulebook.rules_of(tx, newsletter_id)
        return _page(site, visit, kept, typed, refused=error, is_probing=is_probing)
    with site.application.database.write() as tx:
        known = newsletters.by_id(tx, newsletter_id)
        before = asdict(rulebook.rules_of(tx, known.id))
        changes = {name: value for name, value in asdict(wanted).items() if value != before[name]}
        if changes:
            rulebook.set_rules(tx, known.id, wanted)
            sheets.record(tx, visit, "returns.policy", f"newsletter {known.slug}", **changes)
    return sheets.done(f"{address(newsletter_id)}/returns", "rules" if changes else "rules-same")


def _number(visit: Visit, name: str) -> int:
    found = whole_number(visit.text(name))
    if found is None:
        raise BadValue(_NUMBERS[name], visit.text(name)[:40], say("a whole number, in digits"))
    return found


def _page(
    site: Site,
    visit: Visit,
    rules: Rules,
    typed: Mapping[str, str],
    *,
    refused: BadValue | None = None,
    is_probing: bool | None = None,
) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
    return sheets.page(
        site,
        visit,
        "newsletter_returns",
        at="newsletters",
        refused=refused,
        newsletter=known,
        tabs=tabs(known, visit.words),
        rules=rules,
        typed=typed,
        is_probing=rules.is_probing if is_probing is None else is_probing,
        usual=USUAL,
        fewest=FEWEST_POINTS,
        most=MOST_POINTS,
        shortest=SHORTEST_MEMORY,
        longest=LONGEST_MEMORY,
        probe_days=PROBE_DAYS,
        near=f"{100 * limits.NEAR:g} %",
        limit=f"{100 * limits.LIMIT:g} %",
        last_limit=f"{100 * limits.LAST_LIMIT:g} %",
    )
