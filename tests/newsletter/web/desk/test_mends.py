"""What waits for a person leads to where it is mended, as far as that is theirs to do."""

import ast
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

import pytest

from newsletter.cli.nouns import PLACES
from newsletter.issues.alerts import Alert
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk import mends
from tests.newsletter.web.conftest import ROOT

ADMIN = Actor("ann", Role.ADMIN)
EDITOR_OF_ONE = Actor("eve", None, {1: Role.EDITOR})
PUBLISHER_OF_ONE = Actor("pia", None, {1: Role.PUBLISHER})

# How the keys of all alerts begin, by the module that raises them, in the order of its calls; one call may raise several.
RAISED: Mapping[str, list[str]] = MappingProxyType(
    {
        "newsletter/adoption.py": ["not-adopted", "not-adopted"],
        "newsletter/backups/unpacking.py": ["unpacked"],
        "newsletter/issues/agenda.py": [
            "issue-held",
            "issue-missed",
            "slot-missed",
            "slot-missed",
            "issue-missed",
            "issue-held",
        ],
        "newsletter/mail/consequences.py": ["notices-refused", "mailing-paused"],
        "newsletter/mail/doubts.py": ["issue-uncertain"],
        "newsletter/mail/further.py": ["further-rest further-uncertain"],
        "newsletter/mail/lookout.py": ["relay-down"],
        "newsletter/people/bursts.py": ["departures"],
        "newsletter/people/contributors.py": ["contribution"],
        "newsletter/people/digests.py": ["digest-late"],
        "newsletter/returns/alarms.py": [
            "returned",
            "returned-answers",
            "complaints-near complaints-over complaints-far-over",
            "returned-paused",
        ],
        "newsletter/returns/watching.py": ["returns"],
        "newsletter/review/comments.py": ["issue-comments"],
        "newsletter/web/public/floods.py": ["flood"],
        "newsletter/webhooks/hookbook.py": ["hook", "hook-off"],
        "newsletter/worker/clocks.py": ["clock"],
        "newsletter/worker/departing.py": ["issue-refused"],
        "newsletter/worker/digests.py": ["digest-refused"],
        "newsletter/worker/evidence.py": ["evidence"],
        "newsletter/worker/layouts.py": ["templates"],
        "newsletter/worker/returning.py": ["returns"],
        "newsletter/worker/steps.py": ["feed", "issue-gaps", "slot-waits"],
    }
)

# Those that lead nowhere, and why.
NOWHERE: Mapping[str, str] = MappingProxyType(
    {
        "digest-late": "over when it is told: its readers get the next one",
        "not-adopted": "a copy is adopted by command alone, beside the files of its host",
        "slot-missed": "the button that drafts the month stands at its newsletter, on the same board",
    }
)

# Names its commands at the desk as well: no page does what they do.
BY_COMMAND_ALONE = "newsletter/adoption.py"

_NAMED = re.compile(rf"newsletter (?:{'|'.join(PLACES)})\b")


def alert(key: str, text: str = "Something.", newsletter_id: int | None = 1, issue_id: int | None = 5) -> Alert:
    """Give an alert."""
    return Alert(1, key, text, newsletter_id, issue_id, datetime(2020, 2, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "href"),
    [
        ("relay-down:main", "/desk/settings/relays"),
        ("feed:3", "/desk/settings/feeds"),
        ("issue-uncertain:5", "/desk/issues/5/uncertain"),
        ("issue-comments:5", "/desk/issues/5/review#comments"),
        ("mailing-paused:9", "/desk/issues/5/send"),
        ("complaints-near:9", "/desk/issues/5/figures"),
        ("returned:blocklist:x:9", "/desk/issues/5/figures"),
        ("returns:mailbox", "/desk/settings/returns"),
        ("digest-refused:1:2020-Q1", "/desk/settings/newsletters/1"),
        ("anything-else:5", "/desk/issues/5"),
    ],
)
def test_each_leads_to_its_page(key: str, href: str) -> None:
    """Whoever may do everything is led everywhere."""
    assert href == mends.mended(ADMIN, alert(key)).href


def test_what_is_not_theirs_to_mend_is_told_and_leads_nowhere() -> None:
    """An editor cannot change a mail server."""
    assert ("Something.", "") == (
        mends.mended(EDITOR_OF_ONE, alert("relay-down:main")).text,
        mends.mended(EDITOR_OF_ONE, alert("relay-down:main")).href,
    )
    assert "/desk/issues/5/review" == mends.mended(EDITOR_OF_ONE, alert("issue-held:5")).href


def test_without_an_issue_there_is_no_page_of_it() -> None:
    """An alert of a kind that nobody knows."""
    assert "" == mends.mended(ADMIN, alert("else", issue_id=None)).href


def test_only_what_is_theirs_is_seen() -> None:
    """Of other newsletters and of the instance they hear nothing."""
    some = [alert("a"), alert("b", newsletter_id=2), alert("c", newsletter_id=None)]

    assert ["a"] == [one.key for one in mends.seen_by(EDITOR_OF_ONE, some)]
    assert ["a", "b", "c"] == [one.key for one in mends.seen_by(ADMIN, some)]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Loida commented on May 2020: newsletter issues comments 3", "Loida commented on May 2020."),
        ("Draft it if it is wanted: newsletter issues draft news --month 2020-01", "Draft it if it is wanted."),
        ("The newsletter has no list.", "The newsletter has no list."),
    ],
)
def test_commands_are_for_those_who_work_by_command(told: str, shown: str) -> None:
    """The desk has a link in their place."""
    assert shown == mends.mended(ADMIN, alert("else", told)).text


def test_every_alert_is_known_here() -> None:
    """A new one is named with how its key begins, so that what follows asks where it leads."""
    assert {path: len(kinds) for path, kinds in RAISED.items()} == {
        path: len(found) for path, found in calls().items() if found
    }


def test_every_alert_leads_to_where_it_is_mended_or_says_why_not() -> None:
    """With its issue, where it is of one."""
    nowhere = set()
    for path, found in calls().items():
        for call, kinds in zip(found, RAISED.get(path, []), strict=True):
            issue_id = 5 if "issue_id" in {keyword.arg for keyword in call.keywords} else None
            for kind in kinds.split():
                if not mends.mended(ADMIN, alert(f"{kind}:3", issue_id=issue_id)).href:
                    nowhere.add(kind)

    assert set(NOWHERE) == nowhere


@pytest.mark.parametrize("path", sorted(set(RAISED) - {BY_COMMAND_ALONE}))
def test_no_alert_names_a_command_at_the_desk(path: str) -> None:
    """A command stands at the end of what is told, behind a colon, and nowhere else."""
    texts = list(told(ast.parse((ROOT / path).read_text())))

    assert [] == [text for text in texts if _NAMED.search(mends.mended(ADMIN, alert("else", text)).text)]


@pytest.mark.parametrize(
    ("key", "actor", "is_theirs"),
    [
        ("flood:1", ADMIN, True),
        ("flood:1", EDITOR_OF_ONE, False),
        ("digest-late:1:2020-q1", EDITOR_OF_ONE, True),
        ("departures:3", EDITOR_OF_ONE, False),
        ("departures:3", PUBLISHER_OF_ONE, True),
        ("notices-refused:welcome", PUBLISHER_OF_ONE, False),
        # They go by themselves, with their cause.
        ("issue-held:5", ADMIN, False),
        ("relay-down:main", ADMIN, False),
        ("evidence:7", ADMIN, False),
        ("not-adopted", ADMIN, False),
    ],
)
def test_what_nothing_else_ends_is_settled_by_hand(key: str, actor: Actor, *, is_theirs: bool) -> None:
    """By whoever may mend it."""
    assert is_theirs == bool(mends.mended(actor, alert(key)).settle)


def test_of_another_newsletter_nothing_is_settled() -> None:
    """Nor what is of none."""
    for newsletter_id in (2, None):
        assert "" == mends.mended(EDITOR_OF_ONE, alert("digest-late:2:2020-q1", newsletter_id=newsletter_id)).settle


def calls() -> dict[str, list[ast.Call]]:
    """Give where alerts are raised, by module, in the order of the code."""
    found = {}
    for path in sorted((ROOT / "newsletter").rglob("*.py")):
        text = path.read_text()
        if "raise_alert(" in text:
            made = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call) and is_raising(node)]
            found[str(path.relative_to(ROOT))] = sorted(made, key=lambda node: node.lineno)
    return found


def is_raising(call: ast.Call) -> bool:
    """Whether an alert is raised by this call."""
    return isinstance(call.func, ast.Attribute) and call.func.attr == "raise_alert"


def told(tree: ast.Module) -> Iterator[str]:
    """Give the texts of a module with an X for each value, but for docstrings and commands that stand alone."""
    parts = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        text = ""
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts | said:
            text = node.value.replace("%(command)s", "newsletter issues draft X")
        if not text.startswith("newsletter "):
            yield re.sub(r"%\(\w+\)s", "X", text)
