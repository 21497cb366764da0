"""Rules for what comes back, and how it is taken in, at the desk."""

from dataclasses import replace
from datetime import datetime
from html import unescape

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues.model import Newsletter
from newsletter.returns import rulebook
from newsletter.returns.hooks.providers import Hooks
from newsletter.returns.intakes import parse_mailbox
from newsletter.returns.model import CameBy
from newsletter.returns.policy import USUAL, Rules
from newsletter.staff import audit
from newsletter.staff.audit import Asked
from newsletter.web.desk.settings import intake
from newsletter.web.spelled import ENGLISH_WORDS
from tests.newsletter.web.desk.conftest import OpenDesk


def test_the_rules_of_a_newsletter_are_changed(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """They say what they mean, and the act stands in the audit; what was so already changes nothing."""
    path = f"/desk/settings/newsletters/{newsletter.id}/returns"
    assert "Whose mailbox is full when 3 issues come: they get one more mail that asks" in " ".join(desk.page(path).split())

    changed = desk.press(path, full_points="4", soft_points="5", forget_days="120")
    same = desk.press(path, full_points="4", soft_points="5", forget_days="120")

    assert [f"{path}?said=rules", f"{path}?said=rules-same"] == [one.headers["location"] for one in (changed, same)]
    assert "Whose mailbox is full when 4 issues come: they are written to no more." in " ".join(desk.page(path).split())
    with database.read() as tx:
        assert Rules(4, 5, 120, is_probing=False) == rulebook.rules_of(tx, newsletter.id)
        [act] = audit.page(tx, Asked(act="returns.policy"), None, 10)
    assert {"full_points": 4, "forget_days": 120, "is_probing": False} == dict(act.detail)


def test_rules_that_would_keep_readers_out_are_refused(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """What was typed stays in the form."""
    path = f"/desk/settings/newsletters/{newsletter.id}/returns"
    for wrong in ({"full_points": "1"}, {"soft_points": "two"}, {"forget_days": "9" * 40}, {"forget_days": ""}):
        answer = desk.press(path, **{"full_points": "7", "soft_points": "5", "forget_days": "90"} | wrong)

        assert 422 == answer.status_code
        assert all(f'value="{text}"' in unescape(answer.text) for text in wrong.values())
        assert "Nothing was changed." in answer.text
    with database.read() as tx:
        assert USUAL == rulebook.rules_of(tx, newsletter.id)


def test_it_says_how_what_comes_back_is_taken_in(
    desk: OpenDesk, application: Application, database: Database, now: datetime
) -> None:
    """What is set, where, and what is wrong with it; never a password."""
    assert "Nothing is read that comes back" in desk.page(intake.HERE)
    with database.write() as tx:
        alerts.raise_alert(tx, "returns:mailbox", "It says no.", now)
        told = {one.key: one.text for one in alerts.open_alerts(tx)}
    settings = replace(
        application.settings,
        returns_mailbox=parse_mailbox("imaps://ann:a-secret@mail.example.org/INBOX"),
        webhooks=Hooks({CameBy.POSTMARK: "another-secret-of-ours"}),
    )

    ways = {one.name: one for one in intake.ways_of(settings, {CameBy.IMAP: now}, told, ENGLISH_WORDS)}

    mailbox = ways["Mailbox (IMAP)"]
    assert ("INBOX of ann at mail.example.org:993", now, "It says no.") == (mailbox.place, mailbox.last_at, mailbox.trouble)
    assert ["Mailbox (IMAP)", "Reports of Postmark"] == [name for name, one in ways.items() if one.is_set]
    assert "secret" not in repr(ways)
