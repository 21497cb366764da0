"""What is called how when two versions are compared."""

from dataclasses import replace

from newsletter.issues import differences
from newsletter.issues.differences import Fate
from newsletter.issues.model import Article, Event, Show, Suggestion
from newsletter.issues.snapshot import Readers, Snapshot
from newsletter.web.desk.writing.named import NAMED

BEFORE = Article(1, 1, 1, None, "One", "", "", "<p>One.</p>", Show.EXCERPT, is_dropped=False, is_placeholder=False)
AFTER = Article(
    *(1, 1, 1, None, "Other", "Ann", "https://example.org/", '<p><a href="/other">Other.</a></p>', Show.FULL),
    is_dropped=True,
    is_placeholder=False,
    **{name: name for name in ("summary", "affiliation", "portrait", "picture", "picture_alt", "picture_credit")},  # type: ignore[arg-type]
    portrait_alt="x",
    portrait_credit="x",
    words=3,
    event=Event("2020-02-03"),
    suggestion=Suggestion("Kim", "said so"),
    is_unsigned=True,
)


def test_everything_that_can_differ_has_a_name_in_the_catalogue() -> None:
    """Parts of an article, lines above the sections, and what becomes of an article."""
    head = Snapshot("January", "One", "One", (), (), Readers())
    other = replace(head, title="x", subject="x", preheader="x")
    told = {one.what for one in (*differences.passages(BEFORE, AFTER), *differences.compare(head, other).head)}
    told |= {*differences.parts(BEFORE, AFTER), *differences.parts(AFTER, BEFORE), *(fate.value for fate in Fate)}

    assert {"left out", "what is shown", "subject", "links"} <= told
    assert told == NAMED
