"""How the small files that pages link to are answered."""

import gzip

from starlette.testclient import TestClient


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


def test_pages_of_strangers_are_not_packed(client: TestClient) -> None:
    """Their tokens could be guessed by their length."""
    assert "content-encoding" not in client.get("/desk/sign-in", headers={"Accept-Encoding": "gzip"}).headers
