"""A difference between two versions as text, as data and as HTML, its words marked; pure."""

from collections.abc import Iterator, Sequence
from html import escape

from newsletter.issues.differences import Altered, Difference, Mark, Passage, Run

READERS = "It is for other readers."

# As wdiff marks words, which needs no colours.
_SIGNS = {
    Mark.SAME: ("", ""),
    Mark.REMOVED: ("[-", "-]"),
    Mark.ADDED: ("{+", "+}"),
    Mark.SKIPPED: ("(", ")"),
}
_TAGS = {Mark.SAME: "", Mark.REMOVED: "del", Mark.ADDED: "ins", Mark.SKIPPED: "small"}


def lines(difference: Difference) -> list[str]:
    """Give a difference line by line, for a terminal."""
    found = [f"{section}." for section in difference.sections]
    found += [line for passage in difference.head for line in passage_lines(passage)]
    for one in difference.articles:
        found += ["", f"{_heading(one)} (article {one.article_id})"]
        found += [line for passage in one.passages for line in passage_lines(passage)]
    if not difference.are_readers_the_same:
        found += ["", READERS]
    return found


def document(difference: Difference) -> dict[str, object]:
    """Give a difference as data."""
    return {
        "same": difference.is_nothing,
        "head": [passage_document(passage) for passage in difference.head],
        "sections": list(difference.sections),
        "articles": [
            {
                "article": one.article_id,
                "title": one.title,
                "section": one.section,
                "fates": [fate.value for fate in one.fates],
                "passages": [passage_document(passage) for passage in one.passages],
            }
            for one in difference.articles
        ],
        "same_readers": difference.are_readers_the_same,
    }


def html(difference: Difference) -> str:
    """Give a difference as HTML that a page can show: every text escaped, what came in `ins` and what went in `del`."""
    parts = [f"<p>{escape(section)}.</p>" for section in difference.sections]
    parts += [_passage_html(passage) for passage in difference.head]
    for one in difference.articles:
        parts.append(f"<section><h3>{escape(_heading(one))}</h3>{''.join(map(_passage_html, one.passages))}</section>")
    if not difference.are_readers_the_same:
        parts.append(f"<p>{escape(READERS)}</p>")
    return "".join(parts)


def _heading(one: Altered) -> str:
    where = f" in “{one.section}”" if one.section else ""
    return f"“{one.title}”{where}: {' and '.join(fate.value for fate in one.fates)}"


def passage_lines(passage: Passage) -> Iterator[str]:
    """Give one part that is said otherwise line by line, for a terminal."""
    for place, runs in enumerate(passage.paragraphs):
        yield f"  {'' if place else passage.what + ': '}{_signed(runs)}"


def _signed(runs: Sequence[Run]) -> str:
    return " ".join(f"{_SIGNS[run.mark][0]}{run.text}{_SIGNS[run.mark][1]}" for run in runs)


def passage_document(passage: Passage) -> dict[str, object]:
    """Give one part that is said otherwise as data."""
    return {
        "what": passage.what,
        "paragraphs": [[{"mark": run.mark.value, "text": run.text} for run in runs] for runs in passage.paragraphs],
    }


def _passage_html(passage: Passage) -> str:
    paragraphs = "".join(f'<p dir="auto">{" ".join(map(_run_html, runs))}</p>' for runs in passage.paragraphs)
    return f"<h4>{escape(passage.what)}</h4>{paragraphs}"


def _run_html(run: Run) -> str:
    text, tag = escape(run.text), _TAGS[run.mark]
    return f"<{tag}>{text}</{tag}>" if tag else text
