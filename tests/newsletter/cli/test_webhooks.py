"""`newsletter returns hooks`."""

from contextlib import closing
from datetime import UTC, datetime

from newsletter.database import Database
from newsletter.returns import apply
from newsletter.returns.hooks import batches
from newsletter.returns.model import CameBy
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import hooking
from tests.harness.terminal import Terminal

NOW = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)


def test_each_provider_is_shown_with_what_it_calls_and_when_it_did(terminal: Terminal, instance_url: str) -> None:
    """With a word in the place of the secret, which is shown nowhere."""
    terminal.settings |= {"NEWSLETTER_WEBHOOKS_POSTMARK": hooking.SECRET, "NEWSLETTER_WEBHOOKS_SES": hooking.TOPIC}
    terminal.ok("newsletters", "list")
    with closing(Database(instance_url)) as database, database.write() as tx:
        apply.take_event(tx, Keyring(SECRET), batches.kept(CameBy.POSTMARK, b"{}", "nothing", NOW), NOW)
    shown, told = terminal("returns", "hooks"), terminal("returns", "hooks", "--json")
    ses, postmark, *others = told.answer["providers"]

    assert ("http://127.0.0.1:8000/hooks/ses", None) == (ses["url"], ses["last_at"])
    assert ("http://127.0.0.1:8000/hooks/postmark/SECRET", "2020-02-03T08:00:00+00:00") == (
        postmark["url"],
        postmark["last_at"],
    )
    assert {(False, None)} == {(one["is_on"], one["url"]) for one in others}
    assert hooking.SECRET not in shown.out + told.out
    assert "NEWSLETTER_WEBHOOKS_MAILJET" in shown.out.replace("\n", "")


def test_wrong_secret_is_told_and_not_repeated(terminal: Terminal) -> None:
    """By the name of its setting."""
    told = terminal("returns", "hooks", NEWSLETTER_WEBHOOKS_BREVO="2short")

    assert 0 != told.code
    assert "NEWSLETTER_WEBHOOKS_BREVO" in told.err
    assert "2short" not in told.err
