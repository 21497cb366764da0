"""Newsletters, their calendar, and their issues."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from subscribers.tables.kinds import SQLITE, SQLITE_STRICT, Document, Flag, Instant, Number, metadata

newsletter = Table(
    "newsletter",
    metadata,
    Column("id", Number, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("list_id", Number, ForeignKey("mailing_list.id"), nullable=False),
    Column("sender_name", Text, nullable=False),
    Column("sender_address", Text, nullable=False),
    Column("reply_to", Text, nullable=False, default=""),
    Column("postal_address", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("language", Text, nullable=False),
    # Whether its issues are shown on the web: "public", "off", or "as-list": where its list is public.
    Column("archive", Text, nullable=False, default="as-list", server_default="as-list"),
    # Ordered sections with their rules (issues.plan).
    Column("plan", Document, nullable=False),
    # Whoever wrote in an issue may not approve it.
    Column("needs_second_person", Flag, nullable=False, default=False, server_default="0"),
    # The links of its letters lead by our own address, where it is counted how often they are followed.
    Column("counts_clicks", Flag, nullable=False, default=False, server_default="0"),
    Column("created_at", Instant, nullable=False),
    # How its letters look (letters.theme), and which tokens of the theme it changed, by key.
    Column("theme", Text, nullable=False, default="federation", server_default="federation"),
    Column("tokens", Document, nullable=False, default=dict, server_default="{}"),
    **SQLITE,
)

# A changed rule is a new row; the old one is ended, so that its slots stay what they were.
schedule = Table(
    "schedule",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False, index=True),
    # "first monday", "last friday", "day 15"
    Column("recurrence", Text, nullable=False),
    # Local wall time "09:00" and its IANA zone.
    Column("at", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("draft_before_minutes", Integer, nullable=False),
    # Which month's posts a slot carries: "previous" or "same".
    Column("covers", Text, nullable=False),
    Column("when_empty", Text, nullable=False),
    # How long before sending each is due ("5d", "36h", "2wd" for working days); empty: not on the calendar.
    Column("contributions_before", Text, nullable=False, server_default=""),
    Column("review_before", Text, nullable=False, server_default=""),
    Column("approval_before", Text, nullable=False, server_default=""),
    # Where a day nobody works on is moved to, and whose holidays count ("NL", "DE-BY").
    Column("shift", Text, nullable=False, server_default="keep"),
    Column("country", Text, nullable=False, server_default=""),
    # With fewer new posts a slot is empty.
    Column("least", Integer, nullable=False, server_default="1"),
    Column("most_late_minutes", Integer, nullable=False, server_default="2160"),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    **SQLITE,
)

slot = Table(
    "slot",
    metadata,
    # The newsletter and the NOMINAL local time ("2020-02-03T09:00"), never the UTC instant: neither a new zone table,
    # a changed rule, a restart nor a second scheduler can make a second issue of it.
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), primary_key=True),
    Column("slot_key", Text, primary_key=True),
    Column("schedule_id", Number, ForeignKey("schedule.id", ondelete="CASCADE"), nullable=False),
    Column("draft_at", Instant, nullable=False),
    Column("send_at", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("issue_id", Number, ForeignKey("issue.id")),
    Column("lease_token", Text, nullable=False, default=""),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    CheckConstraint(
        "state IN ('planned', 'drafting', 'drafted', 'done', 'held', 'skipped', 'missed')",
        name="state",
    ),
    **SQLITE_STRICT,
)

issue = Table(
    "issue",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE"), nullable=False),
    # Counts the issues of its newsletter, from 1.
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_paused", Flag, nullable=False, default=False),
    # The month it covers as "2020-01", empty for a one-off.
    Column("month", Text, nullable=False, default=""),
    Column("slot_key", Text),
    # Grows by one with every edit; an editor who saves over a newer one is told.
    Column("version", Integer, nullable=False),
    Column("send_at", Instant),
    # The frozen letter of the standing approval. No foreign key: letters point at their issue already.
    Column("letter_id", Number),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("sent_at", Instant),
    UniqueConstraint("newsletter_id", "number"),
    UniqueConstraint("newsletter_id", "slot_key"),
    CheckConstraint(
        "state IN ('draft', 'in_review', 'approved', 'scheduled', 'sending', 'sent', 'cancelled', 'held')",
        name="state",
    ),
    Index("ix_issue_state", "state"),
    **SQLITE,
)

# Whom it is for: those who take one of these topics of the list; none: everybody.
issue_topic = Table(
    "issue_topic",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    # Topics are never deleted by themselves, so an issue for some does not come to be for everybody.
    Column("topic_id", Number, ForeignKey("topic.id", ondelete="CASCADE"), nullable=False),
    PrimaryKeyConstraint("issue_id", "topic_id"),
    **SQLITE_STRICT,
)

# Whom of these it is for: everybody, unless segments stand here.
issue_segment = Table(
    "issue_segment",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    # No CASCADE: an issue whose segment vanished would go to everybody.
    Column("segment_id", Number, ForeignKey("segment.id"), primary_key=True, index=True),
    # Its people get the issue (no), or do not get it (yes).
    Column("is_excluded", Flag, nullable=False),
    # The rule as it was when somebody approved the issue; a later edit of the segment changes nothing of what was approved.
    Column("rule", Document),
    **SQLITE_STRICT,
)

# The last time somebody at the desk said that an issue goes out, and how it stood before: for a minute that can be taken back.
send_order = Table(
    "send_order",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    Column("given_by", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    # Until then it can be taken back, and nothing is mailed.
    Column("until", Instant, nullable=False),
    # When the issue goes out by it.
    Column("send_at", Instant, nullable=False),
    # At the first moment possible, and not at one that somebody chose.
    Column("is_at_once", Flag, nullable=False),
    Column("was_state", Text, nullable=False),
    Column("was_send_at", Instant),
    # Of its slot; empty for an issue without one.
    Column("slot_state", Text, nullable=False),
    Column("slot_note", Text, nullable=False),
    **SQLITE_STRICT,
)

# Further lists whose people get it too, in the order they are asked in: whoever stands on several gets it by the first.
issue_list = Table(
    "issue_list",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("list_id", Number, ForeignKey("mailing_list.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    PrimaryKeyConstraint("issue_id", "list_id"),
    **SQLITE_STRICT,
)

section = Table(
    "section",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("title", Text, nullable=False),
    # SectionKind
    Column("kind", Text, nullable=False),
    Column("is_required", Flag, nullable=False),
    # Look
    Column("look", Text, nullable=False, server_default="auto"),
    Column("most", Integer, nullable=False, server_default="0"),
    Column("words", Integer, nullable=False, server_default="0"),
    # Its title in the plan, by which late posts find it whatever an editor calls it.
    Column("planned", Text, nullable=False, server_default=""),
    UniqueConstraint("issue_id", "title"),
    **SQLITE,
)

article = Table(
    "article",
    metadata,
    Column("id", Number, primary_key=True),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("section_id", Number, ForeignKey("section.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    # The post it was copied from; the copy is the editor's, the post never changes.
    Column("post_id", Number, ForeignKey("post.id", ondelete="SET NULL")),
    # The text of the post that an editor last decided for (its fingerprint), and the vanishing of the post they know of. What
    # the feed says beyond that is offered to them.
    Column("taken_fingerprint", Text, nullable=False, server_default=""),
    Column("known_vanished_at", Instant),
    Column("title", Text, nullable=False),
    Column("byline", Text, nullable=False),
    Column("link", Text, nullable=False),
    # HTML as the feed or the editor gave it; made fit for mail when the letter is composed.
    Column("content", Text, nullable=False),
    # "excerpt", "full" or "title"
    Column("show", Text, nullable=False),
    # Dropped by the editor: stays out, and is not offered again for this issue.
    Column("is_dropped", Flag, nullable=False, default=False),
    # A letter nobody has written yet.
    Column("is_placeholder", Flag, nullable=False, default=False),
    Column("summary", Text, nullable=False, server_default=""),
    # How long its excerpt is; 0: as its section has it.
    Column("words", Integer, nullable=False, server_default="0"),
    Column("affiliation", Text, nullable=False, server_default=""),
    # Keys of images of the library, empty for none.
    Column("portrait", Text, nullable=False, server_default=""),
    Column("picture", Text, nullable=False, server_default=""),
    Column("picture_alt", Text, nullable=False, server_default=""),
    Column("picture_credit", Text, nullable=False, server_default=""),
    Column("portrait_alt", Text, nullable=False, server_default=""),
    Column("portrait_credit", Text, nullable=False, server_default=""),
    # Rich text as an editor keeps it; where there is one, the content is what it says in HTML.
    Column("document", Document),
    # When and where, for what happens: begins, ends, zone, place.
    Column("event", Document),
    # Who it may be by, and why nobody is sure: byline, why.
    Column("suggestion", Document),
    # Name of the snippet it was copied from, by which the next issue finds it.
    Column("snippet", Text, nullable=False, server_default=""),
    # An editor said that nobody is to be named.
    Column("is_unsigned", Flag, nullable=False, default=False, server_default="0"),
    UniqueConstraint("issue_id", "post_id"),
    Index("ix_article_order", "issue_id", "section_id", "position"),
    Index("ix_article_post", "post_id"),
    **SQLITE,
)

# Who was told by mail of what is owed to an issue (issues.duties).
staff_reminder = Table(
    "staff_reminder",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("duty", Text, nullable=False),
    Column("account_id", Number, ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    Column("told_at", Instant, nullable=False),
    PrimaryKeyConstraint("issue_id", "duty", "account_id"),
    **SQLITE_STRICT,
)

# Who sees to a section and by when, where an editor said so; what nobody said is as usual (review.charge). It is no part of the
# issue: saying it makes no version, and ends no approval. No foreign key to the section: one that is taken away and comes
# back by an undo is the same again.
section_charge = Table(
    "section_charge",
    metadata,
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    Column("section_id", Number, nullable=False),
    # Somebody on the staff, or a guest by their link; neither: whoever usually does.
    Column("account_id", Number, ForeignKey("account.id", ondelete="SET NULL"), index=True),
    Column("link_id", Number, ForeignKey("guest_link.id", ondelete="SET NULL"), index=True),
    # Null: as the calendar has it.
    Column("due_at", Instant),
    Column("set_by", Text, nullable=False),
    Column("set_at", Instant, nullable=False),
    PrimaryKeyConstraint("issue_id", "section_id"),
    CheckConstraint("account_id IS NULL OR link_id IS NULL", name="owner"),
    **SQLITE_STRICT,
)

# What waits for a person: a held issue, a missed slot, a feed that is down. One open alert per key.
alert = Table(
    "alert",
    metadata,
    Column("id", Number, primary_key=True),
    Column("newsletter_id", Number, ForeignKey("newsletter.id", ondelete="CASCADE")),
    Column("issue_id", Number, ForeignKey("issue.id", ondelete="CASCADE")),
    Column("key", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("settled_at", Instant),
    **SQLITE,
)
Index(
    "uq_alert_open",
    alert.c.key,
    unique=True,
    sqlite_where=alert.c.settled_at.is_(None),
    postgresql_where=alert.c.settled_at.is_(None),
)
