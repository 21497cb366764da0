"""The keys that sign mail: made, let sign once the DNS has their record, and retired; the secret half is never told."""

from datetime import datetime

from pydantic import Field

from newsletter.mail import dkimkeys, senderlook
from newsletter.mail.dkim import SigningKey
from newsletter.mail.dkimkeys import KeptKey, KeyState
from newsletter.mail.dkimrecord import Algorithm, domain_name
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from subscribers.transaction import Transaction

RELAYS = Permission.MANAGE_RELAYS
ONE = "/dkim/{domain}/{selector}"

routes = Routes("DKIM keys", "The keys that sign mail, and the records that the DNS must have of them.")


class KeyAnswer(Answer):
    """A key, without its secret half."""

    id: int
    domain: str
    selector: str
    algorithm: Algorithm
    state: KeyState = Field(description="`made`: it signs nothing yet; `active`; `retired`: it signs nothing any more.")
    since: datetime = Field(description="When it came into its state.")
    created_at: datetime
    record_name: str = Field(description="Under which name its record is to be published.")
    record: str = Field(description="The TXT record.")


class NewKey(Given):
    """A key that is to be made."""

    domain: Line
    algorithm: Algorithm = Algorithm.RSA


class Published(Answer):
    """What the DNS says of a key."""

    is_right: bool
    found: str
    words: str


@routes.get("/dkim", RELAYS)
def list_signing_keys(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[KeyAnswer]:
    """List the keys of all domains, in the order they were made."""
    with call.reading() as tx:
        known = sorted(dkimkeys.all_keys(tx), key=lambda one: one.id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post("/dkim", RELAYS, status_code=201)
def make_signing_key(call: Calling, given: NewKey) -> KeyAnswer:
    """Make a key; it signs nothing before its record is published and it is let sign."""
    domain, algorithm = domain_name(given.domain), given.algorithm
    with call.reading() as tx:
        selector = dkimkeys.monthly_selector(tx, domain, algorithm, call.now)
    # An RSA key takes its time to be found; no transaction waits for that.
    key = SigningKey.generate(domain, selector, algorithm)
    with call.acting() as acting:
        kept = dkimkeys.keep(acting.tx, Strongbox.of(call.application.keyring), key, acting.now)
        acting.record("dkim.new", f"DKIM key {kept.name}", algorithm=kept.algorithm, is_imported=False)
    return _answer(kept)


@routes.get(ONE, RELAYS)
def show_signing_key(call: Calling, domain: Line, selector: Line) -> KeyAnswer:
    """Show one key."""
    with call.reading() as tx:
        return _answer(dkimkeys.find(tx, domain, selector))


@routes.get(f"{ONE}/published", RELAYS)
def look_up_signing_key(call: Calling, domain: Line, selector: Line) -> Published:
    """Ask the DNS whether it has the record of a key; takes some seconds."""
    with call.reading() as tx:
        key = dkimkeys.find(tx, domain, selector)
    return Published.model_validate(senderlook.look_at_key(key))


@routes.post(f"{ONE}/activate", RELAYS)
def activate_signing_key(call: Calling, domain: Line, selector: Line) -> KeyAnswer:
    """Let a key sign in place of the one that does now; refused before the DNS has its record."""
    with call.reading() as tx:
        key = dkimkeys.find(tx, domain, selector)
    # Before the transaction that changes something: nothing is held over the network.
    senderlook.require_published(key)
    with call.acting() as acting:
        dkimkeys.activate(acting.tx, domain, selector, acting.now)
        acting.record("dkim.activate", f"DKIM key {key.name}", is_checked=True)
        return _found(acting.tx, domain, selector)


@routes.post(f"{ONE}/retire", RELAYS)
def retire_signing_key(call: Calling, domain: Line, selector: Line) -> KeyAnswer:
    """Let a key sign no more; its record must stay until the mail it signed has been read."""
    with call.acting() as acting:
        key = dkimkeys.find(acting.tx, domain, selector)
        dkimkeys.retire(acting.tx, domain, selector, acting.now)
        acting.record("dkim.retire", f"DKIM key {key.name}")
        return _found(acting.tx, domain, selector)


def _found(tx: Transaction, domain: str, selector: str) -> KeyAnswer:
    return _answer(dkimkeys.find(tx, domain, selector))


def _answer(one: KeptKey) -> KeyAnswer:
    return KeyAnswer(
        id=one.id,
        domain=one.domain,
        selector=one.selector,
        algorithm=one.algorithm,
        state=one.state,
        since=one.since,
        created_at=one.created_at,
        record_name=one.record.name,
        record=one.record.value,
    )
