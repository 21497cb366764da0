"""Build the documentation as a site, and say which of its links lead nowhere.

The pages are those of `docs/`, with the changelog and the guide for contributors, which stand beside it. The navigation is
`docs/README.md`: its headings, and below each the pages in their order.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import yaml
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).resolve().parents[1]
INDEX = "README.md"
# Pages that stand above `docs/`, where a newcomer looks for them.
ABOVE = ("CHANGELOG.md", "CONTRIBUTING.md")
DIAGRAMS = {"name": "mermaid", "class": "mermaid"}

_LINK = re.compile(r"\]\((?!\w+:|#)(?P<path>[^)\s#]+)(?P<rest>#[^)\s]*)?\)")
_ENTRY = re.compile(r"^- \[(?P<title>[^\]]+)\]\((?P<path>[^)#]+)\)")
_LOADED = ("script[src]", "img[src]", "link[rel=stylesheet][href]", "iframe[src]", "source[srcset]")

Entries = dict[str, list[dict[str, str]]]


def navigation(index: str) -> Entries:
    """Give the headings of the index, each with its pages as title and path; what stands above the first is no part of it."""
    found: Entries = {}
    for line in index.splitlines():
        if line.startswith("## "):
            found[line.removeprefix("## ")] = []
        elif (entry := _ENTRY.match(line)) and found:
            list(found.values())[-1].append({entry["title"]: _staged(entry["path"])})
    return found


def stage(folder: Path, root: Path = ROOT, drawing: Path | None = None) -> Path:
    """Lay out in *folder* what the builder reads, and give its configuration."""
    pages = folder / "docs"
    shutil.copytree(root / "docs", pages, ignore=shutil.ignore_patterns("mkdocs.yml", INDEX))
    index = (root / "docs" / INDEX).read_text()
    (pages / "index.md").write_text(_below(root, pages, root / "docs", index))
    for name in ABOVE:
        (pages / name.lower()).write_text(_below(root, pages, root, (root / name).read_text()))
    for page in pages.rglob("*.md"):
        source = root / "docs" / page.relative_to(pages)
        if source.exists():
            page.write_text(_below(root, pages, source.parent, page.read_text()))
    (pages / "decisions" / "index.md").write_text(_decisions(root / "docs" / "decisions"))
    settings = yaml.safe_load((root / "docs" / "mkdocs.yml").read_text())
    settings |= {"nav": [{"Home": "index.md"}, *({title: entries} for title, entries in navigation(index).items())]}
    if drawing is not None:
        shutil.copy(drawing, pages / "mermaid.min.js")
        settings["extra_javascript"] = ["mermaid.min.js"]
        settings["markdown_extensions"] = [*map(_drawn, settings["markdown_extensions"])]
    made = folder / "mkdocs.yml"
    made.write_text(yaml.safe_dump({**settings, "docs_dir": "docs", "site_dir": "site"}, sort_keys=False, allow_unicode=True))
    return made


def build(target: Path, drawing: Path | None = None) -> None:
    """Make the site anew at *target*.

    Raises:
        CalledProcessError: the builder found a fault; what it says of it is in its output.

    """
    with tempfile.TemporaryDirectory() as scratch:
        made = stage(Path(scratch), drawing=drawing)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(made)]
        subprocess.run(command, check=True, cwd=scratch, capture_output=True, text=True)  # noqa: S603 -- the words are ours
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(Path(scratch) / "site", target)


def faults(site: Path) -> list[str]:
    """Say of every link that leads nowhere, and of all that is loaded from elsewhere, on which page it stands."""
    site = site.resolve()
    pages = {page: LexborHTMLParser(page.read_text()) for page in sorted(site.rglob("*.html"))}
    marks = {
        page: frozenset(filter(None, (one.attributes.get("id") for one in tree.css("[id]")))) for page, tree in pages.items()
    }
    return [
        f"{page.relative_to(site)}: {fault}"
        for page, tree in pages.items()
        # The page for what is not there is answered at any address, so its links begin at the root of a site.
        if page.name != "404.html"
        for fault in (*_lost(site, page, tree, marks), *_foreign(tree))
    ]


def _lost(site: Path, page: Path, tree: LexborHTMLParser, marks: Mapping[Path, frozenset[str]]) -> Iterator[str]:
    links = [one.attributes.get("href") for one in tree.css("a[href]")] + [
        one.attributes.get("src") for one in tree.css("img[src]")
    ]
    for link in links:
        parts = urlsplit(link or "")
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        target = target / "index.html" if target.is_dir() else target
        if not target.is_relative_to(site) or not target.exists():
            yield f"{link} is not there"
        elif parts.fragment and unquote(parts.fragment) not in marks.get(target, {unquote(parts.fragment)}):
            yield f"{link} names a place that the page does not have"


def _foreign(tree: LexborHTMLParser) -> Iterator[str]:
    for selector in _LOADED:
        for one in tree.css(selector):
            address = next(filter(None, (one.attributes.get(name) for name in ("src", "href", "srcset"))), "")
            if urlsplit(address).netloc:
                yield f"{address} is loaded from elsewhere"


def _below(root: Path, pages: Path, beside: Path, text: str) -> str:
    """Turn the links of a page, as they hold *beside* it in the repository, into such that hold in the site."""

    def turned(match: re.Match[str]) -> str:
        path = (beside / match["path"]).resolve()
        here = beside.relative_to(root / "docs") if beside.is_relative_to(root / "docs") else Path()
        up = "../" * len(here.parts)
        rest = match["rest"] or ""
        if path.is_relative_to(root / "docs"):
            return f"]({up}{_staged(path.relative_to(root / 'docs').as_posix())}{rest})"
        name = path.relative_to(root).as_posix()
        if name in ABOVE:
            return f"]({up}{name.lower()}{rest})"
        kept = pages / "files" / name
        if path.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, kept)
        return f"]({up}files/{name})"

    return _LINK.sub(turned, _indented(text))


def _indented(text: str) -> str:
    """Indent what belongs to an item of a list as far as the builder wants it, which is one blank more than others do."""
    parts = re.split(r"(^```.*?^```$)", text, flags=re.MULTILINE | re.DOTALL)
    return "".join(
        part if part.startswith("```") else re.sub(r"^ {2,3}(?=\S)", "    ", part, flags=re.MULTILINE) for part in parts
    )


def _staged(path: str) -> str:
    """Give the path in the site of a link of the index."""
    name = path.removeprefix("../")
    if name in ABOVE:
        return name.lower()
    if name == INDEX:
        return "index.md"
    return "decisions/index.md" if name.rstrip("/") == "decisions" else name


def _decisions(folder: Path) -> str:
    """Give the page that lists the decisions, which in the repository is a folder."""
    titles = [(page.name, page.read_text().partition("\n")[0].removeprefix("# ")) for page in sorted(folder.glob("0*.md"))]
    listed = "".join(f"- [{title.replace('. ', ' · ', 1)}]({name})\n" for name, title in titles)
    return f"# Decisions\n\nWhat could have been done otherwise, what was chosen, and what would change our mind.\n\n{listed}"


def _drawn(extension: object) -> object:
    """Let the extension that reads blocks hand diagrams to what draws them."""
    if extension != "pymdownx.superfences":
        return extension
    fences: dict[str, Any] = {"custom_fences": [{**DIAGRAMS}]}
    return {"pymdownx.superfences": fences}


def main(target: str, drawing: str) -> int:
    """Build the site and say how it is; the answer is the exit code."""
    try:
        build(Path(target), Path(drawing) if Path(drawing).exists() else None)
    except subprocess.CalledProcessError as fault:
        sys.stderr.write(f"{fault.stdout}{fault.stderr}")
        return 1
    found = faults(Path(target))
    sys.stderr.writelines(f"{fault}\n" for fault in found)
    sys.stdout.write(
        f"{target}/index.html: {len(list(Path(target).rglob('*.html')))} pages, {len(found)} links that lead nowhere\n"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
