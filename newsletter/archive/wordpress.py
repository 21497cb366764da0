"""Writes a draft on a WordPress blog by its REST API. A draft only: whoever runs the blog publishes it, never we."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from newsletter.errors import BadValue, Refused
from newsletter.outbound import Fetched, FetchPolicy, fetch, post
from subscribers.oneline import one_line
from subscribers.sentence import say

POSTS = "/wp-json/wp/v2/posts"
DRAFT = "draft"

OK, CREATED, NOT_FOUND, GONE = 200, 201, 404, 410


class BlogRefused(Refused):
    """A blog on which an issue cannot be announced; nothing of it was changed."""

    def __init__(self, site: str, reason: str) -> None:
        self.site = site
        self.reason = one_line(reason, 300).rstrip(".")
        super().__init__(say("Nothing was written at %(site)s: %(reason)s.", site=site, reason=self.reason))


@dataclass(frozen=True, slots=True)
class Blog:
    """Where, and as whom."""

    # Its front page, without a slash at the end.
    site: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the draft is to say."""

    title: str
    # HTML
    content: str
    # Finds the draft again whose answer was lost on its way to us.
    slug: str


@dataclass(frozen=True, slots=True)
class Written:
    """The draft as the blog has it."""

    post_id: int
    link: str
    # Whether it was there before, and says something else now.
    was_there: bool


def read_site(text: str, policy: FetchPolicy) -> str:
    """Read the address of a blog.

    Raises:
        BadValue: it is none, or the password would travel to it in the open.

    """
    site = text.strip().rstrip("/")
    parts = urlsplit(site)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
        raise BadValue(say("blog"), text, say("write it as https://blog.example.org"))
    if parts.scheme == "http" and not policy.allow_loopback:
        raise BadValue(say("blog"), text, say("must begin with https://, or the password could be read on its way"))
    return site


async def write_draft(blog: Blog, entry: Entry, known: int | None, policy: FetchPolicy) -> Written:
    """Write a draft, or what was written before anew: the one that is *known*, else one with the same slug.

    Raises:
        BlogRefused: the password is wrong, or the user may not write; or the post was published meanwhile.
        FetchFailed: the blog does not answer.

    """
    there = await _by_id(blog, known, policy) if known is not None else None
    if there is None:
        there = await _by_slug(blog, entry.slug, policy)
    if there is not None and there["status"] not in {DRAFT, "auto-draft", "pending"}:
        state = str(there["status"])
        raise BlogRefused(
            blog.site,
            say(
                "the post %(there)s is no draft any more (%(state)s), and nothing in it was changed",
                there=there["id"],
                state=state,
            ),
        )
    content: dict[str, object] = {"title": entry.title, "content": entry.content, "slug": entry.slug}
    if there is None:
        answer = await post(_at(blog), policy, _json({**content, "status": DRAFT}), _headers(blog))
    else:
        answer = await post(_at(blog, f"/{there['id']}"), policy, _json(content), _headers(blog))
    written = _post(blog, answer)
    return Written(int(written["id"]), str(written.get("link", "")), was_there=there is not None)


async def _by_id(blog: Blog, post_id: int, policy: FetchPolicy) -> Mapping[str, Any] | None:
    question = {"context": "edit", "_fields": "id,status,link"}
    answer = await _ask(_at(blog, f"/{post_id}?{urlencode(question)}"), blog, policy)
    if answer.status in {NOT_FOUND, GONE}:
        return None
    found = _post(blog, answer)
    # Thrown away on purpose; another one is not.
    return None if found.get("status") == "trash" else found


async def _by_slug(blog: Blog, slug: str, policy: FetchPolicy) -> Mapping[str, Any] | None:
    question = {"slug": slug, "status": "draft,pending,future,private,publish", "context": "edit", "_fields": "id,status,link"}
    answer = await _ask(_at(blog, f"?{urlencode(question)}"), blog, policy)
    found = _read(blog, answer)
    return _checked(blog, found[0]) if isinstance(found, list) and found else None


async def _ask(url: str, blog: Blog, policy: FetchPolicy) -> Fetched:
    # Wherever a redirect led, it would be told the password.
    return await fetch(url, replace(policy, redirects=0), _headers(blog))


def _read(blog: Blog, answer: Fetched) -> Any:  # noqa: ANN401 -- JSON
    try:
        said = json.loads(answer.body)
    except ValueError as error:
        raise BlogRefused(
            blog.site, say("it answered %(status)s and no JSON; is its REST API on?", status=answer.status)
        ) from error
    if answer.status not in {OK, CREATED}:
        words = said.get("message", "") if isinstance(said, dict) else ""
        raise BlogRefused(blog.site, say("it answered %(status)s: %(words)s", status=answer.status, words=words))
    return said


def _post(blog: Blog, answer: Fetched) -> Mapping[str, Any]:
    return _checked(blog, _read(blog, answer))


def _checked(blog: Blog, said: object) -> Mapping[str, Any]:
    if not isinstance(said, dict) or not isinstance(said.get("id"), int) or not isinstance(said.get("status"), str):
        raise BlogRefused(blog.site, say("it answered something else than a post"))
    return said


def _at(blog: Blog, rest: str = "") -> str:
    return f"{blog.site}{POSTS}{rest}"


def _headers(blog: Blog) -> tuple[tuple[str, str], ...]:
    # RFC 7617, 2.1; WordPress shows application passwords in groups, and takes them either way.
    credentials = base64.b64encode(f"{blog.user}:{blog.password}".encode()).decode("ascii")
    return (("Authorization", f"Basic {credentials}"), ("Content-Type", "application/json"), ("Accept", "application/json"))


def _json(content: Mapping[str, object]) -> bytes:
    return json.dumps(content).encode()
