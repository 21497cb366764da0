"""The lines of the route table for the composer."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk import sightings
from newsletter.web.desk.composer import additions, deeds, forms, page, preview, taking, unsaved
from newsletter.web.visits import GET, POST, Of, Page

_COMPOSE = "/desk/issues/{issue_id:int}/compose"
_SECTION = _COMPOSE + "/sections/{section_id:int}"

# What their forms and scripts send; a field with another name is answered with 422 (A39). All tell which version was shown and
# how the page stood, and a script that it is one.
_SHOWN = ("version", "keep", "by")
# What is dragged says where to.
_DROPPED = (*_SHOWN, "section", "place")
_HEAD = (*_SHOWN, "title", "subject", "preheader")
_EVENT = ("begins", "begins_time", "ends", "ends_time", "zone", "place")
_PICTURES = ("picture", "picture_alt", "picture_credit", "portrait", "portrait_alt", "portrait_credit")
_ARTICLE = (*_SHOWN, "title", "byline", "affiliation", "link", "summary", "show", "words", *_EVENT, *_PICTURES)
_LAYOUT = (*_SHOWN, "title", "kind", "look", "most", "words", "is_required")
_OWN = (*_SHOWN, "title", "byline", "link", "text")

ROUTES = (
    Page("/desk/issues/{issue_id:int}/preview", GET, preview.show, Permission.VIEW, Of.ISSUE),
    Page(_COMPOSE, GET, page.show, Permission.VIEW, Of.ISSUE),
    Page(_COMPOSE, POST, deeds.act, Permission.EDIT, Of.ISSUE, fields=(*_DROPPED, "do", "comment", "answer*")),
    Page(f"{_COMPOSE}/here", POST, sightings.here, Permission.EDIT, Of.ISSUE, fields=sightings.FIELDS),
    Page(f"{_COMPOSE}/head", POST, forms.head, Permission.EDIT, Of.ISSUE, fields=_HEAD),
    Page(f"{_COMPOSE}/head/unsaved", POST, unsaved.head, Permission.EDIT, Of.ISSUE, fields=_HEAD),
    Page(
        f"{_COMPOSE}/articles/{{article_id:int}}/unsaved", POST, unsaved.article, Permission.EDIT, Of.ARTICLE, fields=_ARTICLE
    ),
    Page(
        f"{_COMPOSE}/articles/{{article_id:int}}",
        POST,
        forms.article,
        Permission.EDIT,
        Of.ARTICLE,
        takes_uploads=True,
        fields=(*_ARTICLE, "file", "portrait_file"),
    ),
    Page(f"{_COMPOSE}/sections", POST, forms.add_section, Permission.EDIT, Of.ISSUE, fields=(*_SHOWN, "title", "kind")),
    Page(f"{_COMPOSE}/take", POST, taking.take, Permission.EDIT, Of.ISSUE, fields=(*_DROPPED, "take", "post-*")),
    Page(f"{_COMPOSE}/reader", POST, forms.reader, Permission.MANAGE_PEOPLE, Of.ISSUE, fields=(*_SHOWN, "address")),
    Page(_SECTION, POST, forms.section, Permission.EDIT, Of.SECTION, fields=_LAYOUT),
    Page(f"{_SECTION}/unsaved", POST, unsaved.section, Permission.EDIT, Of.SECTION, fields=_LAYOUT),
    Page(f"{_SECTION}/remove", POST, forms.remove_section, Permission.EDIT, Of.SECTION, fields=(*_SHOWN, "into")),
    Page(f"{_SECTION}/page", POST, additions.page, Permission.EDIT, Of.SECTION, fields=(*_SHOWN, "url")),
    Page(f"{_SECTION}/text", POST, additions.text, Permission.EDIT, Of.SECTION, fields=_OWN),
    Page(f"{_SECTION}/event", POST, additions.event, Permission.EDIT, Of.SECTION, fields=(*_OWN, *_EVENT)),
    Page(f"{_SECTION}/snippet", POST, additions.snippet, Permission.EDIT, Of.SECTION, fields=(*_SHOWN, "name")),
)
