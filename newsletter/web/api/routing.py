"""The table of what programs may ask: each line has the permission it needs beside it, and where."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from newsletter import tracing
from newsletter.staff.permissions import Permission
from newsletter.web.api import problems
from newsletter.web.api.gate import CALLER, Caller
from newsletter.web.api.problems import BodyUnreadable, KeyTooNarrow, ScopeMissing
from newsletter.web.belonging import require_access
from newsletter.web.visits import Of, Site

F = TypeVar("F", bound=Callable[..., Any])

# Where the lines of the table are, for who reads the log.
PREFIX = "/api/v1"

# What the description of each says of where its permission is needed.
PLACES = {
    Of.INSTANCE: "on the whole instance",
    Of.ANY_NEWSLETTER: "in any newsletter; it is about those alone",
    Of.ACCOUNT: "",
    Of.NEWSLETTER: "in the newsletter",
    Of.ISSUE: "in the newsletter of the issue",
    Of.ARTICLE: "in the newsletter of the issue",
    Of.SECTION: "in the newsletter of the issue",
    Of.FEED: "in the newsletter of the feed",
    Of.LIST: "in a newsletter of the list",
    Of.IMPORT: "in a newsletter of the list",
    Of.SUBSCRIBER: "in a newsletter of one of the person's lists",
    Of.RETURN: "in the newsletter it is about",
}


class _Once(Request):
    """A request whose JSON says nothing twice."""

    async def json(self) -> Any:  # noqa: ANN401 -- any JSON
        """Read the body.

        Raises:
            BodyUnreadable: an object in it has a name twice: which of them is meant, nobody knows.

        """
        if not hasattr(self, "_json"):
            self._json = json.loads(await self.body(), object_pairs_hook=_object)
        return self._json


class Strict(APIRoute):
    """A line whose body is read so."""

    def get_route_handler(self) -> Any:  # noqa: ANN401 -- FastAPI's own
        """Give what answers."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            facts = _facts(f"{PREFIX}{self.path}", request)
            with structlog.contextvars.bound_contextvars(**facts):
                try:
                    with tracing.span(f"{request.method} {facts['page']}", **facts):
                        return await handler(_Once(request.scope, request.receive))
                except RequestValidationError:
                    raise
                except Exception as error:  # noqa: BLE001 -- answered here, so that what is logged of it tells of which request
                    return problems.answer(error)

        return answer


def _facts(page: str, request: Request) -> dict[str, str | int]:
    """Give what stands in each line of the log of a request, as it does for pages."""
    issue: int | None = request.path_params.get("issue_id")
    return {"page": page} if issue is None else {"page": page, "issue": issue}


def _object(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    known = dict(pairs)
    if len(known) < len(pairs):
        raise BodyUnreadable("An object in it has one name twice.")
    return known


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    method: str
    path: str
    # None: open to everybody.
    permission: Permission | None
    of: Of


class Routes:
    """The lines about one kind of thing."""

    def __init__(self, tag: str, about: str) -> None:
        self.tag = tag
        # One sentence, for who reads the description.
        self.about = about
        self.router = APIRouter(tags=[tag], redirect_slashes=False, route_class=Strict)
        self.lines: list[Line] = []

    def get(self, path: str, permission: Permission | None, of: Of = Of.INSTANCE, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 -- FastAPI's options
        """Let *path* be asked."""
        return self._line("GET", path, permission, of, more)

    def post(self, path: str, permission: Permission | None, of: Of = Of.INSTANCE, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 -- FastAPI's options
        """Let something be done or made at *path*; it may be named by an Idempotency-Key."""
        return self._line("POST", path, permission, of, more)

    def patch(self, path: str, permission: Permission | None, of: Of = Of.INSTANCE, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 -- FastAPI's options
        """Let something at *path* be changed."""
        return self._line("PATCH", path, permission, of, more)

    def put(self, path: str, permission: Permission | None, of: Of = Of.INSTANCE, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 -- FastAPI's options
        """Let something at *path* be as it is given."""
        return self._line("PUT", path, permission, of, more)

    def delete(self, path: str, permission: Permission | None, of: Of = Of.INSTANCE, **more: Any) -> Callable[[F], F]:  # noqa: ANN401 -- FastAPI's options
        """Let something at *path* be removed."""
        return self._line("DELETE", path, permission, of, {"status_code": HTTPStatus.NO_CONTENT, **more})

    def _line(self, method: str, path: str, permission: Permission | None, of: Of, more: dict[str, Any]) -> Callable[[F], F]:
        self.lines.append(Line(method, path, permission, of))
        said: dict[str, Any] = {"x-permission": permission.value, "x-where": PLACES[of]} if permission else {}
        said |= more.pop("openapi_extra", {})
        checks = [] if permission is None else [Depends(_permit(permission, of))]

        def add(endpoint: F) -> F:
            self.router.add_api_route(
                path,
                endpoint,
                methods=[method],
                dependencies=checks,
                operation_id=endpoint.__name__,
                openapi_extra=said,
                **more,
            )
            return endpoint

        return add


def _permit(permission: Permission, of: Of) -> Callable[[Request], None]:
    def check(request: Request) -> None:
        caller: Caller = request.scope[CALLER]
        if permission not in caller.key.terms.scopes:
            raise ScopeMissing(permission)
        if of is Of.INSTANCE and caller.key.terms.newsletters is not None:
            raise KeyTooNarrow
        site: Site = request.app.state.site
        with site.application.database.read() as tx:
            require_access(tx, caller.actor, permission, of, request.path_params)

    return check
