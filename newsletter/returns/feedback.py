"""Reports about people's wishes and about our authentication: RFC 5965, RFC 6591, RFC 9990, and Microsoft's own; pure."""

import re

from newsletter.returns.model import Kind, Reading
from newsletter.returns.parts import Mail, fields_of

_REPORT = "message/feedback-report"
_IS_REPORT = re.compile(r"report-type\s*=\s*\"?feedback-report", re.IGNORECASE)
_TYPE_LINE = re.compile(rb"^feedback-type:[ \t]*[a-z]", re.IGNORECASE | re.MULTILINE)

# RFC 5965 7.3, RFC 6591 3.1, RFC 6430. "Not spam" takes a complaint back that we never hear of: nobody's wish to leave.
_KIND_OF_TYPE = {
    "auth-failure": Kind.AUTH_REPORT,
    "dmarc": Kind.AUTH_REPORT,
    "not-spam": Kind.AUTH_REPORT,
    "opt-out": Kind.OPT_OUT,
    "opt-out-list": Kind.OPT_OUT,
    "unsubscribe": Kind.OPT_OUT,
}

# RFC 9990 and RFC 8460: what a receiver counted of our domain, as an attachment.
_COUNTED = re.compile(
    r"^\s*(?:\[[^\]]{1,40}\]\s*)?(?:report domain:|dmarc (?:aggregate )?report|tls report)|report-id:", re.IGNORECASE
)
_COUNTED_FILE = re.compile(
    r"name\*?\s{0,20}=\s{0,20}\"?[^\s\";!]{1,100}![^\s\";!]{1,100}!\d{6,20}!\d{6,20}(?!\d)[^\s\";]{0,80}\.(?:xml|json|zip|gz)",
    re.IGNORECASE,
)

# Microsoft's Junk Mail Reporting Program: the message alone, with a field that only they write.
_OF_MICROSOFT = ("x-hmxmroriginalrecipient", "x-hmtxrmoriginalrecipient")
_MICROSOFT_SAYS = re.compile(r"complaint about message from", re.IGNORECASE)


def read(mail: Mail) -> Reading | None:
    """Read a report of feedback or of authentication; None if it is none."""
    return _as_standard(mail) or _as_counted(mail) or _as_microsoft(mail)


def _as_standard(mail: Mail) -> Reading | None:
    part = mail.first(_REPORT)
    if part is None and _is_inline(mail):
        part = mail.parts[0]
    if part is None and _IS_REPORT.search(mail.fields.get("content-type")):
        part = next((part for part in mail.parts if _TYPE_LINE.search(part.content)), None)
    if part is None:
        return None
    fields = fields_of(part.data().lstrip() + b"\n")
    kind = fields.get("feedback-type").lower().split(" ")[0].strip(";")
    reason = " ".join(
        f"{name}: {fields.get(name)}" for name in ("feedback-type", "user-agent", "auth-failure") if name in fields
    )
    return Reading(_KIND_OF_TYPE.get(kind, Kind.COMPLAINT), reason=reason[:500], confidence=0.99 if kind else 0.7)


def _is_inline(mail: Mail) -> bool:
    """Whether a report stands in the text, without a type of its own."""
    begun = mail.parts[0].content[:1000].lstrip() if mail.parts else b""
    return _TYPE_LINE.match(begun) is not None and b"\nuser-agent:" in begun.lower()


def _as_counted(mail: Mail) -> Reading | None:
    subject = mail.fields.words("subject")
    kinds = " ".join(part.fields.get("content-type") + part.fields.get("content-disposition") for part in mail.parts)
    is_named = _COUNTED.search(subject) is not None and re.search(r"zip|xml|json", kinds, re.IGNORECASE) is not None
    if not is_named and not _COUNTED_FILE.search(kinds) and "tlsrpt" not in mail.fields.get("content-type").lower():
        return None
    return Reading(Kind.AUTH_REPORT, reason=subject[:500], confidence=0.95)


def _as_microsoft(mail: Mail) -> Reading | None:
    is_marked = any(name in mail.fields or name in mail.returned for name in _OF_MICROSOFT)
    subject = mail.fields.words("subject")
    if not is_marked and not _MICROSOFT_SAYS.search(subject):
        return None
    return Reading(Kind.COMPLAINT, reason=subject[:500], confidence=0.95 if is_marked else 0.7)
