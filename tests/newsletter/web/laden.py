"""Rows of what a furnished house has none of, so that each field somebody may fill in stands on a page."""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import Column, insert
from sqlalchemy.types import LargeBinary, Text

from newsletter.bootstrap import Application
from newsletter.staff import identities
from newsletter.staff.provider import Provider
from newsletter.strongbox import Strongbox
from subscribers.tables.kinds import Document, Flag, Instant, metadata
from subscribers.transaction import Transaction
from tests.harness.hooked import told

_PERSON = MappingProxyType({"subscriber_id": 1})
_PROVIDER = Provider("Sign in", "https://id.example.org", "us", "a secret", is_enough=False)
_ADDRESS = "https://blog.example.org/gone"
_DIGEST = hashlib.sha256(_ADDRESS.encode()).hexdigest()

# What a row needs besides what any value is good for, by table, each behind those it points at.

ROWS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "account_session": {"account_id": 1, "secret_hash": "0" * 64},
        "passkey": {"account_id": 1, "name": "a phone"},
        "api_key": {"account_id": 1, "secret_hash": "0" * 64, "scopes": ["view"]},
        "account_identity": {"account_id": 1, "issuer": "https://id.example.org", "subject": "1"},
        "announcement": {"issue_id": 1, "site": "https://blog.example.org", "post_id": 1},
        "archive_issue": {"issue_id": 1},
        "archive_article": {"issue_id": 1, "position": 1},
        "archive_print": {"issue_id": 1},
        "kept_for": {"name": "left", "days": 365},
        "counted_link": {"letter_id": 1, "place": 1, "token": "t"},
        "data_request": _PERSON | {"kind": "access"},
        "image": {"key": "0" * 64, "media_type": "image/png", "is_chosen": True},
        "remote_file": {"digest": _DIGEST, "url": _ADDRESS, "kind": "image"},
        "issue_remote_file": {"issue_id": 3, "digest": _DIGEST},
        "link_check": {"digest": _DIGEST, "url": _ADDRESS, "verdict": "dead"},
        "digest": {"newsletter_id": 1, "quarter": "2020-Q1"},
        "worker": {"id": "a-worker"},
        "drained_host": {"host": "a-host"},
        "attribute": {"key": "library", "kind": "choice", "choices": ["a", "b"]},
        "attribute_value": _PERSON | {"attribute_id": 1, "text": "a", "folded": "a"},
        "list_question": {"list_id": 1, "attribute_id": 1},
        "attempt": {"delivery_id": 1, "verdict": "deferred", "phase": "rcpt", "code": 450},
        "delivery_answer": {"delivery_id": 1, "key": "library", "kind": "choice", "text": "a"},
        "departure": {"subscription_id": 1, "list_id": 1, "letter_id": 1, "door": "form"},
        "notice_words": {"list_id": 1, "kind": "confirmation", "language": "en"},
        "post_revision": {"post_id": 1},
        "snippet": {"newsletter_id": 1, "name": "imprint", "name_key": "imprint", "link": ""},
        "erratum": {"issue_id": 1},
        "author_alias": {"newsletter_id": 1, "alias_key": "ann", "author_id": 1},
        "schedule": {
            "newsletter_id": 1,
            "recurrence": "first monday",
            "at": "09:00",
            "zone": "Europe/Amsterdam",
            "covers": "previous",
            "when_empty": "skip",
            "shift": "keep",
            "least": 1,
            "most_late_minutes": 60,
        },
        "slot": {"newsletter_id": 1, "slot_key": "2020-03-02T09:00", "schedule_id": 1, "state": "planned"},
        "send_order": {"issue_id": 2, "was_state": "approved", "slot_state": "", "is_at_once": False},
        "further_order": {"issue_id": 1, "kind": "rest", "also_new": False, "people": 3},
        "relay": {"name": "second", "host": "relay.example.org", "tls": "starttls", "port": 587},
        "return_message": _PERSON
        | {"digest": _DIGEST, "came_by": "imap", "kind": "bounce", "cause": "full", "fate": "unattributed", "delivery_id": 1}
        | {"raw": zlib.compress(b"Subject: It came back\r\n\r\nNobody is here.\r\n")},
        "return_fact": _PERSON
        | {"message_id": 1, "delivery_id": 1, "kind": "bounce", "cause": "full", "letter_id": 1, "newsletter_id": 1}
        | {"followed": "point"},
        "return_policy": {"newsletter_id": 1, "full_points": 3, "soft_points": 5, "forget_days": 90},
        "import_run": {
            "list_id": 1,
            "kind": "CSV",
            "state": "finished",
            "added": 1,
            "reading": {"columns": {}, "encoding": "", "is_raw": False},
        },
    },
)


def load(tx: Transaction, application: Application, now: datetime) -> None:
    """Give the house a row of each."""
    identities.set_provider(tx, Strongbox.of(application.keyring), _PROVIDER)
    told(tx, application.keyring, now, "https://crm.example.org/in")
    for name, values in ROWS.items():
        table = metadata.tables[name]
        usual = {column.name: _usual(column, now) for column in table.columns if _is_needed(column)}
        tx.execute(insert(table).values(usual | dict(values)))


def _is_needed(column: Column[object]) -> bool:
    return not column.nullable and not column.primary_key and column.default is None


def _usual(column: Column[object], now: datetime) -> object:
    """Give a value that any reader of the column takes."""
    kind = column.type
    if isinstance(kind, Instant):
        return now + timedelta(days=1) if column.name in {"due_at", "lease_until"} else now
    if isinstance(kind, Document):
        return {}
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, Flag):
        return False
    return "" if isinstance(kind, Text) else 0
