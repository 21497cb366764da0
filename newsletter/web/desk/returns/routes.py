"""The pages of what came back: it is about people, and looked at by whoever looks after them."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.returns import browse, evidence
from newsletter.web.visits import GET, Of, Page

PEOPLE = Permission.MANAGE_PEOPLE
_ONE = f"{browse.HERE}/{{return_id:int}}"

ROUTES = (
    Page(browse.HERE, GET, browse.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page(_ONE, GET, evidence.show, PEOPLE, Of.RETURN),
    Page(f"{_ONE}.eml", GET, evidence.file, PEOPLE, Of.RETURN),
)
