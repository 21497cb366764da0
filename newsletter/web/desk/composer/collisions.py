"""What was typed of the lines above an issue or of a section, beside what somebody else saved of the same meanwhile."""

from collections.abc import Mapping

from newsletter.errors import VersionNotFound
from newsletter.issues import versions
from newsletter.issues.model import Issue, Section
from newsletter.issues.snapshot import Label, Snapshot
from newsletter.languages.catalogue import later
from newsletter.web.desk import meanwhile
from newsletter.web.desk.composer.cards import KINDS, LOOKS
from newsletter.web.desk.meanwhile import Asked, Both
from newsletter.web.visits import Visit
from subscribers.transaction import Transaction

_HEAD: meanwhile.Form = {
    "title": Asked(later("Title of the issue")),
    "subject": Asked(later("Subject")),
    "preheader": Asked(later("Preview line")),
}
_SECTION: meanwhile.Form = {
    "title": Asked(later("Title of the section")),
    "kind": Asked(later("What stands in it"), KINDS),
    "look": Asked(later("How it is laid out"), LOOKS),
    "most": Asked(later("Posts at most")),
    "words": Asked(later("Words of an excerpt")),
    "is_required": Asked(later("The issue cannot go out without it"), meanwhile.TICKED),
}


def both(tx: Transaction, issue: Issue, opened: str, seen: int, visit: Visit) -> Both | None:
    """Give both sides of the form that is open, typed over version *seen*; None for any other form, or without a difference."""
    form = _HEAD if opened == "head" else _SECTION
    if opened != "head" and not (opened.startswith("s") and opened[1:].isdecimal()):
        return None
    theirs = _said(issue, opened)
    if theirs is None:
        return None
    try:
        before = _said(versions.version_of(tx, issue, Label(seen)), opened)
    except VersionNotFound:
        before = None
    shown = meanwhile.stamp(form, before) if before is not None else meanwhile.UNKNOWN
    # A box that is not ticked is not sent.
    mine = {name: visit.text(name) for name in form if name in visit.form or name == "is_required"}
    return meanwhile.look(form, shown, theirs, mine, visit.words)


def _said(known: Issue | Snapshot, opened: str) -> Mapping[str, str] | None:
    if opened == "head":
        return {"title": known.title, "subject": known.subject, "preheader": known.preheader}
    return next((_of(one) for one in known.sections if str(one.id) == opened[1:]), None)


def _of(section: Section) -> Mapping[str, str]:
    return {
        "title": section.title,
        "kind": section.kind.value,
        "look": section.look.value,
        "most": str(section.most or ""),
        "words": str(section.words or ""),
        "is_required": "1" if section.is_required else "",
    }
