"""The port for whoever watches: who is answered there, and what."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection
from socket import create_connection

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.returns.intakes import Listen
from newsletter.watching import port
from newsletter.watching.access import Access
from newsletter.watching.port import Watched
from newsletter.watching.watcher import Watch

TOKEN = "a token that is long enough"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def watched(database: Database) -> Watched:
    """Give a healthy process that anybody on this machine may look at."""
    watch = Watch(database, None, lambda: datetime.now(UTC))
    return Watched(Access(Listen("127.0.0.1", 0)), watch, database, lambda: True, lambda: False)


@pytest.fixture
def number(watched: Watched) -> Iterator[int]:
    """Give the port where it is answered."""
    with port.opened(watched) as opened:
        yield opened


def status(watched: Watched, path: str, **headers: str) -> int:
    """Ask, and give the status."""
    return port.answer(watched, path, headers).status.value


def test_metrics_and_health_are_told_over_http(number: int) -> None:
    """By GET and by HEAD; nothing else is there, and nobody is told what runs."""
    seen = {}
    for method, path in (("GET", "/metrics"), ("GET", "/healthz"), ("HEAD", "/readyz"), ("GET", "/desk"), ("POST", "/metrics")):
        with closing(HTTPConnection("127.0.0.1", number, timeout=10)) as connection:
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
            seen[method, path] = (answer.status, answer.headers["server"], b"newsletter_database_up 1.0" in body)

    assert [200, 200, 200, 404, 501] == [one[0] for one in seen.values()]
    assert all(one[1].strip() == "newsletter" for one in seen.values())
    assert seen["GET", "/metrics"][2]


def test_with_a_token_nobody_without_it_sees_metrics(watched: Watched) -> None:
    """Health is for anybody who asks: it says nothing."""
    guarded = replace(watched, access=replace(watched.access, token=TOKEN))

    assert 401 == status(guarded, "/metrics")
    assert 401 == status(guarded, "/metrics", authorization=f"Bearer {TOKEN} ")
    assert 401 == status(guarded, "/metrics", authorization=TOKEN)
    assert 200 == status(guarded, "/metrics", authorization=f"Bearer {TOKEN}", host="worker:9464")
    assert 200 == status(guarded, "/readyz")


def test_without_a_token_a_name_from_elsewhere_leads_nobody_here(watched: Watched) -> None:
    """A page in a browser of this machine cannot read it by a name that somebody else gave to 127.0.0.1."""
    assert 403 == status(watched, "/metrics", host="evil.example:9464")
    assert [200, 200, 200] == [status(watched, "/metrics", host=name) for name in ("127.0.0.1:9464", "localhost:9", "[::1]:9")]


def test_a_process_that_ends_or_stands_still_says_so(watched: Watched) -> None:
    """Nothing is sent its way any more; one that stands still is restarted."""
    assert 503 == status(replace(watched, is_stopping=lambda: True), "/readyz")
    assert 503 == status(replace(watched, is_healthy=lambda: False), "/healthz")
    away = Database("postgresql://nobody:secret@127.0.0.1:9/nowhere")
    assert [503, 503] == [status(replace(watched, database=away), path) for path in ("/readyz", "/healthz")]


def test_whoever_holds_many_connections_keeps_the_port_from_nobody_for_long(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than there is room for are sent away at once; those that say nothing are ended."""
    monkeypatch.setattr(port._Handler, "timeout", 0.2)  # noqa: SLF001 -- five seconds are long in a test
    with port.opened(watched) as opened:
        held = [create_connection(("127.0.0.1", opened)) for _ in range(port.MOST_CONNECTIONS)]
        with closing(create_connection(("127.0.0.1", opened), timeout=5)) as one_more:
            assert b"" == one_more.recv(1)
        assert b"" == held[0].recv(1)
        for one in held:
            one.close()


def test_a_port_that_is_taken_is_told_by_the_setting(watched: Watched, number: int) -> None:
    """The second process of a host needs another one."""
    taken = replace(watched, access=Access(Listen("127.0.0.1", number)))
    with pytest.raises(BadValue, match="NEWSLETTER_METRICS_LISTEN"), port.opened(taken):
        pass
