"""Acts in chains, and each wording once."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
import subscribers.tables.kinds
from alembic import op


revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Rows read and written at a time.
CHUNK = 1_000

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = subscribers.tables.kinds.Instant(timezone=True)

before = sa.table(
    "consent_before",
    *(sa.column(name, NUMBER) for name in ("id", "subscriber_id", "list_id")),
    *(sa.column(name, sa.Text()) for name in ("email_hash", "act", "door", "wording", "network", "agent")),
    sa.column("at", INSTANT),
)
subscriber = sa.table("subscriber", sa.column("id", NUMBER), sa.column("email_key", sa.Text()))
wording = sa.table("wording", sa.column("id", NUMBER), sa.column("digest", sa.Text()), sa.column("text", sa.Text()))
after = sa.table(
    "consent",
    *(sa.column(name, NUMBER) for name in ("id", "chain", "seq", "list_id", "wording_id")),
    *(sa.column(name, sa.Text()) for name in ("act", "door", "form", "language", "message_id", "network", "agent")),
    *(sa.column(name, sa.Text()) for name in ("origin_salt", "origin_digest", "person_salt", "person_digest", "email_hash")),
    sa.column("digest", sa.Text()),
    sa.column("at", INSTANT),
)


def upgrade() -> None:
    """Go to this shape."""
    op.drop_index("ix_consent_person", "consent")
    _set_aside("fk_consent_list_id_mailing_list")
    op.create_table(
        "wording",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording")),
        sa.UniqueConstraint("digest", name=op.f("uq_wording_digest")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.create_table(
        "consent",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("chain", NUMBER, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("list_id", NUMBER, nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("wording_id", NUMBER, nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("origin_salt", sa.Text(), nullable=True),
        sa.Column("origin_digest", sa.Text(), nullable=False),
        sa.Column("person_salt", sa.Text(), nullable=True),
        sa.Column("person_digest", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("chain", "seq", name=op.f("uq_consent_chain_seq")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    _copy()
    for name, column, condition in (
        ("ix_consent_email_hash", "email_hash", sa.text("email_hash IS NOT NULL")),
        ("ix_consent_origin", "at", sa.text("origin_salt IS NOT NULL")),
    ):
        op.create_index(name, "consent", [column], sqlite_where=condition, postgresql_where=condition)
    _go_on_counting()
    op.drop_table("consent_before")


def downgrade() -> None:
    """Go back: the chain is given up, the acts stay."""
    op.drop_index("ix_consent_email_hash", "consent")
    op.drop_index("ix_consent_origin", "consent")
    _set_aside("uq_consent_chain_seq")
    op.create_table(
        "consent",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("subscriber_id", NUMBER, nullable=True),
        sa.Column("email_hash", sa.Text(), nullable=False),
        sa.Column("list_id", NUMBER, nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["mailing_list.id"], name=op.f("fk_consent_list_id_mailing_list"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sqlite_autoincrement=True,
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO consent (id, subscriber_id, email_hash, list_id, act, at, door, wording, network, agent) "
        "SELECT said.id, person.id, coalesce(person.email_hash, "
        "(SELECT max(erased.email_hash) FROM consent_before AS erased WHERE erased.chain = said.chain), ''), "
        "said.list_id, said.act, said.at, said.door, coalesce(wording.text, ''), said.network, said.agent "
        "FROM consent_before AS said LEFT JOIN subscriber AS person ON person.id = said.chain "
        "LEFT JOIN wording ON wording.id = said.wording_id ORDER BY said.id"
    )
    op.create_index("ix_consent_person", "consent", ["email_hash", "id"])
    _go_on_counting()
    op.drop_table("consent_before")
    op.drop_table("wording")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _set_aside(constraint: str) -> None:
    """Put the table there is away under another name, with the names that the other one takes."""
    op.rename_table("consent", "consent_before")
    if not _is_sqlite():
        for name in ("pk_consent", constraint):
            op.execute(f"ALTER TABLE consent_before RENAME CONSTRAINT {name} TO {name}_before")
        op.execute("ALTER SEQUENCE consent_id_seq RENAME TO consent_before_id_seq")


def _go_on_counting() -> None:
    """Give no id anew that an act had before."""
    if _is_sqlite():
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'consent'")
        op.execute("INSERT INTO sqlite_sequence SELECT 'consent', seq FROM sqlite_sequence WHERE name = 'consent_before'")
        return
    op.execute("SELECT setval('consent_id_seq', last_value, is_called) FROM consent_before_id_seq")


def _copy() -> None:
    """Chain the acts there are: those of a person, and those under the hash of one who was erased by then."""
    bind = op.get_bind()
    texts = bind.execute(sa.select(before.c.wording).where(before.c.wording != "").distinct()).scalars().all()
    versions = {text: _digest(text) for text in texts}
    if versions:
        bind.execute(sa.insert(wording), [{"digest": digest, "text": text} for text, digest in versions.items()])
    numbers = {row.text: row.id for row in bind.execute(sa.select(wording.c.id, wording.c.text))}
    # The number of a chain is the person's own or, for want of one, that of the first act with a minus.
    first = sa.func.min(before.c.id).over(partition_by=before.c.email_hash)
    of_known = sa.select(before, before.c.subscriber_id.label("chain")).where(before.c.subscriber_id.is_not(None))
    of_erased = sa.select(before, (-first).label("chain")).where(before.c.subscriber_id.is_(None))
    acts = sa.union_all(of_known, of_erased).subquery()
    ordered = (
        sa.select(acts, subscriber.c.email_key)
        .outerjoin(subscriber, subscriber.c.id == acts.c.subscriber_id)
        .order_by(acts.c.chain, acts.c.id)
    )
    chunk: list[dict[str, Any]] = []
    for row in _chained(bind.execute(ordered.execution_options(yield_per=CHUNK)), versions, numbers):
        chunk.append(row)
        if len(chunk) == CHUNK:
            bind.execute(sa.insert(after), chunk)
            chunk = []
    if chunk:
        bind.execute(sa.insert(after), chunk)


def _chained(rows: Any, versions: dict[str, str], numbers: dict[str, int]) -> Iterator[dict[str, Any]]:
    number, seq, last = None, 0, ""
    for row in rows:
        if row.chain != number:
            number, seq, last = row.chain, 0, ""
        seq += 1
        made = _act(row, seq, last, versions.get(row.wording, ""))
        made["wording_id"] = numbers.get(row.wording)
        last = made["digest"]
        yield made


def _act(row: Any, seq: int, last: str, version: str) -> dict[str, Any]:
    names = row.email_hash if row.act == "erased" else row.email_key if seq == 1 else None
    person_salt = secrets.token_hex(16) if names else None
    person = _digest(f"{person_salt}\n{names}") if names else ""
    origin_salt = secrets.token_hex(16) if row.network or row.agent else None
    origin = _digest(f"{origin_salt}\n{row.network}\n{row.agent}") if origin_salt else ""
    lines = ["consent 1", last, row.chain, seq, row.act, _moment(row.at), row.door, "" if row.list_id is None else row.list_id]
    lines += ["", "", version, "", person, origin]
    return {
        "id": row.id,
        "chain": row.chain,
        "seq": seq,
        "list_id": row.list_id,
        "act": row.act,
        "at": row.at,
        "door": row.door,
        "form": "",
        "language": "",
        "message_id": "",
        "network": row.network,
        "agent": row.agent,
        "origin_salt": origin_salt,
        "origin_digest": origin,
        "person_salt": person_salt,
        "person_digest": person,
        "email_hash": row.email_hash if row.act == "erased" else None,
        "digest": _digest("".join(f"{line}\n" for line in lines)),
    }


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
