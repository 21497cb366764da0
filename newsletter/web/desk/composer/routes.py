"""The lines of the route table for the composer."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk import sightings
from newsletter.web.desk.composer import additions, deeds, forms, page, preview, taking, unsaved
from newsletter.web.visits import GET, POST, Of, Page

_COMPOSE = "/desk/issues/{issue_id:int}/compose"
_SECTION = _COMPOSE + "/sections/{section_id:int}"

ROUTES = (
    Page("/desk/issues/{issue_id:int}/preview", GET, preview.show, Permission.VIEW, Of.ISSUE),
    Page(_COMPOSE, GET, page.show, Permission.VIEW, Of.ISSUE),
    Page(_COMPOSE, POST, deeds.act, Permission.EDIT, Of.ISSUE),
    Page(f"{_COMPOSE}/here", POST, sightings.here, Permission.EDIT, Of.ISSUE, fields=sightings.FIELDS),
    Page(f"{_COMPOSE}/head", POST, forms.head, Permission.EDIT, Of.ISSUE),
    Page(f"{_COMPOSE}/head/unsaved", POST, unsaved.head, Permission.EDIT, Of.ISSUE),
    Page(f"{_COMPOSE}/articles/{{article_id:int}}/unsaved", POST, unsaved.article, Permission.EDIT, Of.ARTICLE),
    Page(f"{_COMPOSE}/articles/{{article_id:int}}", POST, forms.article, Permission.EDIT, Of.ARTICLE, takes_uploads=True),
    Page(f"{_COMPOSE}/sections", POST, forms.add_section, Permission.EDIT, Of.ISSUE),
    Page(f"{_COMPOSE}/take", POST, taking.take, Permission.EDIT, Of.ISSUE),
    Page(f"{_COMPOSE}/reader", POST, forms.reader, Permission.MANAGE_PEOPLE, Of.ISSUE),
    Page(_SECTION, POST, forms.section, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/unsaved", POST, unsaved.section, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/remove", POST, forms.remove_section, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/page", POST, additions.page, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/text", POST, additions.text, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/event", POST, additions.event, Permission.EDIT, Of.SECTION),
    Page(f"{_SECTION}/snippet", POST, additions.snippet, Permission.EDIT, Of.SECTION),
)
