"""Links that are counted, and how often they were followed: by whom only where the person wanted it."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text, UniqueConstraint

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Flag, Instant, Number, metadata

# Where the links of a letter lead. What is mailed carries the token, which leads here and nowhere else.
counted_link = Table(
    "counted_link",
    metadata,
    Column("id", Number, primary_key=True),
    Column("letter_id", Number, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False),
    # Counts from 1, in the order the letter shows them; an address that it shows twice is one link.
    Column("place", Integer, nullable=False),
    Column("url", Text, nullable=False),
    # By chance and of no key: it must lead on when the key of the instance was changed long ago.
    Column("token", Text, nullable=False, unique=True),
    UniqueConstraint("letter_id", "place"),
    **SQLITE,
)

# How often a link was followed on a day (in UTC), whoever it was.
click_day = Table(
    "click_day",
    metadata,
    Column("link_id", Number, ForeignKey("counted_link.id", ondelete="CASCADE"), nullable=False),
    Column("day", Text, nullable=False),
    # By a program, as far as that can be told.
    Column("is_machine", Flag, nullable=False),
    Column("clicks", Number, nullable=False),
    PrimaryKeyConstraint("link_id", "day", "is_machine"),
    **SQLITE_STRICT,
)

# Who followed which link, of those who allowed it (subscription.clicks_allowed_at).
person_click = Table(
    "person_click",
    metadata,
    Column("subscription_id", Number, ForeignKey("subscription.id", ondelete="CASCADE"), nullable=False),
    Column("link_id", Number, ForeignKey("counted_link.id", ondelete="CASCADE"), nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("clicks", Number, nullable=False),
    PrimaryKeyConstraint("subscription_id", "link_id"),
    # Who followed the links of an issue, a page at a time.
    Index("ix_person_click_link", "link_id", "subscription_id"),
    # In the order they are forgotten.
    Index("ix_person_click_first", "first_at"),
    **SQLITE_STRICT,
)
