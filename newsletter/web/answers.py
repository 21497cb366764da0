"""Answers a request by a line of the route table: session, permission, form, endpoint, and errors as pages."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import urlencode

import anyio
import anyio.to_thread
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter import tracing
from newsletter.clock import monotonic
from newsletter.staff import sessions
from newsletter.staff.sessions import Session
from newsletter.web.belonging import require_access
from newsletter.web.cookies import Cookie, cookie_name, is_secure
from newsletter.web.faults import (
    DeskClosed,
    Fault,
    FieldDoubled,
    FieldsUnknown,
    Forged,
    FormDamaged,
    PageNotFound,
    TooOften,
    fault_of,
)
from newsletter.web.forms import (
    CSRF_FIELD,
    LARGEST_ARTICLE,
    LARGEST_BODY,
    NO_FORM,
    Sent,
    is_from_our_page,
    read_body,
    read_form,
    read_form_or_json,
    read_upload,
)
from newsletter.web.guard import DESK_HEADERS, OPEN_HEADERS, TOKEN_HEADERS
from newsletter.web.packing import may_pack, packed
from newsletter.web.speech import Ear, listen
from newsletter.web.streams import EventStream
from newsletter.web.visits import Page, Site, Visit

log = structlog.get_logger()

# The name of a browser is evidence of a consent; a longer one is somebody's joke.
LONGEST_AGENT = 300

# The desk speaks English, whatever the browser asks for.
AT_DESK = Ear()

SEE_OTHER = 303

NO_HEADERS: Mapping[str, str] = {}


async def answer(
    site: Site,
    page: Page,
    request: Request,
    *,
    ticks: Callable[[], float] = monotonic,
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
) -> Response:
    """Answer *request* by *page*; whatever goes wrong becomes a page too."""
    started = ticks()
    facts = _facts(page, request)
    with structlog.contextvars.bound_contextvars(**facts), tracing.span(f"{request.method} {page.path}", **facts):
        response = await _answered(site, page, request)
    for name, value in _manners(page).items():
        response.headers.setdefault(name, value)
    early = started + page.answers_after - ticks()
    if early > 0:
        await sleep(early)
    return response


def _facts(page: Page, request: Request) -> dict[str, str | int]:
    """Give what is known of a request in each line of the log: its line of the table, and which issue it is about."""
    issue: int | None = request.path_params.get("issue_id")
    return {"page": page.path} if issue is None else {"page": page.path, "issue": issue}


def is_looking(request: Request) -> bool:
    """Whether a browser goes to a page, rather than a script of a page that is open or a form."""
    headers = request.headers
    return (
        request.method in {"GET", "HEAD"}
        and "hx-request" not in headers
        and headers.get("sec-fetch-mode", "navigate") == "navigate"
    )


def sign_in_address(request: Request) -> str:
    """Give where to sign in before this page, and come back to it."""
    query = request.scope["query_string"].decode("latin-1")
    wanted = request.scope["path"] + (f"?{query}" if query else "")
    return f"/desk/sign-in?{urlencode({'next': wanted})}"


def fault_page(site: Site, fault: Fault, ear: Ear) -> Response:
    """Show what went wrong, with a way on: at the desk to its first page, else to that of the readers."""
    speech = site.pages.desk if ear is AT_DESK else ear.speech()
    title, text = (speech.words.pattern(speech.words.said(said)) for said in (fault.title, fault.text))
    if ear is AT_DESK:
        response = site.pages.page("desk/fault.html", status=fault.status, title=title, text=text)
        response.status_code = fault.status
    else:
        response = site.pages.spoken(speech, "public/fault.html", fault.status, status=fault.status, title=title, text=text)
    if fault.retry_after:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _fault_json(fault: Fault, ear: Ear) -> Response:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
    words = ear.speech().words
    return JSONResponse(
        {"error": f"{words.pattern(words.said(fault.title))}. {words.pattern(words.said(fault.text))}"}, fault.status, headers
    )


async def _answered(site: Site, page: Page, request: Request) -> Response:
    try:
        visit = await _visit(site, page, request)
        if page.is_stream:
            return _stream(site, page, request, visit)
        answered = await anyio.to_thread.run_sync(page.endpoint, site, visit)
        return await anyio.to_thread.run_sync(packed, answered) if _is_packed(page, request) else answered
    except Exception as error:
        # The door: everything becomes a page, and what nobody foresaw is logged.
        fault = fault_of(error)
        if fault.is_bug:
            log.exception("a page failed")
        if isinstance(error, DeskClosed) and is_looking(request) and not page.is_stream:
            return RedirectResponse(sign_in_address(request), SEE_OTHER)
        ear = AT_DESK if is_of_desk(page) else listen(request)
        return _fault_json(fault, ear) if page.speaks_json or page.takes_raw else fault_page(site, fault, ear)


def _is_packed(page: Page, request: Request) -> bool:
    # Where a session's token stands in the forms; a stream tells pieces as they come.
    return page.permission is not None and not page.is_stream and may_pack(request.headers)


def _stream(site: Site, page: Page, request: Request, visit: Visit) -> Response:
    if not site.streams.has_room(visit.cookies[Cookie.SESSION]):
        raise TooOften

    async def look() -> str | None:
        if site.is_stopping():
            return None
        try:
            # Anew each time: a session that has ended, and a role that was taken away, end the stream.
            again = await _visit(site, page, request)
            seen = await anyio.to_thread.run_sync(page.endpoint, site, again, limiter=site.streams.lookers)
        except Exception as error:
            # The door: whoever watches asks again, and is told then.
            if fault_of(error).is_bug:
                log.exception("a stream failed")
            return None
        return bytes(seen.body).decode()

    return EventStream(look, site.streams, visit.cookies[Cookie.SESSION])


async def _visit(site: Site, page: Page, request: Request) -> Visit:
    if "\0" in request.scope["path"]:
        # No name of ours has one, and PostgreSQL refuses to look.
        raise PageNotFound
    public_url = site.application.settings.public_url
    secure = is_secure(request, public_url)
    cookies = {one: request.cookies.get(cookie_name(one, is_secure=secure), "") for one in Cookie}
    wall = site.wall()
    session = None
    if is_of_desk(page):
        # Before a byte of the form is read: a stranger's upload costs nothing.
        session = await anyio.to_thread.run_sync(_let_in, site, page, cookies[Cookie.SESSION], request.path_params, wall)
        _require_own_page(page, request, public_url)
    sent = await _sent(site, page, request)
    _require_own_form(page, request, session, sent)
    return Visit(
        now=site.application.clock(),
        wall=wall,
        path=request.path_params,
        query=request.query_params,
        form=sent.fields,
        files=sent.files,
        file_names=sent.names,
        network=request.client.host if request.client else "",
        agent=request.headers.get("user-agent", "")[:LONGEST_AGENT],
        ear=listen(request),
        is_secure=secure,
        is_from_ours=request.headers.get("sec-fetch-site", "same-origin") == "same-origin",
        session=session.masked() if session is not None and _is_packed(page, request) else session,
        is_ahead=_is_ahead(request),
        encodings=request.headers.get("accept-encoding", ""),
        cookies=cookies,
        words=site.pages.desk.words,
        body=sent.body,
        headers=dict(request.headers) if page.takes_raw else NO_HEADERS,
    )


def _is_ahead(request: Request) -> bool:
    said = (request.headers.get(name, "").lower() for name in ("sec-purpose", "purpose", "x-moz", "x-purpose"))
    return request.method == "HEAD" or any("prefetch" in one or "preview" in one for one in said)


def is_of_desk(page: Page) -> bool:
    """Whether a page is the staff's: the door itself is, where nobody is signed in yet."""
    return page.permission is not None or page.path.startswith("/desk/")


def _let_in(site: Site, page: Page, cookie: str, path: Mapping[str, str | int], wall: datetime) -> Session | None:
    database = site.application.database
    with database.read() as tx:
        session = sessions.find(tx, cookie, wall) if cookie else None
        if page.permission is not None:
            if session is None:
                raise DeskClosed
            require_access(tx, session.actor, page.permission, page.of, path)
    # A page that is only left open, and asks by itself, keeps no session alive.
    if session is not None and session.is_due(wall) and not page.is_stream:
        with database.write() as tx:
            sessions.look(tx, session.id, wall)
    return session


async def _sent(site: Site, page: Page, request: Request) -> Sent:
    if page.takes_raw:
        return await read_body(request, page.takes_raw)
    if page.takes_files is None and not page.takes_uploads:
        return await _form(page, request)
    if request.method != "POST":
        return Sent(NO_FORM)
    if page.takes_files is not None:
        # Before a byte of a file is taken: the token is ours.
        site.application.keyring.open(page.takes_files, str(request.path_params["token"]))
    return await read_upload(request, page.largest_upload)


async def _form(page: Page, request: Request) -> Sent:
    if request.method != "POST":
        return Sent(NO_FORM)
    try:
        if page.speaks_json:
            return await read_form_or_json(request)
        return await read_form(request, LARGEST_ARTICLE if page.takes_articles else LARGEST_BODY)
    except FormDamaged:
        if page.takes_any_body:
            return Sent(NO_FORM)
        raise


def _require_own_page(page: Page, request: Request, public_url: str) -> None:
    # At the door, too: nobody is to be signed in as somebody else by a foreign page. A page with a token in its address tells
    # no page where its form comes from, not even ours, and needs no more authority than the token.
    if request.method == "POST" and "{token}" not in page.path and not is_from_our_page(request.headers, public_url):
        raise Forged


def _require_own_form(page: Page, request: Request, session: Session | None, sent: Sent) -> None:
    if sent.is_doubled and not page.takes_any_body:
        # Which of the two was meant, nobody knows: a filter before us may have looked at the other one.
        raise FieldDoubled
    # Forms for readers carry their authority in the address (a token) or ask for nothing that needs one.
    if request.method != "POST" or not is_of_desk(page):
        return
    if page.permission is not None and session is not None and not session.owns(sent.fields.get(CSRF_FIELD, "")):
        raise Forged
    unknown = [name for name in (*sent.fields, *sent.names) if not _takes(page, name)]
    if unknown:
        raise FieldsUnknown(unknown)


def _takes(page: Page, name: str) -> bool:
    if page.fields is None or name == CSRF_FIELD:
        return True
    return any(name.startswith(one[:-1]) if one.endswith("*") else name == one for one in page.fields)


def _manners(page: Page) -> Mapping[str, str]:
    if page.speaks_json:
        return OPEN_HEADERS
    if page.takes_raw:
        return DESK_HEADERS
    if "{token}" in page.path:
        return TOKEN_HEADERS
    return DESK_HEADERS if is_of_desk(page) else NO_HEADERS
