"""The lines of the route table for one issue."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.issue import actions, overview
from newsletter.web.visits import GET, POST, Of, Page

ROUTES = (
    Page("/desk/issues/{issue_id:int}", GET, overview.show, Permission.VIEW, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/progress", GET, overview.progress, Permission.VIEW, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/audience", POST, actions.choose, Permission.EDIT, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/approve", POST, actions.approve, Permission.APPROVE, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/schedule", POST, actions.schedule, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/send", GET, actions.ask_to_send, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/send", POST, actions.send, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/pause", POST, actions.pause, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/resume", POST, actions.resume, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/cancel", GET, actions.ask_to_cancel, Permission.SEND, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/cancel", POST, actions.cancel, Permission.SEND, Of.ISSUE),
)
