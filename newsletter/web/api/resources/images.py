"""Images: the library that articles, snippets and letters take pictures from."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import Field

from newsletter.images import library, store
from newsletter.images.fetching import LONGEST_NAME
from newsletter.images.model import LARGEST_FILE, MIDDLE, Facts, Focus, Image, MediaType
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Brought, Call, Calling
from newsletter.web.api.fields import NO_NUL, Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.faults import BodyTooLarge
from newsletter.web.visits import Of
from subscribers.oneline import one_line

EDIT = Permission.EDIT
ONE = "/images/{key}"

# What is read as a file, whatever it says it is.
FILE = {"requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}}

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
    with call.reading() as tx:
        known = store.library(tx)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[_answer(call, one) for one in shown], next=more)


@routes.post("/files/images", EDIT, Of.ANY_NEWSLETTER, status_code=201, openapi_extra=FILE)
def add_image(
    call: Calling,
    brought: Brought,
    name: Annotated[
        str, Query(min_length=1, max_length=LONGEST_NAME, pattern=NO_NUL, description="What it is called.")
    ] = "picture",
    alt: Annotated[str, Query(max_length=1_000, pattern=NO_NUL, description="What is to be seen.")] = "",
    credit: Annotated[str, Query(max_length=1_000, pattern=NO_NUL)] = "",
    focus: Annotated[str, Query(max_length=40, pattern=NO_NUL, description="As `0.5,0.3`.")] = "",
) -> ImageAnswer:
    """Take a picture into the library, as the body: JPEG, PNG, GIF, WebP or AVIF; one that is there stays as described."""
    if brought.size > LARGEST_FILE:
        raise BodyTooLarge
    application = call.application
    spot = Focus.parse(focus) if focus else MIDDLE
    facts = Facts(one_line(name, LONGEST_NAME) or "picture", alt=alt, credit=credit, focus=spot)
    added = library.add(application.database, application.child, application.clock, brought.file.read(), facts)
    with call.acting() as acting:
        acting.record("image.add", f"image {added.key}", name=added.facts.name)
    return _answer(call, added)


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
