"""How two versions differ, by article and with the words marked."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues import differences
from newsletter.issues.differences import Difference, Fate, Mark, Run, compare, told
from newsletter.issues.model import Article, Event, Section, SectionKind, Show
from newsletter.issues.snapshot import Readers, Snapshot

TEXTS = st.text("ab <>/p", max_size=40)


def an_article(number: int, content: str = "", title: str = "", section: int = 1) -> Article:
    """Give an article."""
    said = (title or f"Article {number}", "", "", content, Show.EXCERPT)
    return Article(number, section, number, None, *said, is_dropped=False, is_placeholder=False)


def a_section(number: int, *articles: Article, title: str = "") -> Section:
    """Give a section."""
    called = title or f"Section {number}"
    return Section(number, number, called, SectionKind.ARTICLES, is_required=False, articles=articles)


def an_issue(*sections: Section, dropped: tuple[Article, ...] = (), title: str = "January") -> Snapshot:
    """Give an issue."""
    return Snapshot(title, "", "", sections, dropped, Readers())


def runs(difference: Difference) -> list[Run]:
    """Give all words of the first passage of the first article."""
    return [run for runs in difference.articles[0].passages[0].paragraphs for run in runs]


def test_two_of_one_kind_do_not_differ() -> None:
    """Nothing is said."""
    same = an_issue(a_section(1, an_article(1)))

    assert compare(same, same).is_nothing
    assert "" == told(same, same)


def test_words_that_came_and_went_are_marked() -> None:
    """Within the paragraph they stand in; the others are counted."""
    before = an_issue(a_section(1, an_article(1, "<p>First.</p><p>We meet on <b>Monday</b> in Utrecht.</p>")))
    after = an_issue(a_section(1, an_article(1, "<p>First.</p><p>We meet on Tuesday in Utrecht.</p>")))

    assert [
        Run(Mark.SKIPPED, "1 paragraph is as it was"),
        Run(Mark.SAME, "We meet on"),
        Run(Mark.REMOVED, "Monday"),
        Run(Mark.ADDED, "Tuesday"),
        Run(Mark.SAME, "in Utrecht."),
    ] == runs(compare(before, after))
    assert "“Article 1” changed" == told(before, after)


def test_what_is_far_from_a_change_is_left_out() -> None:
    """Twelve words on either side are enough to know where one is."""
    words = " ".join(f"w{n}" for n in range(100))
    found = runs(compare(an_issue(a_section(1, an_article(1, words))), an_issue(a_section(1, an_article(1, words + " end")))))

    assert [Mark.SKIPPED, Mark.SAME, Mark.ADDED] == [run.mark for run in found]
    assert 12 == len(found[1].text.split())


def test_a_mended_link_is_a_difference() -> None:
    """Although every word is as it was."""
    before = an_issue(a_section(1, an_article(1, '<a href="https://a.example">here</a>')))
    after = an_issue(a_section(1, an_article(1, '<a href="https://b.example">here</a>')))

    assert [("text", Mark.SKIPPED), ("links", Mark.REMOVED)] == [
        (passage.what, passage.paragraphs[0][0].mark) for passage in compare(before, after).articles[0].passages
    ]


def test_a_book_is_not_compared_word_by_word() -> None:
    """A paragraph of a hundred thousand words costs no minute."""
    before, after = ("word " * 100_000, "other " * 100_000)
    found = runs(compare(an_issue(a_section(1, an_article(1, before))), an_issue(a_section(1, an_article(1, after)))))

    assert [Mark.REMOVED, Mark.ADDED] == [run.mark for run in found]


def test_what_became_of_articles_is_said() -> None:
    """Added, removed, dropped, taken in, moved to another section."""
    one, two, three, four = (an_article(n) for n in range(1, 5))
    before = an_issue(a_section(1, one, two), a_section(2, three), dropped=(replace(four, is_dropped=True),))
    after = an_issue(
        a_section(1, one, an_article(5)),
        a_section(2, four, replace(two, section_id=2)),
        dropped=(replace(three, is_dropped=True),),
    )

    assert {3: [Fate.DROPPED], 5: [Fate.ADDED], 4: [Fate.TAKEN_IN], 2: [Fate.MOVED]} == {
        one.article_id: list(one.fates) for one in compare(before, after).articles
    }
    assert [Fate.REMOVED] == [fate for one in compare(after, an_issue(*after.sections)).articles for fate in one.fates]


def test_of_a_new_order_as_little_as_possible_is_said() -> None:
    """Who moves one article up has moved one, not all that stand below."""
    articles = [an_article(n) for n in range(1, 6)]
    before = an_issue(a_section(1, *articles))
    after = an_issue(a_section(1, articles[4], *articles[:4]))

    assert [(5, (Fate.MOVED,))] == [(one.article_id, one.fates) for one in compare(before, after).articles]


def test_sections_are_told_in_words() -> None:
    """New, gone, called otherwise, set otherwise, in another order."""
    before = an_issue(a_section(1), a_section(2), a_section(3), a_section(4))
    after = an_issue(a_section(4), a_section(1), a_section(2, title="News"), replace(a_section(5), words=30))

    assert (
        "section “Section 2” is called “News”",
        "section “Section 5” is new",
        "section “Section 3” is gone",
        "sections stand in another order",
    ) == compare(before, after).sections
    wider = an_issue(replace(a_section(1), words=30))
    assert ("section “Section 1” is set otherwise",) == compare(an_issue(a_section(1)), wider).sections


def test_head_and_readers_are_compared() -> None:
    """They are part of what is approved."""
    before, after = an_issue(), replace(an_issue(title="January 2020"), readers=Readers(topics=(1,)))

    assert [("title", "January", "2020")] == [
        (passage.what, passage.paragraphs[0][0].text, passage.paragraphs[0][1].text) for passage in compare(before, after).head
    ]
    assert not compare(before, after).are_readers_the_same
    assert "title changed; for other readers" == told(before, after)


def test_many_changes_are_counted() -> None:
    """A line of a list is no report."""
    after = an_issue(a_section(1, *(an_article(n) for n in range(1, 9))))

    assert told(an_issue(a_section(1)), after).endswith("“Article 4” added; and 4 more")


def test_every_fact_of_an_article_is_compared() -> None:
    """Whoever gives articles another field says how it is called here, or why it is not compared."""
    besides = {"id", "section_id", "position", "post_id", "content", "document", "is_dropped", "is_placeholder", "snippet"}

    assert {field.name for field in fields(Article)} == besides | set(differences._FACTS)  # noqa: SLF001 -- the table is the claim
    before = an_issue(a_section(1, an_article(1)))
    after = an_issue(a_section(1, replace(an_article(1), event=Event("2020-02-03", place="Utrecht"))))
    assert [Run(Mark.ADDED, "2020-02-03 Utrecht")] == runs(compare(before, after))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_a_difference(before: str, after: str) -> None:
    """What is the same and what went is the old text, what is the same and what came the new one."""
    found = differences._words(before, after)  # noqa: SLF001 -- a property of the marks
    old = " ".join(run.text for run in found if run.mark in {Mark.SAME, Mark.REMOVED})
    new = " ".join(run.text for run in found if run.mark in {Mark.SAME, Mark.ADDED})

    assert (before.split(), after.split()) == (old.split(), new.split())
