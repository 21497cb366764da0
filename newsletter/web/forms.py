"""Forms: read within limits, and told from forged ones."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request

from newsletter.web.bodies import bounded
from newsletter.web.faults import FormDamaged, HungUp

# No form of ours comes near; a flood of bytes stops here before it is parsed.
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 200

# A text of the most characters that one may have, as an editor's page sends it: percent-encoded, with its marks around it.
LARGEST_ARTICLE = 8 * 1024 * 1024

# A photo as it comes from a phone, twice: its own limit is the library's.
LARGEST_UPLOAD = 24 * 1024 * 1024
MOST_FILES = 2

# The name of the field that proves a form to be ours.
CSRF_FIELD = "csrf"

NO_FORM: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent."""

    # The last value of each.
    fields: Mapping[str, str]
    # By the names of their fields; none is empty.
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    # What whoever sent them calls them, by the names of their fields; to be told, never to be opened.
    names: Mapping[str, str] = field(default_factory=dict)
    # As it came; only for pages that read it themselves.
    body: bytes = field(default=b"", repr=False)
    # Whether a name came more than once: no form of ours has two fields of one name that a browser sends together.
    is_doubled: bool = False


async def read_form(request: Request, largest: int = LARGEST_BODY) -> Sent:
    """Read the body as a form, urlencoded or multipart.

    Raises:
        BodyTooLarge: more bytes than *largest*.
        FormDamaged: it cannot be read as a form, has too many fields, or holds a file.
        HungUp: the connection was closed before its end.

    """
    read = _within(request, largest)
    try:
        form = await read.form(max_files=0, max_fields=MOST_FIELDS, max_part_size=largest)
    except (HTTPException, MultiPartException, FormParserError, UnicodeError) as error:
        raise FormDamaged from error
    except ClientDisconnect as error:
        raise HungUp from error
    return Sent(_fields(form), is_doubled=_is_doubled(form.multi_items()))


async def read_upload(request: Request, largest: int = LARGEST_UPLOAD) -> Sent:
    """Read the body as a form with files in it; for pages that knew who asks before they read.

    Raises:
        BodyTooLarge: more bytes than *largest*.
        FormDamaged: it cannot be read as a form, or has too many fields or files.
        HungUp: the connection was closed before its end.

    """
    read = _within(request, largest)
    try:
        async with read.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LARGEST_BODY) as form:
            files = {name: await value.read() for name, value in form.items() if isinstance(value, UploadFile)}
            names = {name: value.filename or "" for name, value in form.items() if isinstance(value, UploadFile)}
    except (HTTPException, MultiPartException, FormParserError, UnicodeError) as error:
        raise FormDamaged from error
    except ClientDisconnect as error:
        raise HungUp from error
    files = {name: data for name, data in files.items() if data}
    return Sent(_fields(form), MappingProxyType(files), names, is_doubled=_is_doubled(form.multi_items()))


async def read_form_or_json(request: Request) -> Sent:
    """Read the body as one JSON object of texts where it says that it is JSON, else as a form.

    Raises:
        BodyTooLarge: more bytes than LARGEST_BODY.
        FormDamaged: it cannot be read, has too many fields, or a value is no text.
        HungUp: the connection was closed before its end.

    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return await read_form(request)
    try:
        # As pairs: a name that comes twice is told.
        return _texts(json.loads(await _within(request, LARGEST_BODY).body(), object_pairs_hook=tuple))
    # RecursionError: brackets in brackets.
    except (ValueError, RecursionError) as error:
        raise FormDamaged from error
    except ClientDisconnect as error:
        raise HungUp from error


async def read_body(request: Request, largest: int) -> Sent:
    """Read the body as bytes, for whoever proves by them who sent it.

    Raises:
        BodyTooLarge: more bytes than *largest*.
        HungUp: the connection was closed before its end.

    """
    try:
        return Sent(NO_FORM, body=await _within(request, largest).body())
    except ClientDisconnect as error:
        raise HungUp from error


def _texts(document: object) -> Sent:
    # Of what JSON has, an object alone is read as a tuple.
    if not isinstance(document, tuple) or len(document) > MOST_FIELDS:
        raise FormDamaged
    if not all(isinstance(value, str) for _, value in document):
        raise FormDamaged
    # A lone surrogate can be written in JSON and in no database.
    texts = {name: value.replace("\0", "").encode("utf-8", "replace").decode() for name, value in document}
    return Sent(MappingProxyType(texts), is_doubled=_is_doubled(document))


def _fields(form: FormData) -> Mapping[str, str]:
    # PostgreSQL refuses NUL in a text, and nobody can type one.
    return MappingProxyType({name: value.replace("\0", "") for name, value in form.items() if isinstance(value, str)})


def _is_doubled(pairs: Collection[tuple[str, object]]) -> bool:
    return len({name for name, _ in pairs}) < len(pairs)


def is_from_our_page(headers: Headers, public_url: str) -> bool:
    """Whether a browser would send these headers for a form on one of our own pages.

    The Host was vetted before, so an Origin that agrees with it is ours. A browser of today sends Origin with every
    POST; one that sends neither it nor Sec-Fetch-Site still has to show the token of the session.
    """
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return origin == public_url or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def _within(request: Request, largest: int) -> Request:
    return Request(request.scope, bounded(request.receive, request.scope, largest))
