"""The pages of the door."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.door import entry
from newsletter.web.visits import GET, POST, Of, Page

ROUTES = (
    Page("/desk/enter/{token}", GET, entry.question, None),
    Page("/desk/enter/{token}", POST, entry.enter, None),
    Page("/desk/leave", POST, entry.leave, Permission.VIEW, Of.ACCOUNT),
)
