"""`newsletter returns read`, and what shows what came back."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.issues import store as issues
from newsletter.mail import dispatch
from newsletter.tables.mail import figure
from subscribers import suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom, returned
from tests.harness.terminal import Terminal

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
KEYRING = Keyring(SECRET)
FORGED = returned.bounce("b-" + "a" * 26 + "@returns.example.org")


def an_issue(url: str) -> list[str]:
    """Mail an issue to three people; gives the addresses it comes back to."""
    database = Database(url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, KEYRING, NOW, ("ann", "bob", "cem"))
        made = mailroom.approved_issue(tx, room.newsletter_id, NOW)
        dispatch.send_issue(tx, made, NOW)
        letter_id = issues.load(tx, made).letter_id
        assert letter_id is not None
        tx.execute(insert(figure).values(letter_id=letter_id, shard="test", state="accepted", people=3))
        addresses = [returned.address(KEYRING, returned.delivery_of(tx, name, letter_id)) for name in ("ann", "bob", "cem")]
    database.close()
    return addresses


def test_a_pipe_takes_what_comes_and_never_makes_it_bounce(terminal: Terminal, sqlite_url: str) -> None:
    """What is not ours is no error either; when the database is away, or is none, the mail server keeps it."""
    ann, *_ = an_issue(sqlite_url)
    raw = returned.bounce("x@returns.example.org")
    told = [terminal("returns", "read", "-", "--recipient", ann, "--json", stdin=raw) for _ in range(2)]
    foreign = terminal("returns", "read", "-", "--json", stdin=FORGED)
    away = terminal("returns", "read", "-", stdin=raw, NEWSLETTER_DATABASE_URL="sqlite:////nowhere/at/all.db")
    nobody = terminal("returns", "read", "-", stdin=raw, NEWSLETTER_SECRET_KEY="short")

    assert ["applied", "repeated"] == [one.answer["fate"] for one in told]
    assert ("bounce", "address-dead", "suppressed") == tuple(told[0].answer[key] for key in ("kind", "class", "followed"))
    assert (Exit.DONE, "unattributed") == (foreign.code, foreign.answer["fate"])
    assert [Exit.TRY_LATER] * 2 == [away.code, nobody.code]
    # All that a mail server's log has room for.
    assert nobody.err.startswith("Error: NEWSLETTER_SECRET_KEY")
    assert "Traceback" not in away.err + nobody.err


def test_a_single_message_is_told_with_what_followed(terminal: Terminal, sqlite_url: str, tmp_path: Path) -> None:
    """And where all of it is looked at; of one that was here before, that nothing changes."""
    ann, *_ = an_issue(sqlite_url)
    file = tmp_path / "bounce.eml"
    file.write_bytes(returned.bounce(ann))
    first, second = (terminal("returns", "read", str(file)).out for _ in range(2))

    assert "bounce, address-dead: applied, suppressed. All of it: newsletter returns show 1" == " ".join(first.split())
    assert "taken in before" in second


def test_a_file_of_many_is_counted_and_listed_and_shown(terminal: Terminal, sqlite_url: str, tmp_path: Path) -> None:
    """Three people, two of them gone, and one message that is nobody's; figures add up."""
    ann, bob, cem = an_issue(sqlite_url)
    evil = returned.bounce(cem, subject="\x1b]0;owned\x07").replace(b"Status: 5.1.1", b"Status: 5.2.2")
    separator = b"From MAILER-DAEMON Sat Feb  1 08:00:00 2020\r\n"
    box = tmp_path / "box"
    box.write_bytes(b"".join(separator + one + b"\r\n" for one in (returned.bounce(ann), returned.bounce(bob), evil, FORGED)))
    told = terminal("returns", "read", str(box))
    everything = terminal.ok("returns", "list")["returns"]
    [foreign] = terminal.ok("returns", "list", "--unattributed")["returns"]
    stats = terminal.ok("returns", "stats", str(everything[-1]["issue_id"]))
    third = everything[1]["id"]
    shown, raw = terminal("returns", "show", str(third)), terminal("returns", "show", str(third), "--raw")

    [of_all] = terminal.ok("returns", "stats")["issues"]
    assert stats == {key: value for key, value in of_all.items() if key != "title"}
    assert (0, 0, "fine", "") == tuple(
        stats[key] for key in ("other_domains", "other_texts", "complaint_level", "complaint_warning")
    )
    assert (4, "unattributed") == (len(everything), foreign["fate"])
    assert "3" in told.out
    assert (3, 3, 2) == (stats["bounced"], sum(stats["by_class"].values()), stats["by_class"]["address-dead"])
    assert [{"name": "example.net", "people": 3}] == stats["by_domain"]
    assert 3 == sum(one["people"] for one in stats["by_text"])
    assert "\x1b" not in shown.out
    assert "\\x1b]0;owned\\x07" in shown.out
    assert "\x1b]0;owned" in raw.out
    assert Exit.NOT_FOUND == terminal("returns", "show", "99").code
    assert Exit.DONE == terminal("returns", "stats", str(everything[-1]["issue_id"])).code


def test_a_policy_is_shown_and_changed_within_sane_limits(terminal: Terminal, sqlite_url: str) -> None:
    """A newsletter's own."""
    an_issue(sqlite_url)

    assert 3 == terminal.ok("returns", "policy", "section-news")["full_points"]
    assert 2 == terminal("returns", "policy", "section-news", "--full", "1").code
    changed = terminal.ok("returns", "policy", "section-news", "--full", "4", "--no-probe")
    assert (4, 5, False) == (changed["full_points"], changed["soft_points"], changed["is_probing"])
    assert changed == terminal.ok("returns", "policy", "section-news")


def test_reading_again_applies_what_counts_newly(terminal: Terminal, sqlite_url: str) -> None:
    """Once; a trial changes nothing."""
    ann, *_ = an_issue(sqlite_url)
    database = Database(sqlite_url)
    with database.write() as tx:
        # As an earlier version had read them.
        returned.take(tx, KEYRING, returned.bounce(ann), returned.TEMPORARY, NOW)
    trial, first, second = (terminal.ok("returns", "replay", *more) for more in (("--dry-run",), (), ()))
    with database.read() as tx:
        reason = suppression.reason_of(tx, KEYRING.hash_address("ann@example.net"), EVERY_LIST)
        facts = returned.facts(tx)
    database.close()

    assert [{"suppressed": 1}, {"suppressed": 1}, {}] == [one["followed"] for one in (trial, first, second)]
    assert [1, 1, 0] == [one["changed"] for one in (trial, first, second)]
    assert (Reason.BOUNCED, [("bounce", "suppressed")]) == (reason, facts)
