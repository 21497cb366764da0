"""A message as it is sent: what happened, when, and to whom by number; pure."""

import json
from datetime import UTC, datetime

from newsletter.webhooks.model import Tiding


def compose(tiding: Tiding, address: str | None) -> bytes:
    """Give the body; *address* of the person it is about, where the program may know it and they are still known."""
    data: dict[str, object] = {}
    if tiding.subscriber_id is not None:
        data["subscriber"] = {"id": tiding.subscriber_id} | ({"email": address} if address is not None else {})
    document = {"type": tiding.kind, "timestamp": spelled(tiding.at), "data": data | dict(tiding.document)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def spelled(at: datetime) -> str:
    """Give a moment as RFC 3339 spells it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
