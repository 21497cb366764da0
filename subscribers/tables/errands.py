"""What a person began by a link and finishes by a mail: another address, and a look at what is kept of them."""

from sqlalchemy import Column, ForeignKey, Table, Text

from subscribers.tables.kinds import SQLITE, Instant, Number, metadata

# A change of address: asked for by the link of a mail, confirmed from the new address, announced to the old one.
address_move = Table(
    "address_move",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    # Both as they go into RCPT TO.
    Column("old_email", Text, nullable=False),
    Column("new_email", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("moved_at", Instant),
    # The old address said that it was not them.
    Column("undone_at", Instant),
    **SQLITE,
)

# A link to everything that is kept of a person, mailed to them; it works for a day.
data_link = Table(
    "data_link",
    metadata,
    Column("id", Number, primary_key=True),
    Column("subscriber_id", Number, ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("asked_at", Instant, nullable=False),
    **SQLITE,
)
