"""Everything that an issue was: its versions, how each differs from another, and the way back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.responses import RedirectResponse, Response

from newsletter.issues import authors, differences, newsletters, restoring, store, versions
from newsletter.issues.differences import Difference
from newsletter.issues.model import EDITABLE, Issue
from newsletter.issues.restoring import Restored
from newsletter.issues.snapshot import Label
from newsletter.issues.versions import Version
from newsletter.languages.catalogue import later
from newsletter.staff import audit
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import around
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.saving import version_shown
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

SEE_OTHER = 303

# Whom an issue goes to is counted on pages that are about them.
READERS = later("its readers")

# Versions on one page.
MOST_SHOWN = 50

SAID = {
    "restored": Said(later("The issue is again what that version was. What it was until now is among the versions, too.")),
    "undone": Said(later("The last save is taken back. Take this one back, and you have it again.")),
    "partly": Said(
        later("The issue is again what that version was, but for posts that another issue carries by now; they stay dropped."),
        is_done=False,
    ),
}


@dataclass(frozen=True, slots=True)
class Sitting:
    """Saves of one person, one after the other; shown as one, with each of them behind it."""

    last: Version
    before: tuple[Version, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show the versions of an issue, the newest first."""
    behind = visit.query.get("behind", "")
    with site.application.database.read() as tx:
        stands = around.look(tx, visit.number("issue_id"), visit.now)
        label = Label.parse(behind) if behind else None
        found = versions.versions_of(tx, stands.issue, behind=label, limit=MOST_SHOWN + 1)
    shown = found[:MOST_SHOWN]
    return around.page(
        site,
        visit,
        "desk/writing/versions.html",
        stands,
        tab=Tab.VERSIONS,
        readers=visit.words.gettext(READERS),
        said=SAID.get(visit.query.get("said", "")),
        sittings=tuple(_sittings(shown)),
        behind=behind,
        next=str(shown[-1].label) if len(found) > MOST_SHOWN else "",
        can_edit=_can_edit(stands.issue, visit),
    )


def one(site: Site, visit: Visit) -> Response:
    """Show what a version changed, or how it differs from any other."""
    label = Label.parse(str(visit.path["label"]))
    with site.application.database.read() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        shown = versions.told(tx, issue, label)
        other = _other(issue, label, visit.query.get("with", ""))
        difference = None if other is None else _compared(tx, issue, other, label)
    return frame.page(
        site,
        visit,
        "desk/writing/version.html",
        issue=issue,
        newsletter=newsletter,
        version=shown,
        other=other,
        difference=difference,
        can_edit=_can_edit(issue, visit) and not shown.is_current,
        ends_approval=issue.letter_id is not None,
    )


def restore(site: Site, visit: Visit) -> Response:
    """Let the issue be again what it was at a version."""
    label = Label.parse(str(visit.path["label"]))
    with site.application.database.write() as tx:
        authors.sign(tx, visit.actor.name)
        issue_id = visit.number("issue_id")
        restored = restoring.restore(tx, issue_id, label, visit.now, expected_version=version_shown(visit))
        audit.record(tx, visit.actor, "issue.restore", f"issue {issue_id}", {"version": str(label)}, visit.now)
    return _back(restored, "restored")


def undo(site: Site, visit: Visit) -> Response:
    """Take the last save back."""
    with site.application.database.write() as tx:
        authors.sign(tx, visit.actor.name)
        issue_id = visit.number("issue_id")
        restored = restoring.undo(tx, issue_id, visit.now, expected_version=version_shown(visit))
        audit.record(tx, visit.actor, "issue.undo", f"issue {issue_id}", {}, visit.now)
    return _back(restored, "undone")


def _back(restored: Restored, said: str) -> Response:
    said = "partly" if restored.carried_elsewhere else said
    return RedirectResponse(f"/desk/issues/{restored.issue.id}/versions?said={said}", SEE_OTHER)


def _can_edit(issue: Issue, visit: Visit) -> bool:
    return issue.state in EDITABLE and allowed(visit.actor, Permission.EDIT, issue.newsletter_id)


def _other(issue: Issue, label: Label, named: str) -> Label | None:
    """Give the version to compare with: the one that is named, else the one it was made of."""
    if named == "now":
        return Label(issue.version)
    if named:
        return Label.parse(named)
    if label.side:
        return Label(label.version)
    return Label(label.version - 1) if label.version > 1 else None


def _compared(tx: Transaction, issue: Issue, one: Label, other: Label) -> Difference:
    """Compare two versions, the earlier one first."""
    before, after = sorted((one, other), key=lambda label: (label.version, label.side))
    return differences.compare(versions.version_of(tx, issue, before), versions.version_of(tx, issue, after))


def _sittings(found: Sequence[Version]) -> Iterator[Sitting]:
    """Put saves of one person that changed the same thing together: whoever writes saves every few seconds."""
    for _, some in groupby(found, key=lambda one: (one.written_by, one.deed, one.label.side)):
        first, *others = some
        yield Sitting(first, tuple(others))
