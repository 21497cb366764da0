"""Which domains may join a list by themselves: rules of one list, and rules of every list such as the disposable domains."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from subscribers.address import parse
from subscribers.errors import AddressRefused, DomainRefused
from subscribers.model import EVERY_LIST
from subscribers.tables.limits import domain_rule
from subscribers.transaction import Transaction


class Verdict(StrEnum):
    """What a rule says of a domain and of the domains below it."""

    # A list with a rule of this kind takes nobody else.
    ALLOW = "allow"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class DomainRule:
    """One rule; list_id 0 stands for every list."""

    list_id: int
    # As A-label in lower case.
    domain: str
    verdict: Verdict


def domain_of(text: str) -> str:
    """Read a domain as a rule keeps it; a leading `@` or `*.` does not count.

    Raises:
        DomainRefused: it is no domain that an address could have.

    """
    bare = text.strip().removeprefix("@").removeprefix("*.")
    try:
        return parse(f"x@{bare}").domain
    except AddressRefused as error:
        raise DomainRefused(text.strip(), error.reason) from error


def set_rules(tx: Transaction, list_id: int, domains: Iterable[str], verdict: Verdict, now: datetime) -> int:
    """Make rules of one list, or of EVERY_LIST, for domains as `domain_of` gives them; the last word counts. Gives how many."""
    rows = [{"list_id": list_id, "domain": domain, "verdict": verdict, "at": now} for domain in dict.fromkeys(domains)]
    if not rows:
        return 0
    statement = insert(domain_rule)
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=["list_id", "domain"],
            set_={"verdict": statement.excluded.verdict, "at": statement.excluded.at},
        ),
        rows,
    )
    return len(rows)


def remove_rules(tx: Transaction, list_id: int, domains: Sequence[str]) -> int:
    """Take rules of one scope back; gives how many there were."""
    gone = (domain_rule.c.list_id == list_id, domain_rule.c.domain.in_(domains))
    return tx.execute(delete(domain_rule).where(*gone)).rowcount


def rules_of(tx: Transaction, list_id: int, limit: int) -> tuple[DomainRule, ...]:
    """Give the first *limit* rules of one scope, by domain."""
    query = select(domain_rule).where(domain_rule.c.list_id == list_id).order_by(domain_rule.c.domain).limit(limit)
    return tuple(DomainRule(row.list_id, row.domain, Verdict(row.verdict)) for row in tx.execute(query))


def count(tx: Transaction, list_id: int) -> int:
    """Count the rules of one scope."""
    return tx.execute(select(func.count()).select_from(domain_rule).where(domain_rule.c.list_id == list_id)).scalar_one()


def refuses(tx: Transaction, list_id: int, domain: str) -> bool:
    """Whether people of a domain, given as A-label, may not join a list by themselves. The staff may still add them."""
    fitting = select(domain_rule).where(
        domain_rule.c.list_id.in_((EVERY_LIST, list_id)), domain_rule.c.domain.in_(_and_above(domain))
    )
    rules = [DomainRule(row.list_id, row.domain, Verdict(row.verdict)) for row in tx.execute(fitting)]
    if rules:
        return max(rules, key=_weight).verdict is Verdict.DENY
    only = select(domain_rule.c.domain).where(domain_rule.c.list_id == list_id, domain_rule.c.verdict == Verdict.ALLOW)
    return tx.execute(only.limit(1)).one_or_none() is not None


def _weight(rule: DomainRule) -> tuple[int, bool]:
    # What is said of `staff.example.org` goes before what is said of `example.org`, and a list's own word before everybody's.
    return rule.domain.count("."), rule.list_id != EVERY_LIST


def _and_above(domain: str) -> list[str]:
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
