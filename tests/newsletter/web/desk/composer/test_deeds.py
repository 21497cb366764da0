"""The buttons of the cards."""

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.issues import editing, versions
from newsletter.issues.snapshot import Label
from newsletter.tables.issues import article
from newsletter.tables.staff import audit
from tests.harness.newsroom import article_called, contents_of, section_called
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.composer.conftest import Composer, told, trouble


def test_down_and_up(composer: Composer) -> None:
    """The page says where it is now, and the button keeps the focus."""
    first = article_called(composer.issue, "Staying relevant")

    answer = composer.sent("", do=f"down {first.id}")
    page = composer.followed(answer)

    assert "“Staying relevant” is now 2 of 2 in Feature articles." == told(page)
    assert ["Mentoring in Norway", "Staying relevant"] == contents_of(composer.issue)["Feature articles"]
    assert f"down{first.id}" == urlsplit(answer.headers["location"]).fragment
    assert re.search(rf'id="down{first.id}"[^>]* autofocus', page)

    assert "is now 1 of 2" in told(composer.pressed(f"up {first.id}"))


def test_over_the_edge_of_a_section(composer: Composer) -> None:
    """The last one goes down into the next section."""
    last = article_called(composer.issue, "Mentoring in Norway")

    page = composer.pressed(f"down {last.id}")

    assert "“Mentoring in Norway” is now 1 of 2 in Communication initiatives." == told(page)


def test_at_the_edge_of_the_issue(composer: Composer) -> None:
    """Nothing is done, no version is made, and the page says so."""
    first = composer.issue.sections[0].articles[0]
    before = composer.issue.version

    page = composer.pressed(f"up {first.id}")

    assert "stands at the edge of the issue already" in told(page)
    assert before == composer.issue.version


def test_to_a_place_of_another_section(composer: Composer) -> None:
    """As the form of a card says, or as it was dragged; without a place it goes to the end."""
    moved = article_called(composer.issue, "Staying relevant")
    target = section_called(composer.issue, "The section's activities")

    page = composer.pressed(f"place {moved.id}", section=str(target.id), place="1")
    assert f"is now 1 of 2 in {target.title}" in told(page)
    page = composer.pressed(f"place {moved.id}", section=str(target.id), place="")
    assert "is now 2 of 2" in told(page)


def test_left_out_and_taken_in_again(composer: Composer) -> None:
    """It stays at hand at the end of the page."""
    known = article_called(composer.issue, "Staying relevant")

    page = composer.pressed(f"drop {known.id}")
    assert "“Staying relevant” is left out." in told(page)
    assert f'value="restore {known.id}"' in page
    assert "Staying relevant" not in contents_of(composer.issue)["Feature articles"]

    page = composer.pressed(f"restore {known.id}")
    assert "“Staying relevant” is taken in again: 1 of 2 in Feature articles." == told(page)


@pytest.mark.parametrize(("button", "byline", "is_unsigned"), [("named", "Kim Lee", False), ("unnamed", "", True)])
def test_a_suggested_byline(composer: Composer, database: Database, button: str, byline: str, *, is_unsigned: bool) -> None:
    """Taken, or settled as nobody's."""
    known = article_called(composer.issue, "Where to find us")
    suggested = {"byline": "Kim Lee", "why": "stands in the first line"}
    with database.write() as tx:
        tx.execute(update(article).where(article.c.id == known.id).values(suggestion=suggested, byline=""))
    assert "By <bdi>Kim Lee</bdi>?" in composer.page()

    composer.pressed(f"{button} {known.id}")

    settled = article_called(composer.issue, "Where to find us")
    assert (byline, is_unsigned, None) == (settled.byline, settled.is_unsigned, settled.suggestion)


def test_sections_change_places(composer: Composer) -> None:
    """One step, and no further than the edge."""
    second = composer.issue.sections[1]

    page = composer.pressed(f"section-up {second.id}")
    assert f"The section “{second.title}” is now 1 of 5." == told(page)
    version = composer.issue.version
    composer.pressed(f"section-up {second.id}")
    assert version == composer.issue.version
    composer.pressed(f"section-down {second.id}")
    assert second.title == composer.issue.sections[1].title


def test_a_section_is_put_anywhere(composer: Composer) -> None:
    """As it was dragged: at a place, beyond the last one at the end; where it stands already no version is made."""
    first, *others = [one.id for one in composer.issue.sections]

    page = composer.pressed(f"section-place {first}", place="3")
    assert "is now 3 of 5." in told(page)
    assert [*others[:2], first, *others[2:]] == [one.id for one in composer.issue.sections]
    version = composer.issue.version
    composer.pressed(f"section-place {first}", place="3")
    assert version == composer.issue.version
    composer.pressed(f"section-place {first}", place="99")
    assert [*others, first] == [one.id for one in composer.issue.sections]
    composer.pressed(f"section-place {first}", place="99")
    assert version + 1 == composer.issue.version


def test_undo_and_redo(composer: Composer) -> None:
    """As many steps back as there were, and forth again; each is a version, and nothing is lost."""
    first = article_called(composer.issue, "Staying relevant")
    states = [contents_of(composer.issue)]
    for do in (f"down {first.id}", f"down {first.id}", f"drop {first.id}"):
        page = composer.pressed(do)
        states.append(contents_of(composer.issue))

    for wanted in states[-2::-1]:
        composer.pressed(button(page, "undo"))
        assert wanted == contents_of(composer.issue)
        # Whoever opens the page anew goes on from there.
        page = composer.page()
    for wanted in states[1:]:
        composer.pressed(button(page, "redo"))
        page = composer.page()
        assert wanted == contents_of(composer.issue)
    assert 'id="redo"' not in page


def test_what_is_typed_of_an_article_is_undone_too(composer: Composer) -> None:
    """Title, byline, excerpt and all, whoever saved it, and wherever."""
    before = article_called(composer.issue, "Staying relevant")
    typed = {"title": "Another", "byline": "Kim Lee", "summary": "In short.", "picture_alt": "A hall", "words": "30"}
    page = composer.saved(f"/articles/{before.id}", **typed)
    assert "Kim Lee" == article_called(composer.issue, "Another").byline

    page = composer.pressed(button(page, "undo"))

    assert before == article_called(composer.issue, "Staying relevant")
    composer.pressed(button(page, "redo"))
    assert "In short." == article_called(composer.issue, "Another").summary


def test_an_edit_ends_what_can_be_done_again(composer: Composer) -> None:
    """There is no way forth from what was never there."""
    first = article_called(composer.issue, "Staying relevant")
    page = composer.pressed(f"down {first.id}")
    page = composer.pressed(button(page, "undo"))
    assert 'id="redo"' in page

    assert 'id="redo"' not in composer.pressed(f"drop {first.id}")


def test_what_came_too_late_is_told_and_kept(composer: Composer, database: Database, clock: Hands) -> None:
    """Somebody else saved meanwhile: the page shows what they did, and under which version mine is kept."""
    mine, version = article_called(composer.issue, "Staying relevant"), composer.issue.version
    theirs = article_called(composer.issue, "Mentoring in Norway")
    with database.write() as tx:
        editing.drop_article(tx, composer.issue_id, theirs.id, clock())

    answer = composer.sent("", version, do=f"down {mine.id}")

    assert 409 == answer.status_code
    said = trouble(answer.text)
    assert "Not saved: the issue was changed" in said
    assert "dropped" in said
    assert f"kept as version {version}.1" in said
    with database.read() as tx:
        kept = versions.version_of(tx, composer.issue, Label(version, 1))
    assert ["Mentoring in Norway", "Staying relevant"] == [one.title for one in kept.sections[1].articles]


def test_cards_are_moved_while_somebody_writes(composer: Composer, database: Database, clock: Hands) -> None:
    """What others type refuses no press: neither a text nor the subject has a place."""
    mine, version = article_called(composer.issue, "Staying relevant"), composer.issue.version
    with database.write() as tx:
        editing.edit_issue(tx, composer.issue_id, clock(), subject="Theirs")
        editing.edit_article(tx, composer.issue_id, mine.id, clock(), content="<p>Their words.</p>")

    answer = composer.sent("", version, do=f"down {mine.id}")

    assert 303 == answer.status_code
    assert ["Mentoring in Norway", "Staying relevant"] == [one.title for one in composer.issue.sections[1].articles]
    assert "Theirs" == composer.issue.subject
    assert "Their words." in article_called(composer.issue, "Staying relevant").content


def test_no_such_button(composer: Composer) -> None:
    """Nothing is done."""
    for do in ("", "up", "up x", "fly 1", "up -1", "up 0", "up 1 x", "up " + "9" * 30):
        assert 400 == composer.sent("", do=do).status_code


def test_something_that_is_not_there(composer: Composer) -> None:
    """The page as it is now, with why; nothing of the issue is touched."""
    before = composer.issue

    for deed in (
        "up 999",
        "drop 999",
        "restore 999",
        "place 999",
        "section-up 999",
        "section-place 999",
        "undo 999",
        "resolve 999",
        "say 999",
    ):
        answer = composer.sent("", do=deed, section=str(before.sections[0].id))
        assert 404 == answer.status_code, deed
        assert trouble(answer.text)
    assert before == composer.issue


def test_every_deed_is_written_down(composer: Composer, database: Database) -> None:
    """With who did it."""
    first = article_called(composer.issue, "Staying relevant")
    composer.pressed(f"down {first.id}")

    with database.read() as tx:
        acts = tx.execute(select(audit.c.act, audit.c.actor)).all()
    assert ("issue.edit", ADMINISTRATOR) in [tuple(row) for row in acts]
    with database.read() as tx:
        assert ADMINISTRATOR == versions.latest(tx, composer.issue).written_by


def button(page: str, name: str) -> str:
    """Give what a button of the head does."""
    found = re.search(rf'value="({name} \d+)"', page)
    assert found is not None
    return found[1]


def test_a_comment_on_an_article(composer: Composer, database: Database) -> None:
    """From its card, where it stands from then on until somebody calls it done; it makes no version."""
    before, first = composer.issue, article_called(composer.issue, "Staying relevant")
    assert 'name="comment"' not in composer.page()
    assert f'value="say {first.id}"' in composer.page(f"?open=c{first.id}")

    page = composer.pressed(f"say {first.id}", comment="Is the year right?\n<b>Really</b>")

    assert "Your comment stands at “Staying relevant”." == told(page)
    assert re.search(rf'id="comment{first.id}"[^>]* autofocus', page)
    card = page[page.index(f'id="a{first.id}"') :]
    assert "Is the year right?<br><b>Really</b>" in card[: card.index("</li>")]
    assert before == composer.issue
    with database.read() as tx:
        assert ("issue.comment", ADMINISTRATOR) == tx.execute(select(audit.c.act, audit.c.actor)).all()[-1]


def test_a_comment_that_says_nothing(composer: Composer) -> None:
    """Is refused in its form, where what was typed stands still."""
    first = article_called(composer.issue, "Staying relevant")

    for text in ("", "x" * 4001):
        refused = composer.sent("", do=f"say {first.id}", comment=text)
        assert 422 == refused.status_code
        assert trouble(refused.text)
        assert f'id="form-c{first.id}"' in refused.text
        assert f">{text}</textarea>" in refused.text
