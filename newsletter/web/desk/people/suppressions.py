"""Addresses that are never written to: looked up whole, because only a hash of most of them is kept."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.people import importwork, keepout
from newsletter.people.keepout import KeepOut
from newsletter.staff import audit
from newsletter.staff.permissions import Permission, includes
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.people import words
from newsletter.web.desk.people.acts import SEE_OTHER, read_reason
from newsletter.web.desk.people.inhand import LARGEST
from newsletter.web.desk.people.scope import require_scope, seen_lists
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import recognition, register, suppression, suppressionbook
from subscribers.address import EmailAddress, parse
from subscribers.directory import PAGE
from subscribers.errors import AddressRefused
from subscribers.model import EVERY_LIST, Reason
from subscribers.sentence import say
from subscribers.suppression import OWN_WORD
from subscribers.suppressionbook import Asked, Suppressed
from subscribers.transaction import Transaction

HERE = "/desk/people/suppression"

SAID: Mapping[str, Said] = {
    "kept-out": Said(later("The address is never written to again, and what was on its way is kept back.")),
    "known": Said(later("The address was kept out before, for this reason or a stronger one.")),
    "lifted": Said(later("That reason does not stand any more.")),
    "uncovered": Said(
        later("That reason does not stand any more; behind it our mail had been called spam, and that still stands."),
        is_done=False,
    ),
    "dropped": Said(later("The file is deleted.")),
}


def show(site: Site, visit: Visit) -> Response:
    """Show who is kept out: one address, or all of them, the newest first."""
    for name in visit.query:
        if name not in {"address", "reason", "before", "said"}:
            raise BadValue(say("filter"), name[:40], say("kept out addresses are not found by that"))
    text = visit.query.get("address", "").strip()
    address, wrong = _address(text)
    reason = _any_reason(visit.query.get("reason", ""))
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        names = {one.id: one.name for one in register.all_lists(tx) if seen is None or one.id in seen}
        found = _of_address(tx, site, address, names) if address is not None else ()
        page = suppressionbook.newest(tx, Asked(reason, lists=seen), _before(visit), PAGE)
        zone = newsletters.zone_of_house(tx)
        files = [one for one in importwork.in_hand(tx, keeps_out=True) if seen is None or one.order.list_id in seen]
    return frame.page(
        site,
        visit,
        "desk/people/suppression.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        text=text,
        address=address,
        wrong=wrong,
        found=found,
        page=page,
        names=names,
        zone=zone,
        words=words.REASONS,
        every=EVERY_LIST,
        own=OWN_WORD,
        may_lift_complaints=includes(visit.actor.role, Permission.LIFT_COMPLAINTS),
        more=_more(reason, page.more),
        reasons=words.options(visit.words, words.REASONS, reason or "", later("For any reason")),
        why=words.chosen_from(visit.words, (Reason.MANUAL, Reason.BOUNCED, Reason.COMPLAINED)),
        scopes=words.scopes(visit.words, names, has_every=seen is None),
        files=files,
        file_why=words.chosen_from(visit.words, words.FILE_REASONS),
        looked=suppressionbook.WINDOW,
        largest=LARGEST // (1024 * 1024),
    )


def add(site: Site, visit: Visit) -> Response:
    """Never write to an address again, whether somebody is known by it or not."""
    parsed, reason = parse(visit.text("address")), read_reason(visit.text("reason"))
    with site.application.database.write() as tx:
        scope = scope_of(tx, visit)
        is_news = keepout.keep_out(tx, site.application.keyring, parsed, KeepOut(reason, scope, visit.now))
        audit.record(tx, visit.actor, "suppression.add", keepout.about(scope), {"reason": reason, "news": is_news}, visit.now)
    return _back("kept-out" if is_news else "known")


def lift(site: Site, visit: Visit) -> Response:
    """Let an address be written to again, as far as others kept it out."""
    parsed, why = parse(visit.text("address")), visit.text("why")
    if not why:
        raise BadValue(say("reason"), "", say("say why it is lifted; it stands in the audit"))
    with site.application.database.write() as tx:
        scope = scope_of(tx, visit)
        email_hash = recognition.hash_of(tx, site.application.keyring, parsed.key)
        lifted = keepout.lift(tx, visit.actor, email_hash, visit.now, list_id=scope)
        is_uncovered = suppression.reason_of_scope(tx, email_hash, scope) is Reason.COMPLAINED
        audit.record(tx, visit.actor, "suppression.lift", keepout.about(scope), {"reason": lifted, "why": why[:300]}, visit.now)
    return _back("uncovered" if is_uncovered else "lifted")


def scope_of(tx: Transaction, visit: Visit) -> int:
    """Give the list that the form names; what holds for every list is said by whoever looks after all of them."""
    number = whole_number(visit.text("list"))
    # No list has it, and it is not what stands for all of them.
    scope = -1 if number is None else number
    require_scope(tx, visit, scope)
    return scope


def _of_address(tx: Transaction, site: Site, address: EmailAddress, names: Mapping[int, str]) -> tuple[Suppressed, ...]:
    found = suppressionbook.of_address(tx, recognition.look_up(tx, site.application.keyring, address.key))
    return tuple(one for one in found if one.list_id == EVERY_LIST or one.list_id in names)


def _address(text: str) -> tuple[EmailAddress | None, str]:
    if not text:
        return None, ""
    try:
        return parse(text), ""
    except AddressRefused as error:
        return None, error.reason


def _any_reason(text: str) -> Reason | None:
    if text and text not in set(Reason):
        raise BadValue(say("reason"), text[:40], say("it is one of: %(reason)s", reason=", ".join(Reason)))
    return Reason(text) if text else None


def _before(visit: Visit) -> int | None:
    text = visit.query.get("before", "")
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise BadValue(say("before"), text[:40], say("pages follow each other by the links on them"))
    return number


def _more(reason: Reason | None, before: int | None) -> str:
    if before is None:
        return ""
    return f"{HERE}?{urlencode({**({'reason': reason.value} if reason else {}), 'before': before})}"


def _back(said: str) -> Response:
    return RedirectResponse(f"{HERE}?said={said}", SEE_OTHER)
