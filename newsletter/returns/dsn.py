"""Delivery reports in the form of RFC 3464, RFC 3461 and RFC 6533, also where a server keeps to it only by half; pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.mail.causes import ENHANCED, Cause, Judgement, judge
from newsletter.returns import wording
from newsletter.returns.model import LONGEST_REASON, Kind, Reading, Recipient
from newsletter.returns.parts import Fields, Mail, Part, fields_of
from subscribers.oneline import one_line

# One person gets one message of ours; a report about more is not about ours.
MOST_RECIPIENTS = 100

_KINDS = ("message/delivery-status", "message/global-delivery-status")
_IN_DISGUISE = frozenset({"text/plain", "application/octet-stream", "text/delivery-status"})
_ABOUT_ONE = ("final-recipient", "original-recipient", "action", "status")
# A report that stands as text, without the type that says so.
_AS_TEXT = re.compile(rb"^(?:final|original)-recipient:[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_ACTION = re.compile(rb"^action:[ \t]*[a-z]", re.IGNORECASE | re.MULTILINE)
_BLOCKS = re.compile(rb"\n[ \t]*\n")
# Servers that write the next recipient without the empty line before it (RFC 3464 2.3).
_NEXT = re.compile(rb"\n(?=final-recipient:)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s\x00-\x1f<>()\[\]\"',;:]{1,128}@[^\s\x00-\x1f<>()\[\]\"',;:]{1,255}")
_TYPE = re.compile(r"^\s*(?:smtp|x-[\w.-]+|esmtp|dns|x400|unix|local)\s*;\s*", re.IGNORECASE)

# RFC 3464 2.3.3.
_KIND_OF_ACTION = {
    "failed": Kind.BOUNCE,
    "failure": Kind.BOUNCE,
    "fail": Kind.BOUNCE,
    "delayed": Kind.DELAY,
    "delivered": Kind.DELIVERED,
    "deliverable": Kind.DELIVERED,
    "relayed": Kind.DELIVERED,
    "expanded": Kind.DELIVERED,
}
# The categories that PowerMTA's manual lists, as far as they name a cause.
_CAUSE_OF_CATEGORY = {
    "bad-mailbox": Cause.ADDRESS_DEAD,
    "inactive-mailbox": Cause.ADDRESS_DEAD,
    "bad-domain": Cause.ADDRESS_DEAD,
    "quota-issues": Cause.FULL,
    "spam-related": Cause.POLICY,
    "policy-related": Cause.POLICY,
    "relaying-issues": Cause.POLICY,
    "content-related": Cause.CONTENT,
    "virus-related": Cause.CONTENT,
    "bad-connection": Cause.TEMPORARY,
    "message-expired": Cause.TEMPORARY,
    "no-answer-from-host": Cause.TEMPORARY,
    "routing-errors": Cause.TEMPORARY,
}
_GRAVEST_FIRST = (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERED)
# Less than this, and the text for people is asked as well.
_TOLD = 0.6


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a report says of one recipient, as it stands there."""

    address: str
    action: str
    status: str
    diagnostic: str
    # What PowerMTA made of it, where that wrote the report.
    category: str = ""

    @property
    def kind(self) -> Kind:
        """What happened; where no action says it, the class of the status does (RFC 3463 2)."""
        known = _KIND_OF_ACTION.get(self.action)
        if known is not None:
            return known
        return Kind.DELIVERED if self.status.startswith("2") else Kind.BOUNCE


def report_of(mail: Mail) -> Part | None:
    """Give the part that is a delivery report, of whatever type it says it is."""
    part = mail.first(*_KINDS)
    if part is not None:
        return part
    return next((part for part in mail.parts if part.kind in _IN_DISGUISE and _is_report(part.data())), None)


def _is_report(content: bytes) -> bool:
    return _AS_TEXT.search(content) is not None and _ACTION.search(content) is not None


def read(mail: Mail) -> Reading | None:
    """Read a delivery report; None if there is none, or it says nothing of anybody."""
    part = report_of(mail)
    if part is None:
        return None
    entries = list(_entries(part.data()))
    if not entries:
        return None
    text = _Told(mail)
    kind = min((entry.kind for entry in entries), key=_GRAVEST_FIRST.index)
    judged = [(entry, _judged(entry, text)) for entry in entries]
    first, verdict = next((entry, verdict) for entry, verdict in judged if entry.kind is kind)
    recipients = tuple(
        Recipient(entry.address, entry.action, verdict.status or entry.status, entry.diagnostic, verdict.cause)
        for entry, verdict in judged
    )
    if kind is Kind.DELIVERED:
        return Reading(kind, None, first.status, first.diagnostic, 0.95, recipients)
    reason = first.diagnostic or wording.reason(text.head)
    return Reading(kind, verdict.cause, verdict.status or first.status, reason, verdict.confidence, recipients)


class _Told:
    """The text for people beside a report, looked at only when the report says too little."""

    def __init__(self, mail: Mail) -> None:
        self._mail = mail
        self._head: str | None = None

    @property
    def head(self) -> str:
        """The text, without the message that came back."""
        if self._head is None:
            self._head = wording.head_of(self._mail)
        return self._head


def _judged(entry: _Entry, text: _Told) -> Judgement:
    is_over = entry.kind is Kind.BOUNCE
    told = judge(entry.diagnostic, entry.status, is_over=is_over)
    if entry.kind is Kind.DELIVERED or told.confidence >= _TOLD:
        return told
    more = wording.judged(text.head, told.status or entry.status, is_over=is_over)
    if more.cause is not Cause.UNKNOWN and more.confidence >= told.confidence - 0.1:
        return more
    if told.cause is Cause.UNKNOWN and entry.category in _CAUSE_OF_CATEGORY:
        return Judgement(_CAUSE_OF_CATEGORY[entry.category], 0.7, told.status)
    return told


def _entries(content: bytes) -> Iterator[_Entry]:
    content = content.replace(b"\r\n", b"\n")
    found = 0
    for block in _BLOCKS.split(content, 2 * MOST_RECIPIENTS):
        for piece in _NEXT.split(block, MOST_RECIPIENTS) if len(_NEXT.findall(b"\n" + block)) > 1 else (block,):
            fields = fields_of(piece.strip(b"\n") + b"\n")
            if not _is_about_somebody(fields):
                continue
            yield _entry(fields)
            found += 1
            if found >= MOST_RECIPIENTS:
                return


def _is_about_somebody(fields: Fields) -> bool:
    named = sum(name in fields for name in _ABOUT_ONE)
    return named > 1 or ("final-recipient" in fields and "diagnostic-code" in fields)


def _entry(fields: Fields) -> _Entry:
    # The original one is whom we wrote to (RFC 3464 2.3.1), the final one whom a forwarder made of them.
    address = _address(fields.get("original-recipient")) or _address(fields.get("final-recipient"))
    action = re.match(r"[a-z]*", fields.get("action").lower())
    status = ENHANCED.search(fields.get("status"))
    category = fields.get("x-powermta-bouncecategory").lower()
    return _Entry(address, action[0] if action else "", status[0] if status else "", _diagnostic(fields), category)


def _address(value: str) -> str:
    found = _ADDRESS.search(value)
    return one_line(found[0]) if found else ""


def _diagnostic(fields: Fields) -> str:
    said = _TYPE.sub("", fields.words("diagnostic-code"))
    return one_line(said[: 2 * LONGEST_REASON], LONGEST_REASON)
