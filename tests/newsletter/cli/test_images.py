"""`newsletter images`: the library from a terminal."""

from pathlib import Path

from newsletter.cli.exits import Exit
from newsletter.images.model import shown_keys
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


def test_pictures_of_an_issue_are_fetched_and_frozen_with_it(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """From our own address, and kept as long as the letter; what could not be had is told with its article."""
    terminal.settings["NEWSLETTER_ALLOW_LOOPBACK"] = "1"
    letter, html = tmp_path / "letter.html", tmp_path / "issue.html"
    issue = str(terminal.ok("issues", "draft", paper, "--empty", "Hello")["issue"])
    with ChaosFeed() as chaos:
        there, gone = chaos.put("/hall.jpg", Page(photo(300, 200), "image/jpeg")), chaos.url("/gone.jpg")
        letter.write_text(f'<p>Dear all,</p><img src="{there}" alt="The hall"><img src="{gone}" alt="Gone">')
        terminal.ok("issues", "letter", issue, "Letter", str(letter), "--by", "Ann Lee")
        fetched = terminal.ok("images", "fetch", issue)
        terminal.ok("issues", "approve", issue, "--override", "It is a test")
        terminal.ok("issues", "export", issue, "--html", str(html))
    (key,) = shown_keys(html.read_text())

    assert (2, 1, [gone]) == (fetched["pictures"], fetched["fetched"], [one["url"] for one in fetched["lost"]])
    assert "127.0.0.1" not in html.read_text().replace("http://127.0.0.1:8000", "")
    assert 1 == terminal.ok("images", "show", key)["letters"]
    assert Exit.REFUSED == terminal("images", "remove", key, "--yes").code
    assert "“gone.jpg” is left out: it cannot be fetched" in terminal("issues", "check", issue).out


def test_what_is_no_picture_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """A file that is none, one that is not there, and a focus outside."""
    file = tmp_path / "notes.jpg"
    file.write_text("notes")

    assert "notes.jpg: is no JPEG, PNG, GIF, WEBP or AVIF file" in terminal("images", "add", str(file)).err
    assert Exit.REFUSED == terminal("images", "add", str(tmp_path / "gone.jpg")).code
    assert Exit.REFUSED == terminal("images", "add", str(file), "--focus", "2,2").code


def test_same_file_again_is_told_to_keep_its_words(terminal: Terminal, tmp_path: Path) -> None:
    """What it is described as now holds wherever it is shown, and is not changed by the way."""
    file = tmp_path / "chair.png"
    file.write_bytes(photo(90, 60, "PNG"))
    first = terminal.ok("images", "add", str(file), "--alt", "The Chair", "--credit", "Ann Lee")
    again = terminal("images", "add", str(file), "--alt", "A chair", "--credit", "Bo")

    assert not first["is_described_otherwise"]
    assert "It was there already, and stays described as it was: “The Chair”, credit “Ann Lee”." in again.out
    assert not terminal.ok("images", "add", str(file), "--alt", "The Chair")["is_described_otherwise"]


def test_logo_is_an_image_of_the_library_and_stays_there(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """By the beginning of its key or by its address; one from elsewhere is refused, with the reason."""
    file = tmp_path / "logo.png"
    file.write_bytes(photo(90, 60, "PNG"))
    added = terminal.ok("images", "add", str(file), "--alt", "The section's sign")
    key, address = str(added["key"]), str(added["address"])
    edit = ("newsletters", "edit", paper, "--token", "logo.alt=The section", "--token")
    elsewhere = terminal(*edit, "logo.src=https://example.org/logo.png")

    assert Exit.REFUSED == elsewhere.code
    assert "it tells another server who reads" in elsewhere.err
    assert f"/images/{key}.jpg" == terminal.ok(*edit, f"logo.src={key[:10]}")["tokens"]["logo.src"]
    assert f"/images/{key}.jpg" == terminal.ok(*edit, f"logo.src={address}")["tokens"]["logo.src"]
    assert Exit.NOT_FOUND == terminal(*edit, f"logo.src={'0' * 40}").code
    assert 1 == terminal.ok("images", "show", key)["newsletters"]
    kept = terminal("images", "remove", key, "--yes")
    assert (Exit.REFUSED, True) == (kept.code, "1 newsletter" in kept.err)
