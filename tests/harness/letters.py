"""Issues for tests of letters: values only, no database; names and facts are those of the section's blog, words are ours."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from newsletter.issues.model import Article, Issue, IssueState, Newsletter, Section, SectionKind, Show
from newsletter.letters.letter import SlotName
from newsletter.letters.links import Links

MADE_AT = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
BLOG = "https://blog.example.org/2020/01"
PICTURES = "https://blog.example.org/pictures"
LINKS = Links("https://news.example.org")
SEED = b"a seed of the tests, 32 bytes!!!"

# What a letter is filled with for one reader.
AMARA = {
    SlotName.NAME: "Amara Nwosu",
    SlotName.UNSUBSCRIBE: "https://news.example.org/u/amara",
    SlotName.PREFERENCES: "https://news.example.org/p/amara",
    SlotName.WEB_COPY: "https://news.example.org/archive/cpdwl-update/12",
    SlotName.CONFIRM: "https://news.example.org/c/amara",
    SlotName.DATA: "https://news.example.org/d/amara",
    SlotName.MOVE: "https://news.example.org/m/amara",
    SlotName.MOVE_BACK: "https://news.example.org/b/amara",
    SlotName.REVIEW: "https://news.example.org/r/amara",
    SlotName.DOOR: "https://news.example.org/desk/link/amara",
    SlotName.CONTRIBUTE: "https://news.example.org/w/amara",
}


def a_newsletter(
    name: str = "CPDWL Update", language: str = "en", theme: str = "federation", tokens: Mapping[str, str] | None = None
) -> Newsletter:
    """Give a newsletter."""
    return Newsletter(
        id=1,
        name=name,
        slug="cpdwl-update",
        list_id=1,
        sender_name="CPDWL Section",
        sender_address="news@cpdwl.example.org",
        reply_to="editors@cpdwl.example.org",
        postal_address="CPDWL Section, 5 Library Square\nThe Hague",
        zone="Europe/Amsterdam",
        language=language,
        plan=(),
        created_at=MADE_AT,
        theme=theme,
        tokens=tokens or {},
    )


def an_article(
    id_: int = 1,
    title: str = "Staying relevant",
    content: str = "<p>A library that stops learning does not close; it fades.</p>",
    *,
    byline: str = "",
    show: Show = Show.EXCERPT,
    link: str | None = None,
) -> Article:
    """Give an article of a post."""
    return Article(
        id=id_,
        section_id=1,
        position=id_,
        post_id=id_,
        title=title,
        byline=byline,
        link=f"{BLOG}/{id_}/" if link is None else link,
        content=content,
        show=show,
        is_dropped=False,
        is_placeholder=False,
    )


def a_section(title: str, *articles: Article, kind: SectionKind = SectionKind.ARTICLES) -> Section:
    """Give a section with these articles."""
    return Section(id=1, position=1, title=title, kind=kind, is_required=False, articles=articles)


def an_issue(*sections: Section, subject: str = "", title: str = "January 2020") -> Issue:
    """Give a draft with these sections."""
    return Issue(
        id=12,
        newsletter_id=1,
        number=12,
        title=title,
        subject=subject,
        preheader="",
        state=IssueState.DRAFT,
        is_paused=False,
        month="2020-01",
        slot_key=None,
        version=1,
        send_at=None,
        letter_id=None,
        created_at=MADE_AT,
        updated_at=MADE_AT,
        sent_at=None,
        sections=sections,
    )


def one_article_issue(article: Article) -> Issue:
    """Give an issue with a single article, as a feature."""
    return an_issue(a_section("Feature articles", article))


def january_2020() -> Issue:
    """Give the issue of January 2020, as rich as a real one: portrait, wide and narrow pictures, lists, long titles."""
    letter = an_article(1, "What did we learn last year?", _LETTER, byline="Catharina Isberg", show=Show.FULL)
    features = (
        an_article(2, "Staying relevant", _picture("shelves") + _words(0), byline="Susan Schnuer"),
        an_article(3, "Opening up new vistas for Inostranka", _picture("moscow") + _words(1), byline="Maria Bereslavskaia"),
        an_article(4, "Mentoring for library managers in Norway", _RICH, byline="Almuth Gastinger", show=Show.FULL),
        an_article(5, _LONG_TITLE, _words(2), byline="Daria Beliakova"),
    )
    initiatives = (
        an_article(6, "WebJunction: a whole year of training, and all of it free", _words(3)),
        an_article(7, "A podcast in nine languages", "<p>On air from February, twenty minutes at a time.</p>"),
        an_article(8, "New faces on the blog’s editorial team", _words(4), byline="Ray Pun"),
    )
    activities = (
        an_article(9, "Our week at the congress in Athens", _words(5), byline="Juanita Jara de Súmar"),
        an_article(10, "Minutes of the mid-term meeting", "", show=Show.TITLE),
    )
    headlines = (
        an_article(11, "January 2020 issue of the bulletin is out"),
        an_article(12, "Grants for first-time congress participants", byline="Edward Lim"),
    )
    return an_issue(
        a_section("Division Chair letter", letter, kind=SectionKind.LETTER),
        a_section("Feature articles", *features),
        replace(a_section("Communication initiatives", *initiatives), id=2),
        replace(a_section("The section's activities", *activities), id=3),
        a_section("… and more", *headlines, kind=SectionKind.HEADLINES),
    )


def _picture(name: str) -> str:
    return f'<figure><img src="{PICTURES}/{name}.png" alt="Drawing: {name}" width="1024" height="576"></figure>'


def _words(turn: int) -> str:
    said = [_SENTENCES[(turn + step) % len(_SENTENCES)] for step in range(6)]
    return f"<p>{' '.join(said[:3])}</p><p>{' '.join(said[3:])}</p>"


_SENTENCES = (
    "The working group met in the reading room before the doors opened, which turned out to be the best hour of the week.",
    "Every participant brought one practice that had failed and one that had surprised them.",
    "Small libraries reported the same obstacles as large ones, only with fewer people to share them.",
    "A colleague from the regional network showed how she keeps a learning diary of ten lines a week.",
    "By the afternoon the list of recommendations had shrunk from forty to nine, and nobody missed the others.",
    "The next meeting takes place in the spring, and observers are welcome.",
)
_LONG_TITLE = (
    "Working Meeting to discuss how to best adapt and implement the IFLA Guidelines for Continuing Professional Development "
    "in the Russian libraries"
)
_LETTER = f"""
<p><img src="{PICTURES}/portrait.png" alt="Catharina Isberg" width="200" height="200">Dear colleagues,</p>
<p>January is the month in which libraries count: loans, visits, opening hours. I should like to add one more figure, and it is
the hardest to collect: how much did the people who work in your library <em>learn</em> last year?</p>
<h2>What we want to do</h2>
<ul><li>Bring the Guidelines into five more languages.</li><li>Open our business meetings to everybody.</li></ul>
<p>Write to <a href="mailto:editors@cpdwl.example.org">the editors</a>; three paragraphs are enough.</p>
<p>Catharina Isberg<br>Chair, Division IV</p>
"""
_RICH = f"""
<p>Since September 2019 the Norwegian Union of Librarians pairs new managers with experienced ones.</p>
{_picture("fjord")}
<table><caption>The first round</caption><tr><th>Pairs</th><th>Regions</th></tr><tr><td>14</td><td>5</td></tr></table>
<blockquote><p>An hour with somebody who has made the same mistake is worth a week of reading.</p></blockquote>
<ol><li>Find a mentor.</li><li>Meet six times.</li></ol>
"""
