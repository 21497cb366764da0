"""Brings images from the web, and the sizes of documents; no transaction is open while a server is waited for."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.errors import ImageNotFound
from newsletter.images import store
from newsletter.images.development import developed
from newsletter.images.model import LARGEST_FILE, Facts, Refused, own_key
from newsletter.outbound import Fetched, FetchFailed, FetchPolicy, fetch, head
from subscribers.oneline import one_line
from subscribers.sentence import say

# Files that are waited for at the same time; each may hold 20 MB.
AT_ONCE = 6
# A blog on a small server answers two visitors at once, and we are only one of them.
AT_ONE_HOST = 2
# Of one file, in seconds.
LONGEST_FETCH = 20.0
LONGEST_QUESTION = 8.0
# Of all of them: whoever approves an issue waits for it.
LONGEST = 90.0

LONGEST_NAME = 120

# What we read, best first.
ACCEPT = ("Accept", "image/jpeg, image/png, image/webp, image/avif;q=0.9, image/gif;q=0.8, */*;q=0.1")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file on the web."""

    url: str
    # Linked to, not shown: only its size is asked for.
    is_document: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a file; without a trouble it is here."""

    wanted: Wanted
    # Completes "the picture …".
    trouble: str = ""


class NotBrought(Exception):  # noqa: N818 -- becomes a value in this room
    """Why there is no picture, to complete "the picture …"."""


@dataclass(frozen=True, slots=True)
class Bringer:
    """The wire of this room: HTTP, the child process in which pictures are read, and where they are kept."""

    database: Database
    policy: FetchPolicy
    child: Child
    clock: Clock
    # Of all files together, in seconds.
    longest: float = LONGEST

    async def bring(self, wanted: Sequence[Wanted], progress: Callable[[Brought], None] | None = None) -> tuple[Brought, ...]:
        """Fetch and keep all of *wanted*; one that cannot be had is told and never stops the others."""
        everywhere = asyncio.Semaphore(AT_ONCE)
        hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONE_HOST))
        deadline = asyncio.get_running_loop().time() + self.longest

        async def one(each: Wanted) -> Brought:
            async with hosts[_host(each.url)], everywhere:
                brought = await self._in_time(each, deadline)
            if progress is not None:
                progress(brought)
            return brought

        # All of them end before an error of one, which can only be the database's or a bug, is passed on.
        results = await asyncio.gather(*map(one, wanted), return_exceptions=True)
        return tuple(map(_unwrap, results))

    async def _in_time(self, wanted: Wanted, deadline: float) -> Brought:
        try:
            async with asyncio.timeout_at(deadline):
                return await (self._measure(wanted) if wanted.is_document else self._picture(wanted))
        except TimeoutError:
            trouble = say(
                "was not fetched, because all pictures together took longer than %(longest)s seconds",
                longest=f"{self.longest:g}",
            )
            await asyncio.to_thread(self._record, wanted, trouble)
            return Brought(wanted, trouble)

    async def _picture(self, wanted: Wanted) -> Brought:
        if key := own_key(wanted.url):
            return await asyncio.to_thread(self._own, wanted, key)
        try:
            answer = await self.get(wanted.url)
        except NotBrought as reason:
            await asyncio.to_thread(self._record, wanted, str(reason))
            return Brought(wanted, str(reason))
        return await asyncio.to_thread(self._keep, wanted, answer.body)

    async def get(self, url: str) -> Fetched:
        """Give the file at *url*.

        Raises:
            NotBrought: no answer, or another one than the file.

        """
        policy = replace(self.policy, seconds=LONGEST_FETCH, raw_bytes=LARGEST_FILE, inflated_bytes=LARGEST_FILE)
        try:
            answer = await fetch(url, policy, (ACCEPT,))
        except FetchFailed as failed:
            msg = say("cannot be fetched: its address %(reason)s", reason=failed.reason)
            raise NotBrought(msg) from failed
        if answer.status != HTTPStatus.OK:
            msg = say("cannot be fetched: its server answers %(status)s", status=answer.status)
            raise NotBrought(msg)
        return answer

    def _keep(self, wanted: Wanted, data: bytes) -> Brought:
        made = developed(self.child, data, wanted.url)
        now = self.clock()
        with self.database.write() as tx:
            if isinstance(made, Refused):
                store.record_image(tx, wanted.url, None, made.reason, now)
                return Brought(wanted, made.reason)
            key = store.keep(tx, made, Facts(name=name_of(wanted.url), source=wanted.url), now)
            store.record_image(tx, wanted.url, key, made.remark, now)
        return Brought(wanted)

    def _own(self, wanted: Wanted, key: str) -> Brought:
        """Take an image of ours by its address; nothing is fetched."""
        now = self.clock()
        with self.database.write() as tx:
            try:
                store.record_image(tx, wanted.url, store.find(tx, key).key, "", now)
            except ImageNotFound:
                trouble = say("is not in the library any more")
                store.record_image(tx, wanted.url, None, trouble, now)
                return Brought(wanted, trouble)
        return Brought(wanted)

    async def _measure(self, wanted: Wanted) -> Brought:
        """Ask how large a document is; nobody needs to know when its server does not say."""
        try:
            answer = await head(wanted.url, replace(self.policy, seconds=LONGEST_QUESTION))
        except FetchFailed:
            await asyncio.to_thread(self._record, wanted, "")
            return Brought(wanted)
        said = answer.headers.get("content-length", "")
        # An answer that is compressed on its way says how long that is, not the document.
        is_plain = answer.headers.get("content-encoding", "identity") == "identity"
        is_said = answer.status == HTTPStatus.OK and is_plain and said.isascii() and said.isdecimal() and len(said) <= _DIGITS
        await asyncio.to_thread(self._record, wanted, "", int(said) if is_said else 0)
        return Brought(wanted)

    def _record(self, wanted: Wanted, trouble: str, size: int = 0) -> None:
        now = self.clock()
        with self.database.write() as tx:
            if wanted.is_document:
                store.record_document(tx, wanted.url, size, now)
            else:
                store.record_image(tx, wanted.url, None, trouble, now)


# A document of a terabyte is a mistake.
_DIGITS = 12


def name_of(url: str) -> str:
    """Give the name that a file has on its server."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return one_line(unquote(path.rpartition("/")[2], errors="replace"), LONGEST_NAME)


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""


def _unwrap(result: Brought | BaseException) -> Brought:
    if isinstance(result, BaseException):
        raise result
    return result
