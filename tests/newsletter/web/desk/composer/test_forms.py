"""The forms of the composer: articles, sections, and the lines above them."""

import re

import pytest

from newsletter.database import Database
from newsletter.images import store as images
from newsletter.issues import editing, versions
from newsletter.issues.model import Event, Look, SectionKind, Show
from newsletter.issues.snapshot import Label
from tests.harness.drawn import photo
from tests.harness.newsroom import an_image, article_called, section_called
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer, told, trouble


def test_the_lines_an_inbox_shows(composer: Composer) -> None:
    """Saved together; how long the subject is stands below it."""
    page = composer.page("?open=head")
    assert "phones show" in page
    assert 'name="subject" value="January 2020: Staying relevant"' in page

    page = composer.saved("/head", title="January", subject="What a year", preheader="Six articles", keep="side=checks")

    assert "Saved." == told(page)
    assert ("January", "What a year", "Six articles") == (
        composer.issue.title,
        composer.issue.subject,
        composer.issue.preheader,
    )
    assert "composer--checks" in page


def test_an_article_where_it_stands(composer: Composer, database: Database) -> None:
    """Everything that is said of it, and stands in the form again; what the form has not stays as it is."""
    before = article_called(composer.issue, "Staying relevant")
    with database.write() as tx:
        seen = {"picture": an_image(tx, "shelves"), "portrait": an_image(tx, "her")}
    seen |= {"picture_alt": "Shelves at night", "picture_credit": "Photo: Ann"}
    seen |= {"portrait_alt": "Susan at her desk", "portrait_credit": "Photo: Ben"}

    page = composer.saved(
        f"/articles/{before.id}",
        title="Staying awake",
        byline="Susan Q. Schnuer",
        affiliation="Mortenson Center",
        summary="In my words.",
        show="title",
        words="40",
        link="https://example.org/awake/",
        **seen,
    )

    assert "“Staying awake” is saved." == told(page)
    after = article_called(composer.issue, "Staying awake")
    assert ("Susan Q. Schnuer", "Mortenson Center", "In my words.", Show.TITLE, 40, "https://example.org/awake/") == (
        after.byline,
        after.affiliation,
        after.summary,
        after.show,
        after.words,
        after.link,
    )
    assert before.content == after.content
    assert seen == {name: getattr(after, name) for name in seen}
    form = composer.page(f"?open=a{before.id}")
    for text in ("Susan Q. Schnuer", "Mortenson Center", *(text for name, text in seen.items() if "_" in name)):
        assert f' value="{text}"' in form
    for name in ("picture", "portrait"):
        assert f'<option value="{seen[name]}" selected>' in form.partition(f'<select id="{name}"')[2].partition("</select>")[0]


def test_a_form_that_nobody_touched_changes_nothing(composer: Composer) -> None:
    """No version, no approval taken back, and a suggested byline is not taken for settled."""
    known, version = article_called(composer.issue, "Staying relevant"), composer.issue.version

    page = composer.saved(f"/articles/{known.id}", title=known.title, byline=known.byline, picture="", link=known.link)

    assert "Nothing was changed: it says that already." == told(page)
    assert version == composer.issue.version


def test_a_picture_from_this_device(composer: Composer, database: Database) -> None:
    """It goes into the library and leads the article, with the words that were said of it."""
    known = article_called(composer.issue, "Staying relevant")
    fields = {
        "csrf": composer.desk.csrf,
        "version": str(composer.issue.version),
        "title": known.title,
        "picture_alt": "Shelves",
        "picture_credit": "Photo: Ann",
        "portrait_credit": "Photo: Ben",
    }

    sent = {"file": ("shelves.jpg", photo(), "image/jpeg"), "portrait_file": ("her.png", photo(40, 40), "image/png")}
    answer = composer.desk.client.post(
        f"{composer.path}/articles/{known.id}", data=fields | {"byline": "Susan Q. Schnuer"}, files=sent
    )

    page = composer.followed(answer)
    picture = article_called(composer.issue, "Staying relevant").picture
    with database.read() as tx:
        shown = images.find(tx, picture).facts
        assert ("Shelves", "Photo: Ann") == (shown.alt, shown.credit)
        portrait = article_called(composer.issue, "Staying relevant").portrait
        shown = images.find(tx, portrait).facts
        assert ("Susan Q. Schnuer", "Photo: Ben") == (shown.alt, shown.credit)
    assert 'class="entry__thumb" src="/images/' in page


def test_what_is_no_picture_is_refused(composer: Composer) -> None:
    """The form stands there as it was typed."""
    known = article_called(composer.issue, "Staying relevant")
    fields = {"csrf": composer.desk.csrf, "version": str(composer.issue.version), "title": "Typed by me"}

    answer = composer.desk.client.post(
        f"{composer.path}/articles/{known.id}", data=fields, files={"file": ("x.jpg", b"no picture", "image/jpeg")}
    )

    assert 422 == answer.status_code
    assert "picture" in trouble(answer.text)
    assert 'value="Typed by me"' in answer.text
    assert known == article_called(composer.issue, "Staying relevant")


def test_what_cannot_be_stands_in_the_form_again(composer: Composer) -> None:
    """An empty title, a link that is none, an excerpt of a million words, a look that nobody knows: nothing is saved."""
    known, before = article_called(composer.issue, "Staying relevant"), composer.issue
    wrong = (
        (f"/articles/{known.id}", {"title": " ", "summary": "Typed by me"}),
        (f"/articles/{known.id}", {"title": "x", "link": "javascript:alert(1)", "summary": "Typed by me"}),
        (f"/articles/{known.id}", {"title": "x", "words": "1000000", "summary": "Typed by me"}),
        (f"/articles/{known.id}", {"title": "x", "show": "all", "summary": "Typed by me"}),
        (f"/articles/{known.id}", {"title": "x", "picture": "../../etc/passwd", "summary": "Typed by me"}),
        ("/head", {"title": "", "subject": "Typed by me"}),
        ("/sections", {"title": "Typed by me", "kind": "poems"}),
        (f"/sections/{before.sections[1].id}", {"title": "Typed by me", "kind": "articles", "look": "odd"}),
        (f"/sections/{before.sections[1].id}", {"title": "", "kind": "articles", "look": "auto"}),
    )

    for place, fields in wrong:
        answer = composer.sent(place, **fields)
        assert answer.status_code in {404, 422}, fields
        assert trouble(answer.text)
        if "Typed by me" in fields.values():
            assert "Typed by me" in answer.text
    assert before == composer.issue


def test_two_editors_at_one_article(composer: Composer, database: Database, clock: Hands) -> None:
    """The second is told what the first did, keeps what they typed in the form, and finds it among the versions."""
    known, version = article_called(composer.issue, "Staying relevant"), composer.issue.version
    with database.write() as tx:
        editing.edit_article(tx, composer.issue_id, known.id, clock(), title="Theirs")

    answer = composer.sent(f"/articles/{known.id}", version, title="Mine")

    assert 409 == answer.status_code
    assert f"kept as version {version}.1" in trouble(answer.text)
    assert 'value="Mine"' in answer.text
    assert f"/articles/{known.id}/beside/{version}.1" in answer.text
    assert "Theirs" == composer.issue.sections[1].articles[0].title
    with database.read() as tx:
        kept = versions.version_of(tx, composer.issue, Label(version, 1))
    assert "Mine" == kept.sections[1].articles[0].title


def test_when_and_where(composer: Composer) -> None:
    """Dates of an article are typed, and taken away."""
    known = article_called(composer.issue, "Athens in August")
    composer.saved(f"/articles/{known.id}", title=known.title, begins="2020-08-15", ends="2020-08-21", zone="", place="Athens")
    assert Event("2020-08-15", "2020-08-21", "", "Athens") == article_called(composer.issue, known.title).event

    composer.saved(f"/articles/{known.id}", title=known.title, begins="", ends="", zone="", place="")
    assert article_called(composer.issue, known.title).event is None


@pytest.mark.parametrize(
    ("fields", "begins", "ends"),
    [
        ({"begins": "2020-08-15", "begins_time": "09:30"}, "2020-08-15T09:30", ""),
        ({"begins": "2020-08-15", "begins_time": "09:30", "ends_time": "17:00"}, "2020-08-15T09:30", "2020-08-15T17:00"),
        (
            {"begins": "2020-08-15", "begins_time": "22:00", "ends": "2020-08-16", "ends_time": "02:00"},
            "2020-08-15T22:00",
            "2020-08-16T02:00",
        ),
    ],
)
def test_day_and_hour_are_fields_of_their_own(composer: Composer, fields: dict[str, str], begins: str, ends: str) -> None:
    """Nobody types a moment as programs write it, and the form shows again what was typed."""
    known = article_called(composer.issue, "Athens in August")
    composer.saved(f"/articles/{known.id}", title=known.title, **fields)
    page = composer.page(f"?open=a{known.id}")

    assert Event(begins, ends) == article_called(composer.issue, known.title).event
    for name, text in fields.items():
        assert re.search(rf'name="{name}" type="(date|time)" value="{text}"', page)


@pytest.mark.parametrize("fields", [{"begins_time": "09:30"}, {"ends": "2020-08-15"}, {"ends_time": "09:30"}])
def test_hour_of_no_day_is_refused(composer: Composer, fields: dict[str, str]) -> None:
    """And what was there stays."""
    known = article_called(composer.issue, "Athens in August")
    composer.saved(f"/articles/{known.id}", title=known.title, begins="2020-08-15")

    assert 422 == composer.sent(f"/articles/{known.id}", title=known.title, begins="", **fields).status_code
    assert Event("2020-08-15") == article_called(composer.issue, known.title).event


def test_a_section_is_laid_out_and_renamed(composer: Composer) -> None:
    """By its form, at its heading."""
    known = section_called(composer.issue, "Feature articles")
    assert 'name="look"' in composer.page(f"?open=s{known.id}")

    page = composer.saved(
        f"/sections/{known.id}", title="Long reads", kind="articles", look="cards", most="5", words="", is_required="1"
    )

    assert "The section “Long reads” is saved." == told(page)
    after = section_called(composer.issue, "Long reads")
    assert (Look.CARDS, 5, 0, True) == (after.look, after.most, after.words, after.is_required)


def test_a_section_is_added_and_removed(composer: Composer) -> None:
    """One that shows articles is removed only with a place for them."""
    page = composer.saved("/sections", title="Dates", kind="events")
    assert "The section “Dates” is added, at the end." == told(page)
    assert SectionKind.EVENTS is composer.issue.sections[-1].kind

    known, target = section_called(composer.issue, "Feature articles"), section_called(composer.issue, "Dates")
    assert 422 == composer.sent(f"/sections/{known.id}/remove").status_code
    page = composer.saved(f"/sections/{known.id}/remove", into=str(target.id))
    assert "The section is removed." == told(page)
    assert 2 == len(section_called(composer.issue, "Dates").articles)


@pytest.mark.parametrize("place", ["/articles/{}", "/sections/{}", "/sections/{}/remove", "/sections/{}/text"])
def test_what_is_not_of_this_issue(composer: Composer, place: str) -> None:
    """An article or section that is not there is none to save."""
    answer = composer.sent(place.format(999), title="x", kind="articles", look="auto", text="x")

    assert 404 == answer.status_code
