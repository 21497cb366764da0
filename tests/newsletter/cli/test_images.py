"""`newsletter images`: the library from a terminal."""

from pathlib import Path

from newsletter.cli.exits import Exit
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.drawn import photo, read
from tests.harness.terminal import Terminal


def test_picture_is_added_described_shown_and_removed(terminal: Terminal, tmp_path: Path) -> None:
    """By the first digits of its key."""
    file, saved = tmp_path / "chair.png", tmp_path / "saved.jpg"
    file.write_bytes(photo(90, 60, "PNG"))
    added = terminal.ok("images", "add", str(file), "--alt", "The Chair", "--focus", "0.3,0.4")
    key = str(added["key"])
    edited = terminal.ok("images", "edit", key[:10], "--credit", "Photo: Ann Lee", "--focus", "0.5,0.1")
    shown = terminal.ok("images", "show", key, "--save", str(saved))

    assert ("chair.png", "The Chair", [0.3, 0.4], 90, 60) == tuple(
        added[name] for name in ("name", "alt", "focus", "width", "height")
    )
    assert str(added["address"]).endswith(f"/images/{key}.jpg")
    assert ("The Chair", "Photo: Ann Lee", [0.5, 0.1]) == (edited["alt"], edited["credit"], edited["focus"])
    assert (0, 0, "image/jpeg") == (shown["letters"], shown["articles"], shown["media_type"])
    assert (90, 60) == read(saved.read_bytes()).size
    assert [key] == [one["key"] for one in terminal.ok("images", "list")["images"]]
    assert {"key": key, "removed": True} == terminal.ok("images", "remove", key, "--yes")
    assert Exit.NOT_FOUND == terminal("images", "show", key).code


def test_picture_without_words_is_asked_for_them(terminal: Terminal) -> None:
    """Whoever does not see it has nothing else."""
    told = terminal("images", "add", "-", stdin=photo()).out

    assert "It has no alternative text yet: newsletter images edit" in told
    assert "stdin" in terminal("images", "list").out


def test_picture_comes_from_the_web(terminal: Terminal) -> None:
    """With the name it has there; where fetching may go is for the settings to say."""
    with ChaosFeed() as chaos:
        url = chaos.put("/uploads/hall.jpg", Page(photo(), "image/jpeg"))
        refused = terminal("images", "add", url)
        terminal.settings["NEWSLETTER_ALLOW_LOOPBACK"] = "1"
        added = terminal.ok("images", "add", url, "--alt", "The hall")

    assert Exit.REFUSED == refused.code
    assert "not a public address" in refused.err
    assert ("hall.jpg", url) == (added["name"], added["source"])


def test_what_is_no_picture_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """A file that is none, one that is not there, and a focus outside."""
    file = tmp_path / "notes.jpg"
    file.write_text("notes")

    assert "notes.jpg: is no JPEG, PNG, GIF, WEBP or AVIF file" in terminal("images", "add", str(file)).err
    assert Exit.REFUSED == terminal("images", "add", str(tmp_path / "gone.jpg")).code
    assert Exit.REFUSED == terminal("images", "add", str(file), "--focus", "2,2").code
