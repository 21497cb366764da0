"""Images: the library that articles, snippets and letters take pictures from."""

from dataclasses import replace
from datetime import datetime

from pydantic import Field

from newsletter.images import library, store
from newsletter.images.model import Focus, Image, MediaType
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes

EDIT = Permission.EDIT
ONE = "/images/{key}"

routes = Routes("images", "The library of pictures.")


class ImageAnswer(Answer):
    """An image; its bytes stand at `url`."""

    key: str
    url: str
    name: str
    alt: str
    credit: str
    focus: str
    media_type: MediaType
    width: int
    height: int
    size: int
    created_at: datetime


class ImageChange(Given):
    """What is to be said of an image; what is left out stays."""

    name: Line | None = None
    alt: Line | None = Field(None, description="What is to be seen, for whoever does not see it.")
    credit: Line | None = None
    focus: Line | None = Field(None, description="Where the eye goes, from `0,0` (upper left) to `1,1`.")


@routes.get("/images", EDIT)
def list_images(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ImageAnswer]:
    """List the images of the library."""
    begin = read_number(cursor) or 0
    with call.reading() as tx:
        known = store.library(tx)
    shown, end = known[begin : begin + limit], begin + limit
    return Page(items=[_answer(call, one) for one in shown], next=written(end) if end < len(known) else None)


@routes.get(ONE, EDIT)
def show_image(call: Calling, key: Line) -> ImageAnswer:
    """Show an image by its key, or how that begins."""
    with call.reading() as tx:
        return _answer(call, store.find(tx, key))


@routes.patch(ONE, EDIT)
def change_image(call: Calling, key: Line, given: ImageChange) -> ImageAnswer:
    """Say something else of an image; letters that were frozen keep what they say."""
    application = call.application
    with call.reading() as tx:
        known = store.find(tx, key)
    said = {name: value for name, value in given.model_dump(exclude={"focus"}).items() if value is not None}
    focus = known.facts.focus if given.focus is None else Focus.parse(given.focus)
    facts = replace(known.facts, **said, focus=focus)
    edited = library.edit(application.database, application.child, application.clock, known.key, facts)
    with call.acting() as acting:
        acting.record("image.edit", f"image {edited.key}")
    return _answer(call, edited)


@routes.delete(ONE, EDIT)
def remove_image(call: Calling, key: Line) -> None:
    """Forget an image; refused while a frozen letter shows it or an article has it."""
    with call.acting() as acting:
        known = store.find(acting.tx, key)
        store.remove(acting.tx, known.key)
        acting.record("image.remove", f"image {known.key}", name=known.facts.name)


def _answer(call: Call, one: Image) -> ImageAnswer:
    return ImageAnswer(
        key=one.key,
        url=call.application.links.images() + one.file,
        name=one.facts.name,
        alt=one.facts.alt,
        credit=one.facts.credit,
        focus=str(one.facts.focus),
        media_type=one.media_type,
        width=one.width,
        height=one.height,
        size=one.size,
        created_at=one.created_at,
    )
