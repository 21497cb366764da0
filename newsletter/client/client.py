"""Requests to the API: each with the key, told again where that is safe, and lists followed from page to page."""

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx2

from newsletter.client.answers import Issue, Joined, Newsletter, Person, Report, Standing, read
from newsletter.client.problems import Problem

# What is worth asking again: too many requests, and a service that is away for a moment.
_AGAIN = frozenset({429, 502, 503, 504})
_UNDER_WAY = "request-under-way"
_REFUSED = 400
# What is being done about an upload, and seconds between two questions how far it is.
_AT_WORK = frozenset({"trying", "running", "undoing"})
_BETWEEN = 1.0
# Of seconds between two tries.
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_TIMEOUT = 60.0


class Client:
    """Speaks with one instance.

    A POST carries an `Idempotency-Key`, so a try that was cut off is safely made again: it is done once.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        tries: int = 5,
        http: httpx2.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http or httpx2.Client(timeout=_TIMEOUT)
        self._base = f"{address.rstrip('/')}/api/v1"
        self._headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        self._tries = tries
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def request(self, method: str, path: str, body: object = None, *, name: str = "", **query: object) -> Any:  # noqa: ANN401 -- any JSON
        """Ask for anything; gives what was answered, None for nothing.

        *name* is the Idempotency-Key of a POST: whoever may be stopped between two tries keeps one of their own.

        Raises:
            Problem: it was refused, or there is still no answer after the last try.
            httpx2.TransportError: nobody answered.

        """
        return self._asked(method, path, body, name, query)

    def pages(self, path: str, cursor: str | None = None, **query: object) -> Iterator[Mapping[str, Any]]:
        """Give everything in a list, page after page; from *cursor* on, where a former walk had come to."""
        while True:
            page = self._asked("GET", path, None, "", {**query, "cursor": cursor})
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def people_of(self, list_id: int) -> Iterator[Mapping[str, str]]:
        """Give everybody who stands on a list, line by line, however many they are."""
        address = f"{self._base}/lists/{list_id}/people.ndjson"
        with self._http.stream("GET", address, headers=self._headers) as answer:
            if answer.status_code >= _REFUSED:
                answer.read()
                self._told(answer)
            for line in answer.iter_lines():
                yield json.loads(line)

    def bring(
        self, list_id: int, file: bytes | BinaryIO, *, kind: str = "text/csv", called: str = "a file"
    ) -> Mapping[str, Any]:
        """Bring a file of people for a list, read as it is sent; nobody is taken in before it is tried and run."""
        headers = {**self._headers, "Content-Type": kind, "Idempotency-Key": str(uuid.uuid4())}
        there = {"list_id": list_id, "name": called}
        answer: Mapping[str, Any] = self._told(self._tried("POST", "/files/imports", file, headers, there))
        return answer

    def settled(self, upload_id: int) -> Mapping[str, Any]:
        """Wait until nobody is at an upload, and give it: it was tried, is done, was taken back, or failed."""
        while True:
            upload: Mapping[str, Any] = self.request("GET", f"/imports/uploads/{upload_id}")
            if upload["state"] not in _AT_WORK:
                return upload
            self._sleep(_BETWEEN)

    def newsletters(self) -> Iterator[Newsletter]:
        """Give the newsletters that the key reaches."""
        return (read(Newsletter, one) for one in self.pages("/newsletters"))

    def subscribers(self, *, list_id: int | None = None, state: str | None = None, q: str = "") -> Iterator[Person]:
        """Give people, the oldest first."""
        return (read(Person, one) for one in self.pages("/subscribers", list_id=list_id, state=state, q=q))

    def add_subscriber(self, email: str, list_id: int, *, name: str = "", basis: str | None = None) -> Joined:
        """Put a person on a list, on the *basis* that is kept as evidence; without one they are asked by mail."""
        body = {"email": email, "list_id": list_id, "name": name, "basis": basis}
        return read(Joined, self.request("POST", "/subscribers", body))

    def unsubscribe(self, subscriber_id: int, list_id: int | None = None) -> int:
        """Take a person's no to a list, or to all; gives how many lists they left by it."""
        return int(self.request("POST", f"/subscribers/{subscriber_id}/unsubscribe", {"list_id": list_id})["lists"])

    def draft(self, newsletter_id: int, *, month: str | None = None, title: str | None = None) -> Issue:
        """Begin an issue, of the posts of a month or of nothing but a title."""
        body = {"month": month, "title": title}
        return read(Issue, self.request("POST", f"/newsletters/{newsletter_id}/issues", body)["issue"])

    def issue(self, issue_id: int) -> Issue:
        """Give an issue as it is now."""
        return read(Issue, self.request("GET", f"/issues/{issue_id}"))

    def approve(self, issue_id: int, *, version: int | None = None, override: str = "") -> Standing:
        """Say that an issue may go out."""
        answer = self.request("POST", f"/issues/{issue_id}/approve", {"version": version, "override": override})
        return read(Standing, answer["standing"])

    def send(self, issue_id: int, *, version: int | None = None) -> Standing:
        """Let an approved issue go out, in a minute."""
        return read(Standing, self.request("POST", f"/issues/{issue_id}/send", {"version": version}))

    def undo(self, issue_id: int) -> Standing:
        """Take that back within the minute."""
        return read(Standing, self.request("POST", f"/issues/{issue_id}/undo"))

    def report(self, issue_id: int) -> Report:
        """Say what became of a mailing."""
        return read(Report, self.request("GET", f"/issues/{issue_id}/report"))

    def _asked(self, method: str, path: str, body: object, name: str, query: Mapping[str, object]) -> Any:  # noqa: ANN401 -- any JSON
        named = {"Idempotency-Key": name or str(uuid.uuid4())} if method == "POST" else {}
        said = {key: value for key, value in query.items() if value is not None}
        content = None if body is None else json.dumps(body).encode()
        headers = {**self._headers, **named, "Content-Type": "application/json"}
        return self._told(self._tried(method, path, content, headers, said))

    def _tried(
        self, method: str, path: str, content: bytes | BinaryIO | None, headers: Mapping[str, str], query: Mapping[str, Any]
    ) -> httpx2.Response:
        for again in range(self._tries):
            is_last = again == self._tries - 1
            if content is not None and not isinstance(content, bytes):
                content.seek(0)
            try:
                answer = self._http.request(method, self._base + path, content=content, headers=headers, params=query)
            except httpx2.TransportError:
                if is_last:
                    raise
                self._sleep(_wait(again, ""))
                continue
            if is_last or not _is_worth_again(answer):
                return answer
            self._sleep(_wait(again, answer.headers.get("retry-after", "")))
        raise AssertionError  # it is tried once or more

    def _told(self, answer: httpx2.Response) -> Any:  # noqa: ANN401 -- any JSON
        if answer.status_code >= _REFUSED:
            raise Problem(answer.status_code, _document(answer))
        return answer.json() if answer.content else None


def _is_worth_again(answer: httpx2.Response) -> bool:
    return answer.status_code in _AGAIN or Problem(answer.status_code, _document(answer)).name == _UNDER_WAY


def _document(answer: httpx2.Response) -> Mapping[str, object]:
    if answer.status_code < _REFUSED:
        return {}
    try:
        known = answer.json()
    except ValueError:
        # Said by somebody between us, in another form.
        known = None
    return known if isinstance(known, dict) else {"title": answer.reason_phrase}


def _wait(again: int, said: str) -> float:
    usual = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0**again)
    return min(_LONGEST_WAIT, float(said)) if said.isascii() and said.isdecimal() else usual
