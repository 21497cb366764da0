"""An issue as it was, written down and read again."""

from dataclasses import replace

import pytest

from newsletter.errors import BadValue
from newsletter.issues.model import Article, Event, Look, Section, SectionKind, Show
from newsletter.issues.snapshot import Label, Readers, Snapshot, Written, digests, packed, read, spell


def an_article(number: int, title: str = "Staying relevant", content: str = "<p>All about it.</p>") -> Article:
    """Give an article of the first section."""
    fields = (title, "Ann Other", "https://blog.example.org/", content, Show.EXCERPT)
    return Article(number, 1, number, number, *fields, is_dropped=False, is_placeholder=False)


def a_snapshot(*articles: Article, dropped: tuple[Article, ...] = (), title: str = "January 2020") -> Snapshot:
    """Give an issue of one section."""
    section = Section(1, 1, "Feature articles", SectionKind.ARTICLES, is_required=True, articles=articles, look=Look.CARDS)
    return Snapshot(title, "Subject", "Preheader", (section,), dropped, Readers((1,), (2, 3), (4,), (5,)))


def write(snapshot: Snapshot) -> Written:
    """Take a snapshot apart, and write down all of its parts."""
    spelled = spell(snapshot)
    return Written(spelled.document, {digest: packed(text) for digest, text in spelled.texts.items()})


def test_what_is_read_is_what_was_written() -> None:
    """Also rich text, events, and what was dropped."""
    rich = replace(an_article(2), document={"type": "doc", "content": []}, event=Event("2020-02-03", place="Utrecht"))
    snapshot = a_snapshot(an_article(1), rich, dropped=(replace(an_article(3), is_dropped=True),))

    assert snapshot == read(write(snapshot))


def test_what_is_known_need_not_be_written_down() -> None:
    """It stands where the document says, whatever it was known of."""
    snapshot = a_snapshot(an_article(1), an_article(2, "Another"))
    known = {name: replace(one, id=9, position=9) for name, one in spell(snapshot).articles.items()}

    assert snapshot == read(Written(spell(snapshot).document, {}), known)


def test_a_text_is_written_once() -> None:
    """An edit of one article of two adds one part."""
    first = write(a_snapshot(an_article(1), an_article(2, "Another")))
    second = write(a_snapshot(an_article(1), an_article(2, "Another one")))

    assert 1 == len(second.parts.keys() - first.parts.keys())
    assert set(second.parts) == set(digests(second.document))


def test_where_an_article_stands_is_not_in_its_part() -> None:
    """Moving one adds nothing."""
    here, there = an_article(1), replace(an_article(1), id=7, section_id=4, position=9)

    assert write(a_snapshot(here)).parts == write(a_snapshot(there)).parts


def test_what_came_in_later_has_its_usual_value() -> None:
    """A version of before is read by a house that knows more of articles, or less."""
    written = write(a_snapshot(an_article(1)))
    document = {**written.document, "sections": [{**written.document["sections"][0], "from the future": 1}]}

    assert an_article(1) == read(Written(document, written.parts)).articles[0]


@pytest.mark.parametrize(("text", "label"), [("3", Label(3)), (" 12.2 ", Label(12, 2))])
def test_labels_are_read_as_they_are_spelled(text: str, label: Label) -> None:
    """With and without a side."""
    assert label == Label.parse(text)
    assert text.strip() == str(label)


@pytest.mark.parametrize("text", ["", "0", "3.0", "3.", "-1", "three", "3.1.1", "٣", "9" * 12])
def test_other_words_are_no_label(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(BadValue, match="write it as 3"):
        Label.parse(text)
