from datetime import datetime

from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.images import library
from newsletter.images.model import Facts
from tests.harness.drawn import photo


def test_image_is_served_from_our_own_address(application: Application, client: TestClient, now: datetime) -> None:
    """For ever under this address, as an image and nothing else."""
    added = library.add(application.database, application.child, lambda: now, photo(90, 60), Facts("hall.jpg"))
    answer = client.get(f"/images/{added.file}")

    assert (200, "image/jpeg", added.size) == (answer.status_code, answer.headers["content-type"], len(answer.content))
    assert "public, max-age=31536000, immutable" == answer.headers["cache-control"]
    assert "default-src 'none'; sandbox" == answer.headers["content-security-policy"]
    assert ("nosniff", "inline") == (answer.headers["x-content-type-options"], answer.headers["content-disposition"])
    assert "set-cookie" not in answer.headers
    assert (200, b"") == (client.head(f"/images/{added.file}").status_code, client.head(f"/images/{added.file}").content)


def test_what_is_no_image_is_not_there(application: Application, client: TestClient, now: datetime) -> None:
    """Neither another key nor another ending."""
    added = library.add(application.database, application.child, lambda: now, photo(90, 60), Facts("hall.jpg"))

    for name in (
        f"{added.key}.png",
        f"{added.key}.svg",
        added.key,
        f"{added.key[:8]}.jpg",
        "x.jpg",
        "%.jpg",
        f"{'0' * 40}.jpg",
    ):
        assert 404 == client.get(f"/images/{name}").status_code


def test_what_is_more_than_a_picture_is_served_as_a_picture(
    application: Application, client: TestClient, now: datetime
) -> None:
    """A page behind its last byte was not kept, and its name says nothing of its kind (A33)."""
    data = photo(90, 60) + b"<html><script>alert(1)</script>"
    added = library.add(application.database, application.child, lambda: now, data, Facts("hall.html"))
    answer = client.get(f"/images/{added.file}")

    assert (200, "image/jpeg") == (answer.status_code, answer.headers["content-type"])
    assert b"script" not in answer.content
    assert 404 == client.get(f"/images/{added.key}.html").status_code
