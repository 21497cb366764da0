"""What each newsletter wants done about mail that came back, in SQL."""

from sqlalchemy import select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.returns.policy import USUAL, Rules, checked
from newsletter.tables.returns import return_policy
from subscribers.transaction import Transaction


def rules_of(tx: Transaction, newsletter_id: int | None) -> Rules:
    """Give the rules of a newsletter, the usual ones where it has none of its own."""
    row = tx.execute(select(return_policy).where(return_policy.c.newsletter_id == newsletter_id)).one_or_none()
    return Rules(row.full_points, row.soft_points, row.forget_days, row.is_probing) if row is not None else USUAL


def set_rules(tx: Transaction, newsletter_id: int, rules: Rules) -> None:
    """Let a newsletter go by these rules from now on; what followed already stays.

    Raises:
        BadValue: a number is out of its bounds.

    """
    kept = checked(rules)
    values = {
        "full_points": kept.full_points,
        "soft_points": kept.soft_points,
        "forget_days": kept.forget_days,
        "is_probing": kept.is_probing,
    }
    statement = insert(return_policy).values(newsletter_id=newsletter_id, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["newsletter_id"], set_=values))
