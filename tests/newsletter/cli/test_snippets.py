"""`newsletter snippets` and `issues snippet`."""

import json
from pathlib import Path

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal


def test_a_snippet_is_kept_changed_and_put_into_an_issue(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """As a copy, with its link."""
    text = tmp_path / "call.md"
    text.write_text("Send your *text*.")
    link = "https://example.org/write"
    terminal.ok("snippets", "add", paper, "Call", str(text), "--title", "Write for us", "--link", link)
    issue = str(terminal.ok("issues", "draft", paper, "--month", "2020-01")["issue"])

    told = terminal.ok("issues", "snippet", issue, "call", "… and more")
    terminal.ok("snippets", "edit", paper, "Call", "--title", "Other", "--name", "Appeal")

    article = next(one for section in told["sections"] for one in section["articles"] if one["snippet"])
    assert ("Write for us", link, "Call") == (article["title"], article["link"], article["snippet"])
    shown = terminal.ok("snippets", "show", paper, "Appeal")
    assert ("Other", link, "<p>Send your <em>text</em>.</p>") == (shown["title"], shown["link"], shown["html"])
    assert ["Appeal"] == [one["name"] for one in terminal.ok("snippets", "list", paper)["snippets"]]
    terminal.ok("snippets", "remove", paper, "Appeal")
    assert Exit.NOT_FOUND == terminal("snippets", "show", paper, "Appeal").code


def test_a_snippet_may_be_rich_text(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """As an editor's page stores it; what is none is refused by its path."""
    text = tmp_path / "call.json"
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": "Hello"}]}
    text.write_text(json.dumps({"type": "doc", "content": [paragraph]}))
    kept = terminal.ok("snippets", "add", paper, "Call", str(text))
    text.write_text(json.dumps({"type": "doc", "content": [{"type": "table"}]}))
    refused = terminal("snippets", "edit", paper, "Call", "--text", str(text))
    text.write_text("[" * 100_000)

    assert ("<p>Hello</p>", 1) == (kept["html"], kept["document"]["schema"])
    assert Exit.REFUSED == refused.code
    assert "at doc, 1 table" in refused.err
    assert "no JSON" in terminal("snippets", "edit", paper, "Call", "--text", str(text)).err
