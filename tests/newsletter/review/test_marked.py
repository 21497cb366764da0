"""A difference as text, as data and as HTML."""

from newsletter.issues.differences import Altered, Difference, Fate, Mark, Passage, Run
from newsletter.review import marked

EVIL = '<script>alert("x")</script>'
WORDS = (Run(Mark.SAME, "We meet"), Run(Mark.REMOVED, "Monday"), Run(Mark.ADDED, EVIL), Run(Mark.SKIPPED, "…"))
DIFFERENCE = Difference(
    head=(Passage("subject", (WORDS,)),),
    sections=("section “News” is new",),
    articles=(Altered(7, f"A title {EVIL}", "News", (Fate.MOVED, Fate.CHANGED), (Passage("text", (WORDS, WORDS)),)),),
    are_readers_the_same=False,
)


def test_lines_mark_words_without_colours() -> None:
    """What went stands in square brackets, what came in curly ones."""
    found = marked.lines(DIFFERENCE)

    assert "section “News” is new." == found[0]
    assert f"  subject: We meet [-Monday-] {{+{EVIL}+}} (…)" == found[1]
    assert f"“A title {EVIL}” in “News”: moved and changed (article 7)" == found[3]
    assert "It is for other readers." == found[-1]


def test_data_says_the_same() -> None:
    """With the marks as words."""
    found = marked.document(DIFFERENCE)

    assert (False, False) == (found["same"], found["same_readers"])
    assert {"mark": "removed", "text": "Monday"} in found["head"][0]["paragraphs"][0]  # type: ignore[index]  # a document


def test_html_executes_nothing() -> None:
    """Every text of an issue came from outside (A02)."""
    found = marked.html(DIFFERENCE)

    assert "<del>Monday</del> <ins>&lt;script&gt;" in found
    assert "<script" not in found


def test_nothing_is_nothing() -> None:
    """In all three."""
    nothing = Difference((), (), (), are_readers_the_same=True)

    assert ([], "") == (marked.lines(nothing), marked.html(nothing))
    assert marked.document(nothing)["same"]
