"""The lines of the route table for one issue."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.issue import actions, live, overview, owners, review, reviewing, sendpage, settling
from newsletter.web.visits import GET, POST, Of, Page

P = Permission
ISSUE = "/desk/issues/{issue_id:int}"

# What their forms have; a field with another name is answered with 422 (A39).
_SHOWN = ("version",)
_GUEST = ("address", "name", "days", "note")
_AUDIENCE = (*_SHOWN, "segment", "except", "topics", "topic-*")
_CHOSEN = (*_SHOWN, "act", f"{settling.TICK}*")

ROUTES = (
    Page(ISSUE, GET, overview.show, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/owners", GET, owners.show, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/owners", POST, owners.save, P.EDIT, Of.ISSUE, fields=owners.FIELDS),
    Page(f"{ISSUE}/review", GET, review.show, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/approve", POST, reviewing.approve, P.APPROVE, Of.ISSUE, fields=(*_SHOWN, "reason")),
    Page(f"{ISSUE}/reviewers", POST, reviewing.invite, P.EDIT, Of.ISSUE, fields=_GUEST),
    Page(f"{ISSUE}/reviewers/{{link_id:int}}/revoke", POST, reviewing.revoke, P.EDIT, Of.ISSUE, fields=()),
    Page(f"{ISSUE}/comments", POST, reviewing.comment, P.EDIT, Of.ISSUE, fields=("article", "text")),
    Page(f"{ISSUE}/comments/{{comment_id:int}}/resolve", POST, reviewing.resolve, P.EDIT, Of.ISSUE, fields=("answer",)),
    Page(f"{ISSUE}/proof", POST, reviewing.proof, P.EDIT, Of.ISSUE, fields=("address",)),
    Page(f"{ISSUE}/send", GET, sendpage.show, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/send/count", GET, sendpage.count, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/send/look", GET, sendpage.look, P.SEND, Of.ISSUE),
    Page(f"{ISSUE}/audience", POST, actions.choose, P.EDIT, Of.ISSUE, fields=_AUDIENCE),
    Page(f"{ISSUE}/schedule", POST, actions.schedule, P.SEND, Of.ISSUE, fields=(*_SHOWN, "at")),
    Page(f"{ISSUE}/send", POST, actions.send, P.SEND, Of.ISSUE, fields=_SHOWN),
    Page(f"{ISSUE}/undo", POST, actions.undo, P.SEND, Of.ISSUE, fields=("order",)),
    Page(f"{ISSUE}/unschedule", POST, actions.unschedule, P.SEND, Of.ISSUE, fields=_SHOWN),
    Page(f"{ISSUE}/live", GET, live.fragment, P.VIEW, Of.ISSUE),
    Page(f"{ISSUE}/stream", GET, live.fragment, P.VIEW, Of.ISSUE, is_stream=True),
    Page(f"{ISSUE}/pause", POST, actions.pause, P.SEND, Of.ISSUE, fields=_SHOWN),
    Page(f"{ISSUE}/resume", POST, actions.resume, P.SEND, Of.ISSUE, fields=_SHOWN),
    Page(f"{ISSUE}/rate", POST, actions.set_rate, P.MANAGE_RELAYS, Of.ISSUE, fields=(*_SHOWN, "relay", "rate")),
    Page(f"{ISSUE}/cancel", GET, actions.ask_to_cancel, P.SEND, Of.ISSUE),
    Page(f"{ISSUE}/cancel", POST, actions.cancel, P.SEND, Of.ISSUE, fields=_SHOWN),
    Page(f"{ISSUE}/uncertain", GET, settling.uncertain, P.SEND, Of.ISSUE),
    Page(f"{ISSUE}/uncertain", POST, settling.settle, P.SEND, Of.ISSUE, fields=_CHOSEN),
    Page(f"{ISSUE}/rest", GET, settling.ask_rest, P.SEND, Of.ISSUE),
    Page(f"{ISSUE}/rest", POST, settling.send_rest, P.SEND, Of.ISSUE, fields=(*_SHOWN, "also_new")),
)
