"""How the small files that pages link to are answered."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from newsletter.web.assets import accepts_gzip


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


def test_the_shelf_answers_packed_to_who_accepts_it(client: TestClient) -> None:
    """With another tag, and so that no cache takes one for the other."""
    plain = client.get("/static/desk.css", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/static/desk.css", headers={"Accept-Encoding": "gzip"}) as packed:
        raw = b"".join(packed.iter_raw())

    assert "content-encoding" not in plain.headers
    assert "gzip" == packed.headers["content-encoding"]
    assert plain.content == gzip.decompress(raw)
    assert len(raw) * 3 < len(plain.content)
    assert ["Accept-Encoding"] * 2 == [answer.headers["vary"] for answer in (plain, packed)]
    assert plain.headers["etag"] != packed.headers["etag"]


def test_pages_are_not_packed(client: TestClient) -> None:
    """Their tokens could be guessed by their length."""
    assert "content-encoding" not in client.get("/desk/sign-in", headers={"Accept-Encoding": "gzip"}).headers
