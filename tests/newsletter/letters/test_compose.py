import re
from dataclasses import replace
from itertools import pairwise

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.confined import Child
from newsletter.errors import RenderFailed
from newsletter.images.model import Hosted, Shelf
from newsletter.issues import document
from newsletter.issues.model import Event, Issue, SectionKind, Show
from newsletter.issues.richhtml import to_html
from newsletter.letters.compose import CLIPPED_BYTES, Composition, ContentWarning, compose_issue
from newsletter.letters.eventlinks import address
from newsletter.letters.letter import LetterKind, SlotName, fill_html, fill_text
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.letters import (
    AMARA,
    BLOG,
    LINKS,
    SEED,
    a_newsletter,
    a_section,
    an_article,
    an_issue,
    january_2020,
    one_article_issue,
)


def compose(templates: Templates, issue: Issue, language: str = "en") -> Composition:
    """Compose an issue of the newsletter of the tests."""
    return compose_issue(templates, a_newsletter(language=language), issue, LINKS, SEED)


def tree_of(composition: Composition) -> LexborHTMLParser:
    """Parse the letter as one reader gets it."""
    draft = composition.draft
    return LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA))


def texts(tree: LexborHTMLParser, selector: str) -> list[str]:
    """Give the texts of the elements found."""
    return [" ".join(node.text().split()) for node in tree.css(selector)]


def the(tree: LexborHTMLParser, selector: str) -> LexborNode:
    """Give the first element found."""
    node = tree.css_first(selector)
    assert node is not None
    return node


def text_of(composition: Composition) -> str:
    """Give the text part as one reader gets it."""
    return fill_text(composition.draft.text, composition.draft.slots, AMARA)


def test_same_issue_gives_the_same_bytes(templates: Templates) -> None:
    """What was proofed can be compared with what is sent."""
    assert compose(templates, january_2020()) == compose(templates, january_2020())


def test_any_change_of_content_changes_the_hash(templates: Templates) -> None:
    """An approval holds for one content."""
    first = compose(templates, one_article_issue(an_article())).draft
    other = compose(templates, one_article_issue(an_article(title="Staying irrelevant"))).draft

    assert first.content_hash != other.content_hash
    assert re.fullmatch("[0-9a-f]{64}", first.content_hash)


def test_letter_has_the_order_of_a_printed_page(templates: Templates) -> None:
    """One h1, an h2 for the contents and each section, an h3 for each article, and no level skipped."""
    tree = tree_of(compose(templates, january_2020()))

    assert ["CPDWL Update"] == texts(tree, "h1")
    assert [
        "Inside this issue",
        "Division Chair letter",
        "Feature articles",
        "Communication initiatives",
        "The section's activities",
        "… and more",
    ] == texts(tree, "h2")
    assert [article.title for article in january_2020().articles] == [
        next(title for title in (article.title for article in january_2020().articles) if heading.startswith(title))
        for heading in texts(tree, "h3")
    ]
    levels = [int(node.tag[1]) for node in tree.css("h1, h2, h3, h4, h5, h6") if node.tag]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_letter_says_its_language_direction_and_title(templates: Templates) -> None:
    """Screen readers choose voice and direction by it."""
    english = the(tree_of(compose(templates, january_2020())), "html")
    arabic = tree_of(compose(templates, january_2020(), language="ar"))

    assert ("en", "ltr") == (english.attributes["lang"], english.attributes["dir"])
    assert ("ar", "rtl") == (the(arabic, "html").attributes["lang"], the(arabic, "html").attributes["dir"])
    assert "CPDWL Update: January 2020" == the(arabic, "title").text()


def test_way_out_stands_at_top_and_foot_of_both_parts(templates: Templates) -> None:
    """Who looks for it finds it without scrolling, and again where everybody looks."""
    composition = compose(templates, january_2020())
    links = [node.attributes.get("href") for node in tree_of(composition).css("a")]
    lines = text_of(composition).split("\n")
    at = [number for number, line in enumerate(lines) if AMARA[SlotName.UNSUBSCRIBE] in line]

    assert AMARA[SlotName.UNSUBSCRIBE] in links[:2]
    assert AMARA[SlotName.UNSUBSCRIBE] in links[-3:]
    assert AMARA[SlotName.PREFERENCES] in links[-3:]
    assert 2 == len(at)
    assert at[0] < 6
    assert at[1] > len(lines) - 10


def test_reader_is_told_why_and_by_whom(templates: Templates) -> None:
    """The foot names the person, the reason and the sender's postal address."""
    composition = compose(templates, january_2020())
    reason = "you get this letter because you are subscribed to CPDWL Update."

    for part in (tree_of(composition).text(), text_of(composition)):
        assert f"Dear Amara Nwosu, {reason}" in " ".join(part.split())
        assert "CPDWL Section, 5 Library Square, The Hague" in " ".join(part.split())


def test_contents_lead_to_every_article(templates: Templates) -> None:
    """Every entry of the contents has its place in the letter."""
    tree = tree_of(compose(templates, january_2020()))
    anchors = {node.attributes.get("id") for node in tree.css("[id]")}
    entries = [node.attributes.get("href") or "" for node in tree.css(".contents a")]

    assert 11 == len(entries)
    assert {entry.removeprefix("#") for entry in entries} <= anchors


def test_excerpts_lead_to_the_rest(templates: Templates) -> None:
    """What is heard of the link says where it leads; seen, it stands below its title."""
    content = "<p>" + "One two three four five six seven. " * 20 + "</p>"
    composition = compose(templates, one_article_issue(an_article(content=content)))

    assert "Read more: Staying relevant" == the(tree_of(composition), "a.more").attributes["aria-label"]
    assert f"Read more: {BLOG}/1/" in text_of(composition)


def test_article_that_is_shown_whole_promises_no_more(templates: Templates) -> None:
    """No link to what has been read already."""
    composition = compose(templates, one_article_issue(an_article()))

    assert "Read more" not in composition.draft.html + composition.draft.text


def test_headlines_are_titles_with_links(templates: Templates) -> None:
    """The last section shows no texts."""
    issue = an_issue(a_section("… and more", an_article(content="<p>unseen</p>"), kind=SectionKind.HEADLINES))
    composition = compose(templates, issue)

    assert [f"{BLOG}/1/"] == [node.attributes.get("href") for node in tree_of(composition).css("h3 a")]
    assert "unseen" not in composition.draft.html + composition.draft.text
    assert ["… and more 1 headline"] == texts(tree_of(composition), ".contents a")
    assert "\n… and more (1 headline)\n" in composition.draft.text


def test_letter_is_shown_in_full_with_its_author_and_portrait(templates: Templates) -> None:
    """However it is set in the issue."""
    tree = tree_of(compose(templates, january_2020()))

    assert "Chair, Division IV" in tree.text()
    assert "by Catharina Isberg" in texts(tree, "p.quiet")
    assert "96" == the(tree, 'img[alt="Catharina Isberg"]').attributes["width"]


def test_letter_called_like_its_section_is_headed_by_its_author(templates: Templates) -> None:
    """The same words twice, one below the other, would look like a mistake."""
    letter = an_article(title="Division Chair letter", byline="Catharina Isberg")
    composition = compose(templates, an_issue(a_section("Division chair letter", letter, kind=SectionKind.LETTER)))
    tree = tree_of(composition)

    assert ["Catharina Isberg"] == texts(tree, "h3")
    assert ["Division Chair letter Catharina Isberg"] == texts(tree, ".contents a")
    assert "\nCatharina Isberg\n----------------\n" in composition.draft.text


def test_first_feature_has_its_picture_on_top_and_the_others_beside(templates: Templates) -> None:
    """One large picture a section; more would shout."""
    tree = tree_of(compose(templates, january_2020()))

    assert ["536", "184"] == [the(tree, f'img[alt="Drawing: {name}"]').attributes["width"] for name in ("shelves", "moscow")]


def test_every_picture_has_alternative_text(templates: Templates) -> None:
    """MJML would leave the attribute out."""
    issue = one_article_issue(an_article(content='<p>a</p><img src="/x.jpg">', show=Show.FULL))
    composition = compose(templates, issue)

    assert [""] == [node.attributes.get("alt") for node in tree_of(composition).css("img")]
    assert (ContentWarning(1, "1 picture without alt text"),) == composition.warnings


SHELF = Shelf(
    by_source={
        f"{BLOG}/hall.jpg": Hosted("https://news.example.org/images/1.jpg", 900, 600, "https://news.example.org/images/2.jpg")
    },
    troubles={f"{BLOG}/gone.jpg": "cannot be fetched: its server answers 404"},
    by_key={"key": Hosted("https://news.example.org/images/3.png", 400, 400, alt="The Chair", credit="Ann Lee")},
)
PICTURES_OF_A_BLOG = (
    f'<figure><a href="{BLOG}/gone.jpg"><img src="{BLOG}/gone.jpg" alt="Gone"></a><figcaption>Gone</figcaption></figure>'
    f'<p><img src="{BLOG}/hall.jpg" alt="The hall" width="2000">Words</p><img src="{BLOG}/new.jpg" alt="New"><img src="data:x">'
)


def test_pictures_come_from_our_own_address_or_are_left_out(templates: Templates) -> None:
    """Nothing of an article is loaded from elsewhere; each loss names the article."""
    issue = one_article_issue(an_article(7, content=PICTURES_OF_A_BLOG, show=Show.FULL))
    composition = compose_issue(templates, a_newsletter(), issue, LINKS, SEED, SHELF)
    images = tree_of(composition).css("img")

    assert [("https://news.example.org/images/1.jpg", "536")] == [
        (node.attributes["src"], node.attributes["width"]) for node in images
    ]
    assert "Gone" not in composition.draft.html
    assert (
        ContentWarning(7, "the picture “gone.jpg” is left out: it cannot be fetched: its server answers 404"),
        ContentWarning(7, "the picture “new.jpg” is left out: it has not been fetched yet"),
        ContentWarning(7, "a picture that is written into the page itself (data:) is left out"),
    ) == composition.warnings


def test_excerpt_is_led_by_the_first_picture_that_is_there(templates: Templates) -> None:
    """The others are not shown, and nobody is told of them."""
    composition = compose_issue(
        templates, a_newsletter(), one_article_issue(an_article(content=PICTURES_OF_A_BLOG)), LINKS, SEED, SHELF
    )
    lost = compose_issue(
        templates, a_newsletter(), one_article_issue(an_article(content=PICTURES_OF_A_BLOG)), LINKS, SEED, Shelf()
    )

    assert ["The hall"] == [node.attributes["alt"] for node in tree_of(composition).css("img")]
    assert () == composition.warnings
    assert [] == tree_of(lost).css("img")
    assert (ContentWarning(1, "the picture “gone.jpg” is left out: it has not been fetched yet"),) == lost.warnings


def test_picture_that_an_editor_chose_leads(templates: Templates) -> None:
    """Instead of the first one of the article, with the editor's words or else those of the library."""
    article = replace(an_article(content=PICTURES_OF_A_BLOG), picture="key")
    issue = one_article_issue(article)
    composition = compose_issue(templates, a_newsletter(), issue, LINKS, SEED, SHELF)
    worded = compose_issue(
        templates, a_newsletter(), one_article_issue(replace(article, picture_alt="At her desk")), LINKS, SEED, SHELF
    )

    assert ["The Chair"] == [node.attributes["alt"] for node in tree_of(composition).css("img")]
    assert ["At her desk"] == [node.attributes["alt"] for node in tree_of(worded).css("img")]


def test_portrait_from_the_library_stands_at_the_head_of_a_letter(templates: Templates) -> None:
    """Whatever pictures its text has."""
    letter = replace(an_article(content="<p>Dear all,</p>", byline="Ann Lee", show=Show.FULL), portrait="key")
    issue = an_issue(a_section("Letter", letter, kind=SectionKind.LETTER))
    composition = compose_issue(templates, a_newsletter(), issue, LINKS, SEED, SHELF)

    assert ["https://news.example.org/images/3.png"] == [node.attributes["src"] for node in tree_of(composition).css("img")]


def test_letter_of_twenty_articles_is_not_clipped(templates: Templates) -> None:
    """Gmail cuts at 102 KB, and the foot with the unsubscribe link would be gone."""
    rich = january_2020().sections[1].articles[0]
    articles = [replace(rich, id=number, title=f"{rich.title} {number}") for number in range(100, 112)]
    issue = january_2020()
    sections = (issue.sections[0], replace(issue.sections[1], articles=tuple(articles)), *issue.sections[2:])
    composition = compose(templates, replace(issue, sections=sections))

    assert 20 == len(replace(issue, sections=sections).articles)
    assert composition.size < CLIPPED_BYTES
    assert sum(len(node.text()) for node in tree_of(composition).css("style")) < 16_000


def test_one_poisoned_article_does_not_stop_the_others(templates: Templates) -> None:
    """Twenty-nine appear, one is reported and replaced by its title and link."""
    articles = [an_article(number, f"Title {number}", f"<p>Words {number}.</p>") for number in range(1, 31)]
    articles[10] = replace(articles[10], content="<div>" * 20_000 + "poison")
    composition = compose(templates, an_issue(a_section("All", *articles)))
    letter = tree_of(composition).text()

    assert [] == [number for number in range(1, 31) if number != 11 and f"Words {number}." not in letter]
    assert "poison" not in letter
    assert "Read more: Title 11" == the(tree_of(composition), "a.more").attributes["aria-label"]
    assert f"Read more: {BLOG}/11/" in text_of(composition)
    assert (
        ContentWarning(11, "only its title and link are shown, because it is nested deeper than 2,000 levels"),
    ) == composition.warnings


# What articles on blogs look like, and MJML refuses to parse; each ends in a word that must be read.
MALFORMED = (
    "<p>one<p>first",
    "<ul><li>one<li>second</ul>",
    "one<BR>third",
    "<a href=https://example.org/x>fourth</a>",
    "a < b and fifth",
    "<script>if(a<b)alert(1)</script>sixth",
    "<!-- c -- d -->seventh",
    "<![CDATA[ one ]]>eighth",
    "control\x00\x01\x08\x0b\x0c\x1b\x7fninth",
    "&nbsp;&eacute;&hearts;&unknown; & tenth",
    "<br><hr><img><wbr><source><input>eleventh",
    "</div></td></mj-text></mj-column>twelfth",
    "<mj-text>thirteenth</mj-text>",
    "<b>bold <i>both</b> slanted</i> fourteenth",
    "<table><td>cell<tr><td>fifteenth</table>",
    "<p class=\"x' title='y\">sixteenth",
    "<?php echo 1 ?><!DOCTYPE html><html><body>seventeenth",
    "\u202eesrever\u202c \u2028 👩‍👩‍👧 eighteenth",
)


def test_articles_that_mjml_would_refuse_are_read_to_their_ends(templates: Templates) -> None:
    """Unclosed, wrongly nested, upper case, unquoted, half XML: MJML never sees it, and a reader sees what it says."""
    articles = [
        replace(an_article(number, f"Title {number}", html), show=Show.FULL) for number, html in enumerate(MALFORMED, 1)
    ]
    composition = compose(templates, an_issue(a_section("All", *articles)))
    shown, spoken = tree_of(composition).text(), " ".join(text_of(composition).split())
    last = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth".split()  # noqa: SIM905 -- a sentence
    last += "fourteenth fifteenth sixteenth seventeenth eighteenth".split()  # noqa: SIM905 -- its end

    assert [] == [word for word in last if word not in shown or word not in spoken]
    assert [] == tree_of(composition).css("script, mj-text, mj-column")
    assert not re.search("[\x00-\x08\x0b\x0c\x1b\x7f]", composition.draft.html + composition.draft.text)


ATTACKS = [
    "{{ 7*7 }}",
    "{% include '/etc/passwd' %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "Line\u2028one\r\nBcc: everybody@example.org\u202eesrever",
    "<mj-raw><script>alert(1)</script></mj-raw>",
    "👩‍👩‍👧 हिन्दी e\u0301",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_nothing_an_editor_or_a_feed_writes_is_more_than_text(text: str, templates: Templates) -> None:
    """Whatever stands in title, byline, section, subject or preheader."""
    article = replace(an_article(title=text, byline=text), content=f"<p>{text}</p>")
    issue = replace(an_issue(a_section(text, article), subject=text, title=text), preheader=text)
    composition = compose(templates, issue)
    tree = tree_of(composition)
    draft = composition.draft

    assert [] == tree.css("script, [onerror], mj-raw")
    assert 1 == len(tree.css("title"))
    assert "49" not in the(tree, "h3").text()
    assert [] == [part for part in (draft.subject, draft.preheader) if re.search("[\r\n\u2028\u202e]", part)]
    assert [] == [line for line in draft.text.split("\n") if line.startswith("Bcc")]


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "", "https://"])
def test_link_that_runs_is_no_link(link: str, templates: Templates) -> None:
    """Feeds can hold anything as their permalink."""
    composition = compose(templates, one_article_issue(an_article(link=link, show=Show.TITLE)))

    assert [] == tree_of(composition).css("h3 a")


def test_draft_knows_its_sender_and_its_slots(templates: Templates) -> None:
    """All that mailing needs stands in the frozen letter."""
    draft = compose(templates, an_issue(a_section("One", an_article()), subject="Hello")).draft

    assert (LetterKind.ISSUE, "CPDWL Section", "news@cpdwl.example.org", "editors@cpdwl.example.org", "Hello", "en") == (
        draft.kind,
        draft.sender_name,
        draft.sender_address,
        draft.reply_to,
        draft.subject,
        draft.language,
    )
    assert {SlotName.NAME, SlotName.UNSUBSCRIBE, SlotName.PREFERENCES, SlotName.WEB_COPY} == set(draft.slots)
    assert [] == [token for token in draft.slots.values() if token not in draft.html or token not in draft.text]


def test_missing_subject_and_preheader_are_made_of_what_there_is(templates: Templates) -> None:
    """A draft can be looked at before anybody wrote them."""
    draft = compose(templates, one_article_issue(an_article())).draft

    assert ("CPDWL Update: January 2020", "Staying relevant") == (draft.subject, draft.preheader)


def test_issue_without_articles_can_be_looked_at(templates: Templates) -> None:
    """An empty draft is a designed state."""
    composition = compose(templates, an_issue(a_section("Feature articles")))

    assert [] == texts(tree_of(composition), "h2")
    assert "There is nothing in this issue yet." in tree_of(composition).text()
    assert "There is nothing in this issue yet." in text_of(composition)


def test_letter_that_nobody_has_written_yet_looks_like_it(templates: Templates) -> None:
    """An honest gap, set apart from what was written."""
    missing = replace(an_article(content="<p>Not written yet.</p>", link=""), is_placeholder=True)
    tree = tree_of(compose(templates, an_issue(a_section("Letter", missing, kind=SectionKind.LETTER))))

    assert "Not written yet." == the(tree, ".body.quiet").text()


def test_templates_without_a_way_out_are_refused(
    child: Child, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whoever brings their own templates cannot forget the unsubscribe link."""
    folder = tmp_path_factory.mktemp("templates")
    for path in (packaged_templates() / "email").rglob("*.*"):
        copy = folder / "email" / path.relative_to(packaged_templates() / "email")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8").replace("{{ page.slots.unsubscribe }}", "#"), encoding="utf-8")

    with pytest.raises(RenderFailed, match="leave out the unsubscribe link"):
        compose(Templates(folder, child), january_2020())


def test_text_part_is_laid_out_for_reading(templates: Templates) -> None:
    """Lines of 72 columns apart from addresses, headlines underlined, links listed."""
    text = text_of(compose(templates, january_2020()))

    assert [] == [line for line in text.split("\n") if len(line) > 72 and "://" not in line]
    assert "CPDWL Update\n============\nJanuary 2020 · Issue 12\n" in text
    assert "\nStaying relevant\n----------------\nby Susan Schnuer\n" in text
    assert "[1] editors@cpdwl.example.org" in text
    assert "Pairs | Regions" in text


def test_an_event_has_a_link_for_calendars(templates: Templates) -> None:
    """In the page and in the text; the same for every reader."""
    circle = replace(an_article(41, "Reading circle"), event=Event("2020-02-27T16:00"))
    composition = compose(templates, an_issue(a_section("Dates", circle, kind=SectionKind.EVENTS)))
    there = address(LINKS, SEED, 41)

    assert there in {link.attributes.get("href") for link in tree_of(composition).css("a")}
    assert there in text_of(composition)


def test_rich_text_asks_for_answers_by_its_slots_alone(templates: Templates) -> None:
    """Also where it was made of a post; braces that stood in the post are words."""
    words = {"type": "text", "text": "Dear {{ name }} of "}
    slot = {"type": "slot", "attrs": {"key": "library", "otherwise": "your library"}}
    rich = document.read({"type": "doc", "content": [{"type": "paragraph", "content": [words, slot]}]})
    article = replace(an_article(content=to_html(rich), show=Show.FULL), document=document.write(rich))

    composition = compose(templates, one_article_issue(article))

    assert ["library|your library"] == list(composition.draft.answers)
    assert "Dear {{ name }} of slot" in " ".join(composition.draft.text.split())


def test_where_an_author_works_is_no_author(templates: Templates) -> None:
    """Below a letter that is headed by its author's name stands where they work, and not "by" it."""
    letter = replace(an_article(1, "Chair's letter", "<p>Dear all</p>", byline="Ann Chair"), affiliation="Oslo")

    composition = compose(templates, an_issue(a_section("Chair's letter", letter, kind=SectionKind.LETTER)))

    assert "by Oslo" not in text_of(composition)
    assert "by Oslo" not in tree_of(composition).text()
    assert "Ann Chair\n---------\nOslo\n" in text_of(composition)
