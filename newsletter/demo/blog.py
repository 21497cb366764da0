"""The demo's blog: answers over HTTP as WordPress does, with the warts of real feeds.

python -m newsletter.demo.blog --port 8100
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import click
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from newsletter.demo.posts import MATERIAL, BlogPost, last_modified, of_month, page_of, read_posts
from newsletter.issues.model import Month
from newsletter.letters.templates import packaged_templates

TITLE = "CPDWL Blog"
TAGLINE = "Continuing Professional Development and Workplace Learning"

PAGES = Path(__file__).parent / "pages"

# How the name of a picture ends that WordPress made smaller.
SMALL = "-600x338.png"


def create_blog(address: str, posts: tuple[BlogPost, ...] | None = None) -> Starlette:
    """Give the blog as an ASGI application that knows itself as *address* ("http://127.0.0.1:8100", no slash at the end)."""
    blog = _Blog(address, read_posts() if posts is None else posts, _templates())
    return Starlette(
        routes=[
            Route("/", blog.index),
            Route("/page/{number:int}/", blog.index),
            Route("/feed/", blog.rss),
            Route("/feed/atom/", blog.atom),
            Route("/{year:int}/{month:int}/feed/", blog.rss),
            Route("/{year:int}/{month:int}/feed/atom/", blog.atom),
            Route("/{year:int}/{month:int}/{day:int}/{slug}/", blog.post),
            Route("/wp-content/uploads/{year:int}/{month:int}/{name}", _picture),
            Route("/wp-includes/images/smilies/{name}", _picture),
            Route("/style.css", _style),
        ],
        exception_handlers={404: blog.missing},
    )


@dataclass(frozen=True, slots=True)
class _Blog:
    address: str
    posts: tuple[BlogPost, ...]
    templates: Jinja2Templates

    async def index(self, request: Request) -> Response:
        """Show the newest posts; an old permalink (`?p=ID`) leads to its post."""
        if "p" in request.query_params:
            return RedirectResponse(self._by_id(request.query_params["p"]).path, 301)
        number = request.path_params.get("number", 1)
        page = self._page(self.posts, number)
        return self._show(request, "blog_index.html", posts=page, number=number, has_older=page[-1:] != self.posts[-1:])

    async def post(self, request: Request) -> Response:
        """Show one post."""
        for post in self.posts:
            if post.path == request.scope["path"]:
                return self._show(request, "blog_post.html", post=post, text=post.html(self.address))
        raise HTTPException(404)

    async def rss(self, request: Request) -> Response:
        """Give a page of the feed as RSS 2.0, which knows nothing of later edits."""
        return self._feed(request, "rss.xml", "application/rss+xml")

    async def atom(self, request: Request) -> Response:
        """Give a page of the feed as Atom, which does."""
        return self._feed(request, "atom.xml", "application/atom+xml")

    async def missing(self, request: Request, _error: Exception) -> Response:
        """Say that there is nothing here."""
        return self._show(request, "blog_missing.html", status_code=404)

    def _feed(self, request: Request, template: str, media_type: str) -> Response:
        page = self._page(self._chosen(request), _paged(request))
        headers = _validators(last_modified(self.posts))
        if _is_unchanged(request.headers, headers):
            return Response(status_code=304, headers=headers)
        text = self.templates.get_template(template).render(
            posts=page,
            path=request.scope["path"],
            modified=last_modified(self.posts),
            **self._facts(),
        )
        return Response(text, media_type=media_type, headers=headers)

    def _chosen(self, request: Request) -> tuple[BlogPost, ...]:
        if "year" not in request.path_params:
            return self.posts
        month = Month(request.path_params["year"], request.path_params["month"])
        return of_month(self.posts, month)

    def _page(self, posts: tuple[BlogPost, ...], number: int) -> tuple[BlogPost, ...]:
        page = page_of(posts, number)
        if page is None:
            raise HTTPException(404)
        return page

    def _by_id(self, number: str) -> BlogPost:
        for post in self.posts:
            if str(post.id) == number:
                return post
        raise HTTPException(404)

    def _show(self, request: Request, template: str, *, status_code: int = 200, **facts: object) -> Response:
        return self.templates.TemplateResponse(request, template, {**self._facts(), **facts}, status_code=status_code)

    def _facts(self) -> dict[str, Any]:
        return {"title": TITLE, "tagline": TAGLINE, "address": self.address}


async def _picture(request: Request) -> Response:
    # The name is one path segment, so it cannot lead out of the folders. Some small ones are shown in samples of letters, too.
    name = request.path_params["name"]
    for path in (MATERIAL / "pictures" / name, packaged_templates() / "samples" / name.replace(SMALL, ".png")):
        if path.is_file():
            return FileResponse(path, headers={"Cache-Control": "max-age=3600"})
    raise HTTPException(404)


async def _style(_request: Request) -> Response:
    return FileResponse(PAGES / "style.css")


def _paged(request: Request) -> int:
    text = request.query_params.get("paged", "1")
    return max(int(text), 1) if text.isdecimal() else 1


def _validators(modified: datetime) -> dict[str, str]:
    """Give the two headers a later request is compared with; the ETag is a hash of the date, as in WordPress."""
    text = _rfc822(modified, use_gmt=True)
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    return {"Last-Modified": text, "ETag": f'"{digest}"'}


def _is_unchanged(asked: Headers, now: dict[str, str]) -> bool:
    """Whether 304 is due: where both validators are sent, WordPress wants both to match exactly."""
    etag, since = asked.get("if-none-match"), asked.get("if-modified-since")
    if etag is None and since is None:
        return False
    return etag in (None, now["ETag"]) and since in (None, now["Last-Modified"])


def _templates() -> Jinja2Templates:
    templates = Jinja2Templates(PAGES)
    templates.env.filters.update(rfc822=_rfc822, rfc3339=_rfc3339)
    return templates


def _rfc822(moment: datetime, *, use_gmt: bool = False) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=use_gmt)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@click.command()
@click.option("--port", default=8100, show_default=True, help="Port on this machine.")
def main(port: int) -> None:
    """Serve the blog of the demonstration, to try things out with."""
    address = f"http://127.0.0.1:{port}"
    click.echo(f"The blog is at {address}/, its feed at {address}/feed/", err=True)
    uvicorn.run(create_blog(address), port=port, log_level="warning")


if __name__ == "__main__":
    main()
