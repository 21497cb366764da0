"""The description of all this, as OpenAPI 3.1: what FastAPI gathers, with keys, permissions and problems said as they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from newsletter.web.api.fields import Answer
from newsletter.web.api.gate import REPEAT
from newsletter.web.api.problems import MEDIA_TYPE
from newsletter.web.api.routing import Routes

ABOUT = """What the desk does, for programs: issues and what goes on around them, mailing, people, lists, newsletters, relays,
webhooks, and the house itself.

Not here, by intent: signing in and one's own account; whatever opens a way in (accounts and their roles, links, second factors,
the identity provider, and keys: they are made at the desk, and taken back here); and what guests do behind their links.

Every request but those below `/public` carries a key: `Authorization: Bearer nlk_…`. A key acts for an account of the staff,
and does no more than both may: each address names the *scope* it takes, and where.

**Lists** that can grow come a page at a time: `items`, and `next`, which is the `cursor` of the next page.
**What fails** is `application/problem+json` (RFC 9457); programs go by its `type`, people by its `detail`.
**What may come twice**: a POST with an `Idempotency-Key` of your own is done once, however often it is sent within 24 hours.
**How often**: 600 requests at once, and ten a second, for each key and web process; `RateLimit` says what is left,
`Retry-After` how long to wait.
**Moments** are in ISO 8601 with an offset; answers are in UTC.
"""
METHODS = ("get", "post", "put", "patch", "delete")


class ProblemAnswer(Answer):
    """What went wrong."""

    type: str
    title: str
    status: int
    detail: str


def describe(app: FastAPI, rooms: Sequence[Routes], version: str, public_url: str) -> dict[str, Any]:
    """Give the whole description."""
    document = get_openapi(
        title="Newsletter",
        version=version,
        openapi_version="3.1.0",
        description=ABOUT,
        routes=app.routes,
        tags=[{"name": room.tag, "description": room.about} for room in rooms],
        servers=[{"url": f"{public_url}/api/v1"}],
    )
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "nlk_…"}}
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = ProblemAnswer.model_json_schema()
    for method, operation in operations(document):
        _say(method, operation)
    return document


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the methods of all addresses."""
    for lines in document["paths"].values():
        for method in METHODS:
            if method in lines:
                yield method, lines[method]


def _say(method: str, operation: dict[str, Any]) -> None:
    permission, where = operation.pop("x-permission", None), operation.pop("x-where", "")
    operation["security"] = [{"key": []}] if permission else []
    if permission:
        operation["x-scope"], operation["x-where"] = permission, where
        text = operation.get("description", "")
        operation["description"] = f"{text}\n\nTakes the scope `{permission}` {where}.".strip()
    answers = operation["responses"]
    answers.pop("422", None)
    answers["default"] = {
        "description": "What went wrong.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if method == "post" and permission:
        operation.setdefault("parameters", []).append(
            {
                "name": REPEAT.title(),
                "in": "header",
                "required": False,
                "description": "A word of your own: sent again with the same word, the request is done once.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
            }
        )
