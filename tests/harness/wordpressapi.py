"""A blog that answers as WordPress's REST API does: posts, application passwords, and its words when something is wrong."""

import base64
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.harness.answering import Answering

POSTS = "/wp-json/wp/v2/posts"


@dataclass
class Api(Answering):
    """Runs while the block lasts."""

    user: str = "editor"
    password: str = "abcd EFGH 1234"
    posts: dict[int, dict[str, Any]] = field(default_factory=dict)
    # Everything that was asked, by method and path.
    asked: list[str] = field(default_factory=list)
    # Where everything is sent to instead.
    moved_to: str = ""
    # Takes what is sent, and drops the line before it answers.
    loses_answers: bool = False
    # Answers this, whatever was asked: it is no WordPress.
    says: bytes = b""

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""
        return _handler(self)

    @property
    def site(self) -> str:
        """Its address."""
        return self.origin

    def answer(self, method: str, target: str, authorization: str, body: bytes) -> tuple[int, Any]:
        """Answer one request."""
        self.asked.append(f"{method} {target}")
        expected = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"code": "incorrect_password", "message": "The provided password is an invalid application password."}
        parts = urlsplit(target)
        number = parts.path.removeprefix(POSTS).strip("/")
        if method == "POST":
            return self._written(number, json.loads(body))
        if number:
            found = self.posts.get(int(number))
            return (200, found) if found else (404, {"code": "rest_post_invalid_id", "message": "Invalid post ID."})
        question = parse_qs(parts.query)
        states = question["status"][0].split(",")
        return 200, [one for one in self.posts.values() if one["slug"] == question["slug"][0] and one["status"] in states]

    def _written(self, number: str, given: dict[str, Any]) -> tuple[int, Any]:
        if number:
            post = self.posts[int(number)]
            post.update(given)
            return 200, post
        made = len(self.posts) + 101
        # Without a status WordPress makes a draft; the tests want it said.
        self.posts[made] = {"id": made, "link": f"{self.site}/?p={made}", **given}
        return 201, self.posts[made]


def _handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if api.moved_to:
                self.send_response(301)
                self.send_header("Location", api.moved_to + self.path)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, said = api.answer(self.command, self.path, self.headers.get("Authorization", ""), body)
            if api.loses_answers and self.command == "POST":
                self.close_connection = True
                return
            raw = api.says or json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
