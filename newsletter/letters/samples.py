"""Issues that nobody sends: every block there is, and what breaks a layout, for looking at themes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from newsletter.images.model import Hosted, Shelf
from newsletter.issues.model import Article, Event, Issue, IssueState, Look, Newsletter, Section, SectionKind, Show

# No such host can exist (RFC 6761): whoever shows a sample puts the pictures beside it.
PICTURES = "https://pictures.invalid/"
_BLOG = "https://blog.example.org/2020/01"
_MADE_AT = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
# As wide and as high as they lie beside the templates.
_SIZES = MappingProxyType(
    {
        "columns": (600, 338),
        "fjord": (600, 338),
        "logo": (240, 120),
        "portrait": (240, 240),
        "shelf": (600, 338),
        "tables": (600, 338),
        "window": (600, 338),
    }
)


def _shelf() -> Shelf:
    hosted = {name: Hosted(f"{PICTURES}{name}.png", width, height) for name, (width, height) in _SIZES.items()}
    return Shelf(by_source={one.src: one for one in hosted.values()}, by_key=hosted)


@dataclass(frozen=True, slots=True)
class Sample:
    """An issue, the newsletter it is of, the tokens it is looked at with, and the pictures it shows."""

    newsletter: Newsletter
    issue: Issue
    shelf: Shelf = field(default_factory=_shelf)


def samples() -> Mapping[str, Sample]:
    """Give all samples by name."""
    return MappingProxyType({name: make() for name, make in _SAMPLES.items()})


def _newsletter(name: str = "CPDWL Update", language: str = "en", **tokens: str) -> Newsletter:
    return Newsletter(
        id=1,
        name=name,
        slug="sample",
        list_id=1,
        sender_name="CPDWL Section",
        sender_address="news@cpdwl.example.org",
        reply_to="",
        postal_address="CPDWL Section, 5 Library Square\nThe Hague",
        zone="Europe/Amsterdam",
        language=language,
        plan=(),
        created_at=_MADE_AT,
        tokens={key.replace("__", "."): value for key, value in tokens.items()},
    )


def _issue(*sections: Section, title: str = "January 2020") -> Issue:
    numbered = tuple(replace(section, id=number, position=number) for number, section in enumerate(sections, 1))
    return Issue(
        id=12,
        newsletter_id=1,
        number=12,
        title=title,
        subject="",
        preheader="",
        state=IssueState.DRAFT,
        is_paused=False,
        month="2020-01",
        slot_key=None,
        version=1,
        send_at=None,
        letter_id=None,
        created_at=_MADE_AT,
        updated_at=_MADE_AT,
        sent_at=None,
        sections=numbered,
    )


def _section(title: str, *articles: Article, kind: SectionKind = SectionKind.ARTICLES, look: Look = Look.AUTO) -> Section:
    return Section(id=1, position=1, title=title, kind=kind, is_required=False, articles=articles, look=look)


def _article(
    id_: int, title: str, content: str = "", *, byline: str = "", show: Show = Show.EXCERPT, link: str | None = None
) -> Article:
    return Article(
        id=id_,
        section_id=1,
        position=id_,
        post_id=id_,
        title=title,
        byline=byline,
        link=f"{_BLOG}/{id_}/" if link is None else link,
        content=content,
        show=show,
        is_dropped=False,
        is_placeholder=False,
    )


def _picture(name: str, alt: str) -> str:
    return f'<figure><img src="{PICTURES}{name}.png" alt="{alt}" width="600" height="338"></figure>'


def _all_blocks() -> Sample:
    note = _article(1, "From the editors", _NOTE, link="")
    letter = replace(
        _article(2, "What did we learn last year?", _LETTER, byline="Catharina Isberg", show=Show.FULL, link=""),
        affiliation="Chair of the Division",
        portrait="portrait",
        portrait_alt="Catharina Isberg",
        portrait_credit="B. Penwoman",
        picture="fjord",
        picture_alt="A boat on a fjord, seen from the reading room",
        picture_credit="A. Draughtsman",
    )
    lead = (
        replace(
            _article(3, "Staying relevant when nobody asks you to", _SHELF + _RELEVANT, byline="Susan Schnuer"),
            affiliation="University of Illinois",
            picture_credit="A. Draughtsman",
            portrait="portrait",
            portrait_alt="Susan Schnuer",
            portrait_credit="B. Penwoman",
        ),
        _article(4, "Opening up new vistas for Inostranka", _WINDOW + _INOSTRANKA, byline="Maria Bereslavskaia"),
        _article(5, "A year of mentoring in Norway", _MENTORING, byline="Almuth Gastinger", show=Show.FULL),
    )
    cards = (
        _article(6, "Knowledge Café: three tables, one question", _TABLES + _CAFE, byline="Monica Ertel"),
        _article(7, "Research on the wall of the reading room", _COLUMNS + _RESEARCH, byline="Ewa Stenberg"),
        _article(8, "A podcast in nine languages", "<p>On air from February, twenty minutes at a time.</p>"),
    )
    links = (
        _article(9, "Guidelines in five more languages", "<p>Arabic, Chinese, Hindi, Portuguese and Turkish are out.</p>"),
        replace(_article(10, "Minutes of the mid-term meeting"), summary="Nine decisions on two pages."),
    )
    return Sample(
        _newsletter(),
        _issue(
            _section("Editorial note", note, kind=SectionKind.NOTE),
            _section("Division Chair letter", letter, kind=SectionKind.LETTER),
            _section("Feature articles", *lead, look=Look.LEAD),
            _section("Around the table", *cards, look=Look.CARDS),
            _section("Communication initiatives", *_items()),
            _section("Worth a click", *links, look=Look.LINKS),
            _section("Dates", *_events(), kind=SectionKind.EVENTS),
            _section("Please note", _article(16, "Membership fees are due in March", _FEES, link=""), kind=SectionKind.NOTICE),
            _section("With the support of", *_sponsors(), kind=SectionKind.SPONSORS),
            _section("… and more", *_headlines(), kind=SectionKind.HEADLINES),
        ),
    )


def _items() -> tuple[Article, ...]:
    return (
        _article(11, "WebJunction: a whole year of training, all of it free", _RESEARCH),
        replace(
            _article(12, "New faces on the blog’s editorial team", _CAFE, byline="Ray Pun"),
            picture="columns",
            picture_alt="Drawings that hang between columns",
            portrait="portrait",
            portrait_alt="Ray Pun",
        ),
    )


def _events() -> tuple[Article, ...]:
    webinar = _article(13, "Webinar: what makes a good mentor?", "<p>Forty minutes, then questions. Recorded.</p>")
    meeting = _article(14, "Satellite meeting", "<p>Two days on learning at work, before the congress begins.</p>", link="")
    return (
        replace(webinar, event=Event("2020-02-11T15:00", "2020-02-11T16:00", "Europe/Oslo", "Online")),
        replace(meeting, event=Event("2020-08-13", "2020-08-14", "", "Trinity College Library, Dublin")),
    )


def _sponsors() -> tuple[Article, ...]:
    logo = f'<p><img src="{PICTURES}logo.png" alt="Sign of the bindery" width="240" height="120">'
    return (
        _article(
            17,
            "Hansen & Daughters, bookbinders",
            f"{logo}They bind what we would rather not lose.</p>",
            link="https://example.org/",
        ),
        _article(18, "The Reading Room Foundation", "<p>Pays the travel of first-time participants.</p>", link=""),
    )


def _headlines() -> tuple[Article, ...]:
    return (
        _article(19, "January issue of the bulletin is out"),
        _article(20, "Grants for first-time congress participants", byline="Edward Lim"),
    )


def _few() -> Sample:
    return Sample(
        _newsletter(), _issue(_section("Feature articles", _article(1, "One thing only", _MENTORING, show=Show.FULL)))
    )


def _empty() -> Sample:
    return Sample(_newsletter(), _issue(_section("Feature articles")))


def _twenty() -> Sample:
    turns = ((_SHELF, _RELEVANT), (_WINDOW, _INOSTRANKA), (_TABLES, _CAFE), (_COLUMNS, _RESEARCH), (_FJORD, _MENTORING))
    texts = [(picture + text) for picture, text in turns]
    articles = [
        _article(number, f"Article number {number} of a month in which everybody wrote", texts[number % 5], byline="Some Body")
        for number in range(1, 21)
    ]
    return Sample(
        _newsletter(),
        _issue(
            _section("Feature articles", *articles[:8]),
            _section("Around the table", *articles[8:14], look=Look.CARDS),
            _section("Communication initiatives", *articles[14:]),
        ),
    )


def _arabic() -> Sample:
    letter = replace(
        _article(1, "ماذا تعلّمنا في العام الماضي؟", _ARABIC_LETTER, byline="ليلى حدّاد", show=Show.FULL, link=""),
        affiliation="رئيسة الشعبة",
    )
    features = (
        replace(
            _article(2, "مكتبة لا تتوقف عن التعلّم", _picture("shelf", "رفّ كتب") + _ARABIC_TEXT, byline="سامي نصّار"),
            portrait="portrait",
            portrait_alt="سامي نصّار",
            portrait_credit="B. Penwoman",
        ),
        _article(3, "نافذة جديدة على العالم", _picture("window", "نافذة مفتوحة") + _ARABIC_TEXT),
    )
    event = replace(
        _article(4, "ندوة عبر الإنترنت: Mentoring at work", "<p>أربعون دقيقة ثم أسئلة.</p>"),
        event=Event("2020-02-11T15:00", "2020-02-11T16:00", "Africa/Cairo", "القاهرة"),
    )
    cards = tuple(_article(number, f"بطاقة رقم {number}", _picture("tables", "طاولات") + _ARABIC_TEXT) for number in (5, 6))
    return Sample(
        _newsletter("نشرة التطوير المهني", "ar"),
        _issue(
            _section("رسالة رئيسة الشعبة", letter, kind=SectionKind.LETTER),
            _section("مقالات", *features),
            _section("حول الطاولة", *cards, look=Look.CARDS),
            _section("مواعيد", event, kind=SectionKind.EVENTS),
            _section("تنبيه", _article(7, "الاشتراكات مستحقة في مارس", _ARABIC_TEXT, link=""), kind=SectionKind.NOTICE),
            _section("… والمزيد", _article(8, "صدر عدد يناير من النشرة"), kind=SectionKind.HEADLINES),
            title="يناير 2020",
        ),
    )


def _long_words() -> Sample:
    word = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
    address = "https://www.example.org/" + "a-path-that-nobody-shortened/" * 5
    text = f"<p>{word} {word}</p><p><a href='{address}'>{address}</a></p><pre>{'x' * 120}</pre>"
    wide = "<table><tr>" + "".join(f"<th>{word[:20]}</th>" for _ in range(5)) + "</tr></table>"
    articles = [_article(number, f"{word} {number}", text + wide, byline=word, show=Show.FULL) for number in (1, 2)]
    cards = [_article(number, word, _picture("shelf", word) + text, byline=word) for number in (3, 4)]
    title = "Bibliothekswissenschaftliche Fortbildungsveranstaltungen"
    return Sample(
        _newsletter("Bibliotheksfortbildungsrundschreiben", "de"),
        _issue(
            _section(title, *articles, look=Look.FEATURES),
            _section("Karten", *cards, look=Look.CARDS),
            _section("Termine", replace(articles[0], id=5, event=Event("2020-02-03", "", "", word)), kind=SectionKind.EVENTS),
            title=title,
        ),
    )


def _big_type() -> Sample:
    sample = _all_blocks()
    return replace(sample, newsletter=_newsletter(length__scale="150"))


_NOTE = """<p>Thirteen colleagues from nine countries wrote for this issue. If you read only one thing, read what Norway learned
from a year of mentoring; and if you write only one thing, write to us.</p>"""
_LETTER = """<p>Dear colleagues,</p>
<p>January is the month in which libraries count: loans, visits, opening hours. I should like to add one more figure, and it is
the hardest to collect: how much did the people who work in your library <em>learn</em> last year?</p>
<h2>What we want to do</h2>
<ul><li>Bring the <a href="https://example.org/guidelines">Guidelines</a> into five more languages.</li>
<li>Open our business meetings to everybody who wants to listen.</li></ul>
<p>Write to <a href="mailto:editors@cpdwl.example.org">the editors</a>; three paragraphs are enough.</p>"""
_SHELF = _picture("shelf", "A shelf of books with room for one more")
_WINDOW = _picture("window", "A window over the roofs of a town")
_TABLES = _picture("tables", "Round tables, seen from above")
_COLUMNS = _picture("columns", "Drawings that hang between columns")
_FJORD = _picture("fjord", "A boat on a fjord")
_RELEVANT = """<p>Relevance is not a state that a librarian reaches. It is a habit, and like all habits it is kept up by small
repeated acts rather than by a great effort once a decade.</p>
<blockquote><p>Ask what you stopped doing. The answer says more than any plan.</p></blockquote>
<p>When I ask groups what they did last month to stay current, the first answers are courses and conferences. The useful ones
come later, when somebody says what they gave up, and why nobody missed it.</p>"""
_INOSTRANKA = """<p>Those who love the Library for Foreign Literature in Moscow call it Inostranka, which means something like
“the foreign lady”. She has stood on the bank of the Yauza for half a century, and for a while it seemed that she had seen
everything. Then the reading rooms were opened at night.</p>"""
_MENTORING = f"""<p>Since September the Norwegian Union of Librarians pairs new managers with experienced ones, six meetings a
year, no reports.</p>{_FJORD}
<table><caption>The first round</caption><tr><th>Region</th><th>Pairs</th></tr><tr><td>North</td><td>5</td></tr>
<tr><td>West</td><td>9</td></tr></table>
<blockquote><p>An hour with somebody who has made the same mistake is worth a week of reading.</p></blockquote>
<ol><li>Find a mentor who does not work where you work.</li><li>Meet six times; write nothing down.</li></ol>"""
_CAFE = """<p>A Knowledge Café has no speakers. It has tables, a host at each of them, a question, and a bell that sends
everybody on after twenty minutes. What is left in the end is written on the tablecloth.</p>"""
_RESEARCH = """<p>A thesis has perhaps five readers. The wall beside our loan desk has five thousand passers-by a month. Between
these two figures lies a task for a library, and for the training of those who work in it.</p>"""
_FEES = """<p>Sections are paid by their members. Whoever pays before <strong>31 March</strong> keeps the vote at the general
assembly; <a href="https://example.org/fees">how to pay</a> takes a minute to read.</p>"""
_ARABIC_LETTER = f"""<p><img src="{PICTURES}portrait.png" alt="ليلى حدّاد" width="240" height="240">زميلاتي وزملائي الأعزاء،</p>
<p>يناير هو الشهر الذي تُحصي فيه المكتبات: الإعارات والزيارات وساعات العمل. وأودّ أن أضيف رقماً آخر هو الأصعب: كم تعلّم
العاملون في مكتبتك في العام الماضي؟</p><ul>
<li>ترجمة الإرشادات إلى خمس لغات (Guidelines 2020).</li>
<li>فتح اجتماعاتنا للجميع.</li></ul>"""
_ARABIC_TEXT = """<p>المكتبة التي تتوقف عن التعلّم لا تُغلق أبوابها، بل تذبل. اجتمع فريق العمل في قاعة القراءة قبل أن تُفتح
الأبواب، وكانت تلك أفضل ساعة في الأسبوع. وسيُعقد الاجتماع القادم في الربيع، والمراقبون مرحّب بهم دائماً في كل الجلسات.</p>"""

_SAMPLES: Mapping[str, Callable[[], Sample]] = MappingProxyType(
    {
        "all-blocks": _all_blocks,
        "few": _few,
        "empty": _empty,
        "twenty": _twenty,
        "arabic": _arabic,
        "long-words": _long_words,
        "big-type": _big_type,
    }
)
