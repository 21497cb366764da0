"""The provider of this instance, and who of the staff is who there, in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.staff.provider import Provider
from newsletter.strongbox import Strongbox
from newsletter.tables.staff import account_identity, identity_provider
from subscribers.transaction import Transaction

# There is one.
_ONE = 1
_ABOUT = "secret of the identity provider"


@dataclass(frozen=True, slots=True)
class Called:
    """The provider by its names; its secret stays sealed."""

    name: str
    issuer: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody of the staff is at a provider."""

    account_id: int
    issuer: str
    subject: str
    bound_at: datetime
    used_at: datetime


def set_provider(tx: Transaction, strongbox: Strongbox, provider: Provider) -> None:
    """Let the staff come in by this provider, and by no other."""
    values = {
        "name": provider.name,
        "issuer": provider.issuer,
        "client_id": provider.client_id,
        "client_secret": strongbox.seal(provider.secret, _ABOUT),
        "is_enough": provider.is_enough,
    }
    made = insert(identity_provider).values(id=_ONE, **values)
    tx.execute(made.on_conflict_do_update(index_elements=[identity_provider.c.id], set_=values))


def provider(tx: Transaction, strongbox: Strongbox) -> Provider | None:
    """Give the provider by which the staff comes in; None: there is none.

    Raises:
        SealBroken: its secret was sealed with another key.

    """
    row = tx.execute(select(identity_provider)).one_or_none()
    if row is None:
        return None
    secret = strongbox.open_text(row.client_secret, _ABOUT)
    return Provider(row.name, row.issuer, row.client_id, secret, row.is_enough)


def called(tx: Transaction) -> Called | None:
    """Give what the provider is called; None: there is none."""
    row = tx.execute(select(identity_provider.c.name, identity_provider.c.issuer)).one_or_none()
    return Called(row.name, row.issuer) if row is not None else None


def provider_name(tx: Transaction) -> str:
    """Give what stands on the button of the provider; empty: there is none."""
    known = called(tx)
    return known.name if known is not None else ""


def remove_provider(tx: Transaction) -> bool:
    """Let nobody come in by the provider any more; gives whether there was one. Who is who there stays known."""
    return tx.execute(delete(identity_provider).returning(identity_provider.c.id)).first() is not None


def find(tx: Transaction, issuer: str, subject: str) -> Identity | None:
    """Give whose identity this is; None: nobody's."""
    is_this = (account_identity.c.issuer == issuer, account_identity.c.subject == subject)
    row = tx.execute(select(account_identity).where(*is_this)).one_or_none()
    return Identity(row.account_id, row.issuer, row.subject, row.bound_at, row.used_at) if row is not None else None


def of_account(tx: Transaction, account_id: int, issuer: str) -> Identity | None:
    """Give who somebody is at a provider; None: not known."""
    is_theirs = (account_identity.c.account_id == account_id, account_identity.c.issuer == issuer)
    row = tx.execute(select(account_identity).where(*is_theirs)).one_or_none()
    return Identity(row.account_id, row.issuer, row.subject, row.bound_at, row.used_at) if row is not None else None


def bind(tx: Transaction, account_id: int, issuer: str, subject: str, now: datetime) -> bool:
    """Say who somebody is at a provider; gives False where that, or they, are bound otherwise already."""
    values = {"issuer": issuer, "subject": subject, "account_id": account_id, "bound_at": now, "used_at": now}
    made = insert(account_identity).values(values).on_conflict_do_nothing()
    return tx.execute(made.returning(account_identity.c.subject)).first() is not None


def use(tx: Transaction, identity: Identity, now: datetime) -> None:
    """Write down that somebody came in."""
    is_this = (account_identity.c.issuer == identity.issuer, account_identity.c.subject == identity.subject)
    tx.execute(update(account_identity).where(*is_this).values(used_at=now))


def unbind(tx: Transaction, account_id: int) -> bool:
    """Forget who somebody is at whichever provider; gives whether that was known."""
    owned = account_identity.c.account_id == account_id
    return bool(tx.execute(delete(account_identity).where(owned).returning(account_identity.c.subject)).all())


def reseal(tx: Transaction, strongbox: Strongbox) -> int:
    """Seal the provider's secret with the present key of the instance; gives how many there are."""
    known = provider(tx, strongbox)
    if known is None:
        return 0
    set_provider(tx, strongbox, known)
    return 1
