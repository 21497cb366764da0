"""Which answers travel packed, and that nothing in them is told by how long they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.testclient import TestClient

from newsletter.web.packing import accepts_gzip, packed
from tests.newsletter.web.conftest import at_desk, csrf_of

# A page of ours asks.
OWN = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}


@pytest.mark.parametrize("wanted", ["gzip", "br, GZIP", "gzip;q=0.1", "deflate, gzip; q=1.0", "*", "*;q=0.5, br"])
def test_who_accepts_gzip_is_known(wanted: str) -> None:
    """By name or by "anything", with or without a weight."""
    assert accepts_gzip(wanted)


@pytest.mark.parametrize("wanted", ["", "identity", "br, deflate", "gzip;q=0", "*, gzip;q=0.000", "*;q=0", "gzip;q=x", "xgzip"])
def test_who_does_not_accept_gzip_is_known(wanted: str) -> None:
    """Also where a weight of nothing forbids it, or cannot be read."""
    assert not accepts_gzip(wanted)


@given(st.text())
def test_anything_may_be_wanted(wanted: str) -> None:
    """A stranger writes the header."""
    assert accepts_gzip(wanted) in {True, False}


def test_a_page_of_the_desk_travels_packed(client: TestClient) -> None:
    """Shorter, and the same; whoever accepts no gzip gets it plain."""
    at_desk(client)
    short = client.get("/desk/account", headers=OWN)
    long = client.get("/desk/account", headers=OWN | {"Accept-Encoding": "identity"})

    assert ("gzip", "Accept-Encoding, Sec-Fetch-Site") == (short.headers["content-encoding"], short.headers["vary"])
    assert int(short.headers["content-length"]) * 2 < int(long.headers["content-length"])
    assert "content-encoding" not in long.headers
    assert "</html>" in short.text


@pytest.mark.parametrize("site", [None, "cross-site", "same-site", "", "Same-Origin, none"])
def test_what_another_site_asks_for_is_plain(client: TestClient, site: str | None) -> None:
    """And what a browser asks for that does not tell who wants it."""
    at_desk(client)
    headers = {"Accept-Encoding": "gzip"} | ({} if site is None else {"Sec-Fetch-Site": site})

    assert "content-encoding" not in client.get("/desk/account", headers=headers).headers


def test_the_token_of_packed_pages_is_another_one_each_time(client: TestClient) -> None:
    """And each is taken, as the plain one is; one that was tampered with is not."""
    plain = at_desk(client)
    client.headers["Sec-Fetch-Site"] = "same-origin"
    first, second = csrf_of(client), csrf_of(client)
    del client.headers["Sec-Fetch-Site"]

    assert 3 == len({plain, first, second})
    for wrong in (first[:-1], f"{first}00", first.replace(".", ""), ".", f"{'0' * 86}.{plain.encode().hex()[:-2]}", "ä.ö"):
        assert 403 == client.post("/desk/leave", data={"csrf": wrong}).status_code, wrong
    assert 303 == client.post("/desk/leave", data={"csrf": first}, follow_redirects=False).status_code


@pytest.mark.parametrize(
    "answer",
    [
        HTMLResponse("short"),
        Response(b"x" * 5000, media_type="image/png"),
        StreamingResponse(iter(["x" * 5000]), media_type="text/html"),
        HTMLResponse("x" * 5000, headers={"Content-Encoding": "br"}),
    ],
)
def test_what_would_gain_nothing_stays_as_it_is(answer: Response) -> None:
    """Short texts, pictures, what is streamed, and what is packed already."""
    before = dict(answer.headers)

    assert before == dict(packed(answer).headers)
