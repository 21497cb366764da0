"""`newsletter segments`, and `newsletter issues audience`."""

from datetime import UTC, datetime

import pytest

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from subscribers import register, topicbook
from tests.harness.terminal import Terminal

PEOPLE = b"email,name\nann@example.net,Ann\nbob@example.net,Bob\n"


@pytest.fixture
def desk(settings: dict[str, str], terminal: Terminal, paper: str) -> Terminal:
    """Give a terminal on 1 February 2020, with a draft (issue 1) and the readers Ann, who reads French, and Bob."""
    at_desk = Terminal(settings, MovableClock(datetime(2020, 2, 1, 8, 0, tzinfo=UTC)))
    at_desk.ok("subscribers", "import", "readers", "-", "--basis", "Signed up", "--confirmed", stdin=PEOPLE)
    at_desk.ok("subscribers", "edit", "ann@example.net", "--language", "fr")
    at_desk.ok("issues", "draft", paper, "--month", "2020-01")
    return at_desk


def test_segment_is_made_shown_and_changed(desk: Terminal) -> None:
    """As text and as a tree; the tree makes the same segment."""
    made = desk.ok("segments", "create", "French", "Language IS fr")
    again = desk.ok("segments", "create", "Again", '{"field": "language", "op": "=", "values": ["FR"]}')

    assert ("French", "language = fr", "local operator") == (made["name"], made["rule"], made["made_by"])
    assert made["tree"] == again["tree"]
    assert made == desk.ok("segments", "show", "French")
    assert "list readers" == desk.ok("segments", "edit", "French", "list readers")["rule"]
    assert ["French", "Again"] == [one["name"] for one in desk.ok("segments", "list")["segments"]]
    assert "list readers" in desk("segments", "list").out


def test_no_segments_are_told(desk: Terminal) -> None:
    """In words."""
    assert "There are no segments.\n" == desk("segments", "list").out


def test_people_of_a_segment_are_counted_and_shown(desk: Terminal) -> None:
    """Who may be written to on a list, or all."""
    desk.ok("segments", "create", "French", "language = fr")
    told = desk.ok("segments", "preview", "French", "--list", "readers")

    assert (1, "readers", "language = fr") == (told["people"], told["list"], told["rule"])
    assert [{"email": "ann@example.net", "name": "Ann", "language": "fr"}] == told["sample"]
    assert 2 == desk.ok("segments", "preview", "--rule", "everybody", "--sample", "0")["people"]
    assert "language = fr: 1 person on readers." in desk("segments", "preview", "French", "--list", "readers").out


def test_who_may_not_manage_people_learns_no_address(desk: Terminal) -> None:
    """Nor can they find one out by trying rules."""
    desk.ok("staff", "add", "Eve", "--role", "editor")
    desk.ok("segments", "create", "French", "language = fr")
    told = desk("segments", "preview", "French", "--as", "Eve", "--json")

    assert "ann@" not in told.out
    assert [{"email": "a…@example.net", "name": "", "language": "fr"}] == told.answer["sample"]
    for command in (
        ("preview", "--rule", "name = Ann"),
        ("create", "Ann", "name = Ann"),
        ("edit", "French", "name = Ann"),
        ("remove", "French"),
    ):
        assert Exit.REFUSED == desk("segments", *command, "--as", "Eve").code


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("create", "X", "language ="), Exit.REFUSED, "a value after “=” is expected, not the end at character 11"),
        (("create", "X", "shoe = 1"), Exit.REFUSED, "there is no attribute “shoe”"),
        (("create", "X", '{"sql": "1=1"}'), Exit.REFUSED, "an object with one of these keys"),
        (("create", "", "everybody"), Exit.REFUSED, "A segment needs a name"),
        (("show", "X"), Exit.NOT_FOUND, "There is no segment X."),
        (("preview", "X"), Exit.NOT_FOUND, "There is no segment X."),
        (("preview",), Exit.USAGE, "either the NAME of a segment or --rule"),
        (("preview", "X", "--rule", "everybody"), Exit.USAGE, "either the NAME of a segment or --rule"),
        (("preview", "--rule", "everybody", "--list", "nothing"), Exit.NOT_FOUND, "There is no mailing list nothing."),
    ],
)
def test_what_cannot_be_done_is_told(desk: Terminal, arguments: tuple[str, ...], code: Exit, sentence: str) -> None:
    """In one sentence, with its code."""
    told = desk("segments", *arguments)

    assert code == told.code
    assert sentence in told.err


def test_issue_is_for_a_segment(desk: Terminal) -> None:
    """Told when it is chosen, approved and sent, with how many they are."""
    desk.ok("segments", "create", "French", "language = fr")
    chosen = desk("issues", "audience", "1", "--include", "French")
    assert "goes to 1 person on readers, in “French” now." in chosen.out
    assert "language = fr" in chosen.out

    assert "those in “French”" in desk("issues", "show", "1").out
    assert ["French"] == desk.ok("issues", "show", "1")["included"]
    approved = desk("issues", "approve", "1", "--override", "A test", "--json").answer
    assert (1, ["French"], []) == (approved["people"], approved["included"], approved["excluded"])
    asked = desk("issues", "send", "1", is_terminal=True, stdin=b"n\n")
    assert "to 1 person on readers, in “French”?" in asked.err
    assert 1 == desk.ok("issues", "send", "1")["audience"]
    assert {"people": 1, "included": ["French"], "excluded": []}.items() <= desk.ok("issues", "audience", "1").items()


def test_issue_is_for_everybody_again(desk: Terminal) -> None:
    """When somebody says so; without segments nothing is said of them."""
    desk.ok("segments", "create", "French", "language = fr")
    assert 1 == desk.ok("issues", "audience", "1", "--exclude", "French")["people"]
    assert Exit.REFUSED == desk("segments", "remove", "French").code

    assert 2 == desk.ok("issues", "audience", "1", "--everybody")["people"]
    assert "goes to 2 people on readers now.\n" in desk("issues", "audience", "1").out
    assert {"removed": "French"} == desk.ok("segments", "remove", "French")


def test_everybody_and_a_segment_is_a_contradiction(desk: Terminal) -> None:
    """Nothing is changed by it."""
    assert Exit.USAGE == desk("issues", "audience", "1", "--everybody", "--include", "French").code
    assert Exit.NOT_FOUND == desk("issues", "audience", "1", "--include", "French").code
    assert 2 == desk.ok("issues", "audience", "1")["people"]


def test_nobody_approves_for_a_segment_that_is_broken(desk: Terminal, sqlite_url: str) -> None:
    """The approval does not happen, and says why: its topic was removed at the moment in which it was made."""
    desk.ok("topics", "add", "readers", "Jobs")
    desk.ok("segments", "create", "Seekers", "topic Jobs of readers")
    desk.ok("issues", "audience", "1", "--include", "Seekers")
    database = Database(sqlite_url)
    with database.write() as tx:
        jobs = topicbook.find(tx, register.find_list(tx, "readers").id, "Jobs")
        topicbook.remove(tx, jobs, datetime(2020, 2, 1, 8, 0, tzinfo=UTC))
    database.close()
    told = desk("issues", "approve", "1", "--override", "A test")

    assert Exit.REFUSED == told.code
    assert "segment Seekers: cannot be asked any more: readers offers no topic “Jobs”" in told.err
    assert "draft" == desk.ok("issues", "show", "1")["state"]


def test_attribute_that_a_segment_asks_for_is_not_removed(desk: Terminal) -> None:
    """Defined anew, with no answers, the rule would be true of others."""
    desk.ok("attributes", "define", "member", "--kind", "yes-no")
    desk.ok("segments", "create", "Outsiders", "language = fr or not member = yes")
    told = desk("attributes", "remove", "member")

    assert (Exit.REFUSED, True) == (told.code, "is asked for by the segment Outsiders" in told.err)
    desk.ok("segments", "edit", "Outsiders", "language = fr")
    assert {"removed": "member", "answers": 0} == desk.ok("attributes", "remove", "member")


def test_what_a_segment_asks_for_is_not_changed_under_it(desk: Terminal) -> None:
    """A topic by another name, or a choice that is gone, would be true of others without a word."""
    desk.ok("topics", "add", "readers", "Jobs")
    desk.ok("attributes", "define", "kind", "--kind", "choice", "--choice", "Public", "--choice", "School")
    desk.ok("segments", "create", "Both", "topic Jobs or kind = School")
    told = (
        desk("topics", "edit", "readers", "Jobs", "--name", "Vacancies"),
        desk("topics", "remove", "readers", "Jobs"),
        desk("attributes", "edit", "kind", "--remove-choice", "School"),
    )
    desk.ok("segments", "remove", "Both")

    assert [(Exit.REFUSED, True)] * 3 == [(one.code, "is asked for by the segment Both" in one.err) for one in told]
    assert "Vacancies" == desk.ok("topics", "edit", "readers", "Jobs", "--name", "Vacancies")["topic"]
    assert ["Public"] == desk.ok("attributes", "edit", "kind", "--remove-choice", "School")["choices"]


def test_database_that_is_slow_ends_a_look(desk: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a sentence that says what to do."""
    monkeypatch.setattr("newsletter.cli.segments.LONGEST_LOOK", -1.0)
    monkeypatch.setattr("newsletter.database.STEPS_BETWEEN_LOOKS", 1)
    told = desk("segments", "preview", "--rule", "everybody")

    assert Exit.REFUSED == told.code
    assert "was stopped. Nothing was changed." in told.err
