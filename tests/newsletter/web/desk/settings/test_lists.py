"""Lists, forms, topics, notices and questions at the desk."""

import re

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.letters import notebook
from newsletter.letters.letter import LetterKind
from subscribers import attributebook, domainrules, questions, register, topicbook
from subscribers.model import MailingList
from tests.newsletter.web.conftest import Reader
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/lists"
ASKED = "/desk/settings/questions"


def reread(database: Database, list_: MailingList) -> MailingList:
    """Give a list as it is kept."""
    with database.read() as tx:
        return register.list_by_id(tx, list_.id)


def test_a_list_is_made_changed_archived_and_reopened(desk: OpenDesk, database: Database) -> None:
    """Each by a form of its own; archiving asks first and names how many stand on it."""
    made = desk.press(f"{HERE}/new", name="Jobs", description="Vacancies.", is_public="1")
    path = made.headers["location"].partition("?")[0]
    desk.press(path, name="Vacancies", description="", language="fr")
    asked = desk.page(f"{path}/archive")
    desk.press(f"{path}/archive")
    archived = desk.page(path)
    desk.press(f"{path}/reopen")

    with database.read() as tx:
        known = register.find_list(tx, "Vacancies")
    assert (False, "fr", None) == (known.is_public, known.language, known.archived_at)
    assert f'hx-get="{path}/people"' in asked
    assert "This list is archived" in archived


def test_the_people_of_a_list_are_counted_apart(desk: OpenDesk, list_: MailingList, reader: Reader) -> None:
    """The list of lists asks for the number in a request of its own; a count that takes too long says so."""
    assert f'hx-get="{HERE}/{list_.id}/people"' in desk.page(HERE)
    assert "1 person" in desk.page(f"{HERE}/{list_.id}/people")


def test_a_name_that_is_taken_is_refused_with_what_was_typed(desk: OpenDesk, list_: MailingList) -> None:
    """Nothing is lost of the form."""
    answer = desk.press(f"{HERE}/new", name=list_.name, description="Kept here")

    assert 422 == answer.status_code
    assert "Kept here" in answer.text


def test_questions_are_defined_asked_and_asked_no_more(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """The snippet for other sites follows."""
    desk.press(ASKED, key="library", kind="choice", label="Your library", choices="Public\r\nAcademic")
    desk.press(f"{HERE}/{list_.id}/form/ask", key="library", required="1")
    with database.read() as tx:
        [question] = questions.questions_of(tx, list_.id)
    page = desk.page(f"{HERE}/{list_.id}/form?language=de")
    desk.press(f"{HERE}/{list_.id}/form/drop", key="library")

    assert question.is_required
    assert "answer-library" in page
    assert "lang=&#34;de&#34;" in page
    assert "answer-library" not in desk.page(f"{HERE}/{list_.id}/form")


def test_a_question_is_changed_and_forgotten(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """Words are added and taken away as the form has them; forgetting asks first."""
    desk.press(ASKED, key="library", kind="choice", label="Your library", choices="Public\r\nAcademic")
    desk.press(f"{ASKED}/library", label="Library", choices="Public\r\nSchool")
    with database.read() as tx:
        changed = attributebook.find(tx, "library")
    asked = desk.page(f"{ASKED}/library/remove")
    counted = desk.page(f"{ASKED}/library/people")
    desk.press(f"{ASKED}/library/remove")

    assert ("Library", {"Public", "School"}) == (changed.label, set(changed.choices))
    assert f'hx-get="{ASKED}/library/people"' in asked
    assert "nobody" in counted
    with database.read() as tx:
        assert () == attributebook.all_attributes(tx)


@pytest.mark.parametrize(("key", "kind"), [("Library!", "text"), ("email", "text"), ("fine", "no-such-kind"), ("", "text")])
def test_a_question_that_cannot_be_is_refused(desk: OpenDesk, database: Database, key: str, kind: str) -> None:
    """With what was typed."""
    answer = desk.press(ASKED, key=key, kind=kind, label="Kept here")

    assert 422 == answer.status_code
    assert "Kept here" in answer.text
    with database.read() as tx:
        assert () == attributebook.all_attributes(tx)


def test_a_refused_change_of_a_question_stands_in_its_form(desk: OpenDesk, database: Database) -> None:
    """Opened, under its own question; that of another has what is kept."""
    desk.press(ASKED, key="library", kind="choice", label="Your library", choices="Public\r\nAcademic")
    desk.press(ASKED, key="shift", kind="choice", label="Your shift", choices="Day\r\nNight")
    answer = desk.press(f"{ASKED}/Library", label="Typed", choices=f"Public\r\n{'x' * 101}")

    assert 422 == answer.status_code
    assert 1 == answer.text.count('<details class="more" open>')
    assert 'value="Typed"' in answer.text
    assert re.search(r"Public\s+x{101}</textarea>", answer.text)
    assert re.search(r"Day\s+Night</textarea>", answer.text)
    with database.read() as tx:
        assert "Your library" == attributebook.find(tx, "library").label


def test_a_refused_topic_stands_in_the_form_it_was_typed_in(desk: OpenDesk, list_: MailingList) -> None:
    """A new one below, a changed one in its own form, opened."""
    path = f"{HERE}/{list_.id}/topics"
    for name in ("Jobs", "Congress"):
        desk.press(path, name=name)
    [number] = re.findall(r'<input id="name-(\d+)" name="name" value="Congress"', desk.page(path))
    new = desk.press(path, name="jobs", description="Typed below").text
    changed = desk.press(f"{path}/{number}", name="jobs", description="Typed above").text

    assert '<details class="more" open>' not in new
    assert re.search(r'<input id="name" [^>]*value="jobs"', new)
    assert re.search(r'<textarea id="description" [^>]*>Typed below<', new)
    assert 1 == changed.count('<details class="more" open>')
    assert f'<input id="name-{number}" name="name" value="jobs"' in changed
    assert re.search(rf'<textarea id="description-{number}" [^>]*>Typed above<', changed)
    assert re.search(r'<input id="name" [^>]*value=""', changed)


def test_topics_are_added_moved_renamed_and_offered_no_more(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """By the buttons of their page."""
    path = f"{HERE}/{list_.id}/topics"
    for name in ("Jobs", "Congress"):
        desk.press(path, name=name)
    twice = desk.press(path, name="jobs")
    with database.read() as tx:
        jobs, congress = topicbook.of_list(tx, list_.id)
    desk.press(f"{path}/{congress.id}", act="up")
    desk.press(f"{path}/{jobs.id}", name="Vacancies", description="Of members")
    with database.read() as tx:
        moved = [one.name for one in topicbook.of_list(tx, list_.id)]
    desk.press(f"{path}/{congress.id}", act="remove")

    assert 422 == twice.status_code
    assert ["Congress", "Vacancies"] == moved
    with database.read() as tx:
        assert ["Vacancies"] == [one.name for one in topicbook.of_list(tx, list_.id)]


def test_a_topic_of_another_list_is_not_touched(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """However its number came into the address; nor is it told what it is called (A09)."""
    with database.write() as tx:
        other = register.create_list(tx, "Others", list_.created_at)
        topic = topicbook.add(tx, other.id, "Theirs")

    answer = desk.press(f"{HERE}/{list_.id}/topics/{topic.id}", act="remove")

    assert 422 == answer.status_code
    assert "Theirs" not in answer.text
    with database.read() as tx:
        assert ["Theirs"] == [one.name for one in topicbook.of_list(tx, other.id)]


def test_a_notice_speaks_in_own_words_and_as_the_templates_again(
    desk: OpenDesk, database: Database, list_: MailingList
) -> None:
    """It is shown as it arrives, without anybody's link."""
    path = f"{HERE}/{list_.id}/notices"
    given = {"kind": "welcome", "language": "en", "subject": "Good to have you, from {newsletter}", "text": "Hello."}
    answer = desk.press(path, **given)
    page = desk.page(answer.headers["location"])
    wrong = desk.press(path, **given | {"subject": "{nothing}"})
    desk.press(path, **given, act="reset")

    assert "Good to have you, from Section News" in page
    assert "the person’s own link" in desk.page(f"{path}?kind=confirmation")
    assert 422 == wrong.status_code
    with database.read() as tx:
        assert not notebook.find(tx, list_.id, LetterKind.WELCOME, "en").subject


def test_domains_are_kept_out_and_let_in(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """One a line; what is none is refused and nothing is set."""
    path = f"{HERE}/{list_.id}/form/domains"
    desk.press(path, domains="example.net\r\n@example.com", verdict="deny")
    wrong = desk.press(path, domains="not a domain", verdict="deny")
    desk.press(path, domains="example.com", verdict="none")

    assert 422 == wrong.status_code
    assert "not a domain</textarea>" in wrong.text
    assert '<details class="more" open>' in wrong.text
    with database.read() as tx:
        assert ["example.net"] == [one.domain for one in domainrules.rules_of(tx, list_.id, 9)]


def test_two_people_at_one_list_are_shown_both(desk: OpenDesk, database: Database, list_: MailingList) -> None:
    """Nothing is saved over what they have not seen; a box counts like a word."""
    path = f"{HERE}/{list_.id}"
    [shown] = re.findall(r'name="seen" value="([^"]+)"', desk.page(path))
    desk.press(path, seen=shown, name=list_.name, description="Theirs.", is_public="1")
    answer = desk.press(path, seen=shown, name=list_.name, description="Mine.")

    assert 409 == answer.status_code
    assert "<del>Theirs.</del>" in answer.text
    assert "<ins>no</ins>" in answer.text
    assert "Theirs." == reread(database, list_).description
    [shown] = re.findall(r'name="seen" value="([^"]+)"', answer.text)
    assert 303 == desk.press(path, seen=shown, name=list_.name, description="Mine.").status_code


def test_two_people_at_one_notice_are_shown_both(
    desk: OpenDesk, database: Database, list_: MailingList, newsletter: Newsletter
) -> None:
    """Also where one of them lets the templates speak again."""
    path, first = f"{HERE}/{list_.id}/notices", {"kind": "welcome", "language": "en", "heading": "", "text": "Good to see you."}
    [shown] = re.findall(r'name="seen" value="([^"]+)"', desk.page(f"{path}?kind=welcome&language=en"))
    desk.press(path, seen=shown, subject="Their welcome", **first)
    answer = desk.press(path, seen=shown, subject="My welcome", **first | {"text": ""})
    back = desk.press(path, seen=shown, subject="My welcome", act="reset", **first)

    assert [409, 409] == [answer.status_code, back.status_code]
    assert "<del>Their</del>" in answer.text
    assert "Good to see you.</textarea>" in answer.text
    with database.read() as tx:
        assert "Their welcome" == notebook.find(tx, list_.id, LetterKind.WELCOME, "en").subject
