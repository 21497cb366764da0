"""`newsletter templates`: listed, looked over, and shown."""

from pathlib import Path

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_themes_are_listed(terminal: Terminal) -> None:
    """With a sentence about each."""
    assert ["federation", "letter", "magazine"] == [one["theme"] for one in terminal.ok("templates", "list")["themes"]]


def test_own_templates_are_looked_over(terminal: Terminal, tmp_path: Path) -> None:
    """The exit code tells a script, the file and line a person."""
    file = tmp_path / "my-newsletter" / "issue" / "section.mjml"
    file.parent.mkdir(parents=True)
    file.write_text("<mj-section>\n<mj-text>x</mj-text></mj-section>")

    told = terminal("templates", "check", "--theme", "letter", "--path", str(tmp_path))

    assert Exit.UNSOUND == told.code
    assert "issue/section.mjml:2:1: <mj-text> may not stand in <mj-section>" in told.out


def test_unknown_theme_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """With those there are."""
    told = terminal("templates", "preview", "--theme", "glossy", "--out", str(tmp_path))

    assert (Exit.REFUSED, True) == (told.code, "there are federation, letter, magazine" in told.err)


def test_samples_are_written_with_their_pictures(terminal: Terminal, tmp_path: Path) -> None:
    """A browser opens them as they lie; nothing in them is fetched from elsewhere."""
    told = terminal.ok("templates", "preview", "--theme", "letter", "--out", str(tmp_path / "new"))

    assert ["all-blocks", "few", "empty", "twenty", "arabic", "long-words", "big-type"] == [
        one["sample"] for one in told["samples"]
    ]
    assert [] == [one for one in told["samples"] if one["bytes"] > one["limit"]]
    assert {"letter-all-blocks.html", "letter-all-blocks.txt", "pictures"} < {
        file.name for file in (tmp_path / "new").iterdir()
    }
    assert "pictures.invalid" not in (tmp_path / "new" / "letter-few.html").read_text(encoding="utf-8")
    assert (tmp_path / "new" / "pictures" / "portrait.png").is_file()
