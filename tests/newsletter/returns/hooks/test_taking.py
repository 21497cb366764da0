"""Calls of providers: proved, read, and taken in once, on either database (A28 to A30, U07)."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import func, select, text, update

from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.mail.delivery import DeliveryState
from newsletter.returns import apply, replaying, returnbook
from newsletter.returns.hooks import batches, taking
from newsletter.returns.hooks.providers import BY_SECRET, PROVIDERS, Hooks
from newsletter.returns.hooks.taking import Call, Heard, Outcome
from newsletter.returns.model import CameBy
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_message
from subscribers import records, suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.harness import hooking, mailroom, returned
from tests.harness.hooking import Amazon
from tests.harness.mailroom import Mailroom

NOW = datetime(2020, 2, 3, 9, 0, tzinfo=UTC)
TWO_HOURS = timedelta(hours=2)
# Of the documents of AWS and others: a region, and what only looks like its host.
ELSEWHERE = [
    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://evil.example/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://sns.eu-west-1.amazonaws.com:444/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://x@sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://sns.eu-west-1.amazonaws.com/evil.pem",
    "https://sns.eu-west-1.amazonaws.com/a/../SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://sns.eu-west-1.amazonaws.com\\@evil.example/SimpleNotificationService-" + "0a" * 16 + ".pem",
    "https://[::1/SimpleNotificationService.pem",
    "",
]


@pytest.fixture(scope="module")
def amazon() -> Iterator[Amazon]:
    """Give a server that has Amazon's certificate."""
    with Amazon(hooking.certificate(NOW)) as server:
        yield server


class Desk:
    """Takes calls for an instance that has all providers switched on."""

    def __init__(self, database: Database, keyring: Keyring, amazon: Amazon) -> None:
        self._database = database
        self._keyring = keyring
        self._amazon = amazon

    def take(self, call: Call, now: datetime = NOW, hooks: Hooks | None = None) -> Heard:
        """Take one call."""
        return taking.take(self._database, self._keyring, hooks or hooking.all_hooks(), self._amazon, call, now)

    def kept(self) -> list[tuple[str, str]]:
        """Give by whom and with what fate everything came that is kept."""
        with self._database.read() as tx:
            rows = tx.execute(select(return_message.c.came_by, return_message.c.fate).order_by(return_message.c.id))
            return [(row.came_by, row.fate) for row in rows]

    def facts(self) -> list[tuple[str, str]]:
        """Give what counted."""
        with self._database.read() as tx:
            return returned.facts(tx)


@pytest.fixture
def desk(database: Database, keyring: Keyring, amazon: Amazon) -> Desk:
    """Give who takes the calls."""
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, NOW)
    return Desk(database, keyring, amazon)


@pytest.fixture
def token(database: Database, keyring: Keyring, room: Mailroom) -> str:
    """Give the token of Ann's delivery, which a relay took."""
    with database.write() as tx:
        return returned.token(keyring, returned.delivery_of(tx, "ann", room.letter_id))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_a_provider_tells_counts_once(
    provider: CameBy, desk: Desk, database: Database, keyring: Keyring, token: str
) -> None:
    """Five times the same call, and a later event of the same: one effect (A30)."""
    call = hooking.call(provider, hooking.deaths(token, NOW)[provider], NOW)
    heard = [desk.take(call) for _ in range(5)]
    desk.take(hooking.call(provider, hooking.deaths(token, NOW, 2)[provider], NOW))

    assert [Heard(Outcome.TAKEN, "taken", 1)] * 5 == heard
    assert [("bounce", "suppressed")] == desk.facts()
    assert [(provider.value, "applied"), (provider.value, "again")] == desk.kept()
    with database.read() as tx:
        assert Reason.BOUNCED is suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_comes_before_the_mailer_has_written_is_applied_later(
    provider: CameBy, desk: Desk, database: Database, keyring: Keyring, token: str
) -> None:
    """Providers are quick (U07)."""
    with database.write() as tx:
        tx.execute(update(delivery).where(delivery.c.email == "ann@example.net").values(state=DeliveryState.SENDING))
    desk.take(hooking.call(provider, hooking.deaths(token, NOW)[provider], NOW))
    before = (desk.kept(), desk.facts())
    with database.write() as tx:
        tx.execute(update(delivery).where(delivery.c.email == "ann@example.net").values(state=DeliveryState.ACCEPTED))
        apply.replay_waiting(tx, keyring, NOW + timedelta(minutes=1))

    assert ([(provider.value, "waiting")], []) == before
    assert ([(provider.value, "applied")], [("bounce", "suppressed")]) == (desk.kept(), desk.facts())


def forged(token: str) -> dict[str, Call]:
    """Give calls that prove nothing, each wrong in one thing."""
    calls: dict[str, Call] = {}
    bounce = hooking.ses_bounce(token)
    old = hooking.deaths(token, NOW - TWO_HOURS)
    young = hooking.deaths(token, NOW + TWO_HOURS)
    for provider in (CameBy.SES, CameBy.MAILGUN):
        calls[f"{provider} caught two hours ago"] = hooking.call(provider, old[provider], NOW)
        calls[f"{provider} of a wrong clock"] = hooking.call(provider, young[provider], NOW)
    calls["sendgrid caught two hours ago"] = hooking.call(CameBy.SENDGRID, old[CameBy.SENDGRID], NOW - TWO_HOURS)
    for provider in BY_SECRET:
        good = hooking.deaths(token, NOW)[provider]
        for secret in ("", "wrong", hooking.SECRET[:-1], hooking.SECRET + "x", "\ud800"):
            calls[f"{provider} with {secret!r}"] = hooking.call(provider, good, NOW, secret)
        for header in ("Basic", "Basic !!", "Basic dXNlcjpwYXNz", "Bearer ", f"Digest {hooking.SECRET}", hooking.SECRET):
            calls[f"{provider} with {header}"] = hooking.call(provider, good, NOW, "", {"authorization": header})
    changes: dict[str, dict[str, Any]] = {
        "another topic": {"TopicArn": hooking.TOPIC + "2"},
        "another account": {"TopicArn": hooking.TOPIC.replace("123456789012", "210987654321")},
        "version 1": {"SignatureVersion": "1"},
        "no moment": {"Timestamp": "now"},
        "a message that was changed": {"after": {"Message": json.dumps({**bounce, "x": 1})}},
        "no signature": {"after": {"Signature": ""}},
        "a signature that is none": {"after": {"Signature": "!"}},
        "no number": {"MessageId": ""},
        **{f"certificate at {at}": {"SigningCertURL": at} for at in ELSEWHERE},
    }
    for name, change in changes.items():
        after = change.pop("after", None)
        calls[f"ses: {name}"] = hooking.call(CameBy.SES, hooking.sns(bounce, NOW, after, **change), NOW)
    for at in (*ELSEWHERE[:5], "https://169.254.169.254/latest/meta-data"):
        calls[f"ses: confirm at {at}"] = hooking.call(CameBy.SES, hooking.confirmation(NOW, SubscribeURL=at), NOW)
    for body in (b"", b"{}", b"[]", b"1", b"[" * 100_000, b'{"Type": 1}', b'{"Type": "Notification", "Message": {}}'):
        calls[f"ses: {body[:40]!r}"] = hooking.call(CameBy.SES, body, NOW)
        calls[f"mailgun: {body[:40]!r}"] = hooking.call(CameBy.MAILGUN, body, NOW)
    event = {"event": "complained", "message": {"headers": {"message-id": f"{token}@x"}}}
    calls["mailgun: another key"] = hooking.call(CameBy.MAILGUN, hooking.mailgun(event, NOW, key="another" * 3), NOW)
    calls["mailgun: no token"] = hooking.call(CameBy.MAILGUN, hooking.mailgun(event, NOW, token=""), NOW)
    events = hooking.deaths(token, NOW)[CameBy.SENDGRID]
    signed = hooking.sendgrid_headers(json.dumps(events).encode(), NOW)
    for name, headers in {
        "nothing": {},
        "another moment": signed | {"x-twilio-email-event-webhook-timestamp": str(int(NOW.timestamp()) + 1)},
        "no moment": signed | {"x-twilio-email-event-webhook-timestamp": "NaN"},
        "no signature": signed | {"x-twilio-email-event-webhook-signature": "\u0660"},
    }.items():
        calls[f"sendgrid: {name}"] = hooking.call(CameBy.SENDGRID, events, NOW, headers=headers)
    calls["sendgrid: another body"] = hooking.call(CameBy.SENDGRID, [events], NOW, headers=signed)
    return calls


def test_what_proves_nothing_has_no_effect(desk: Desk, token: str, amazon: Amazon) -> None:
    """Forged, caught and sent again, of a foreign topic, with a certificate from elsewhere: nothing is kept (A28, A29)."""
    amazon.asked.clear()
    heard = {name: desk.take(call).outcome for name, call in forged(token).items()}

    assert {} == {name: outcome for name, outcome in heard.items() if outcome is not Outcome.FORGED}
    assert ([], []) == (desk.kept(), desk.facts())
    assert set(amazon.asked) <= {f"/SimpleNotificationService-{'0a' * 16}.pem?"}


def test_certificate_of_somebody_else_proves_nothing(desk: Desk, database: Database, keyring: Keyring, token: str) -> None:
    """Nor one that is over."""
    stranger = rsa.generate_private_key(65537, 2048)
    call = hooking.call(CameBy.SES, hooking.deaths(token, NOW)[CameBy.SES], NOW)
    for pem in (hooking.certificate(NOW, stranger), hooking.certificate(NOW - timedelta(days=9)), b"no certificate"):
        with Amazon(pem) as other:
            assert Outcome.FORGED is Desk(database, keyring, other).take(call).outcome

    assert [] == desk.kept()


def test_certificate_that_cannot_be_had_is_asked_for_again(database: Database, keyring: Keyring, token: str) -> None:
    """The call is to come once more; nothing is lost."""
    call = hooking.call(CameBy.SES, hooking.deaths(token, NOW)[CameBy.SES], NOW)
    with Amazon(hooking.certificate(NOW), status=500) as away:
        desk = Desk(database, keyring, away)
        first = desk.take(call).outcome
        away.status = 200
        second = desk.take(call).outcome

    assert (Outcome.NOT_NOW, Outcome.TAKEN) == (first, second)
    assert [("bounce", "suppressed")] == desk.facts()


def test_copy_is_told_again_later(
    desk: Desk, amazon: Amazon, token: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By everybody; nothing is kept, and Amazon is not told that its notices arrive here. Once adopted it takes them."""
    monkeypatch.setattr(amazon, "asked", [])
    calls = {one: hooking.call(one, document, NOW) for one, document in hooking.deaths(token, NOW).items()}
    with database.write() as tx:
        mailroom.set_adopted(tx, is_adopted=False)
    held = [desk.take(call) for call in (*calls.values(), hooking.call(CameBy.SES, hooking.confirmation(NOW), NOW))]

    assert {Outcome.NOT_NOW} == {one.outcome for one in held}
    assert ([], []) == (desk.kept(), amazon.asked)
    with database.write() as tx:
        mailroom.set_adopted(tx, is_adopted=True)
    assert Outcome.TAKEN is desk.take(calls[CameBy.POSTMARK]).outcome
    assert [("bounce", "suppressed")] == desk.facts()


def test_subscription_is_confirmed_for_our_topic_alone(desk: Desk, amazon: Amazon) -> None:
    """At Amazon's address, which is asked once; what is only said, or of another topic, is not."""
    amazon.asked.clear()
    heard = desk.take(hooking.call(CameBy.SES, hooking.confirmation(NOW), NOW))
    foreign = desk.take(hooking.call(CameBy.SES, hooking.confirmation(NOW, TopicArn=hooking.TOPIC + "2"), NOW))
    desk.take(hooking.call(CameBy.SES, hooking.confirmation(NOW, Type="UnsubscribeConfirmation"), NOW))

    assert (Outcome.TAKEN, Outcome.FORGED) == (heard.outcome, foreign.outcome)
    assert 1 == len([one for one in amazon.asked if "ConfirmSubscription" in one])


def test_secret_comes_in_the_address_or_in_a_header(desk: Desk, token: str) -> None:
    """As each provider can."""
    event = hooking.deaths(token, NOW)[CameBy.POSTMARK]
    basic = "Basic bmV3c2xldHRlcjo1ZWNyZXQteHh4eHh4eHh4eHh4eHh4eHh4eHg="
    for header in (basic, f"Bearer {hooking.SECRET}", f"bearer  {hooking.SECRET} "):
        heard = desk.take(hooking.call(CameBy.POSTMARK, event, NOW, "", {"authorization": header}))
        assert Outcome.TAKEN is heard.outcome


@pytest.mark.parametrize("provider", [CameBy.POSTMARK, CameBy.SENDGRID, CameBy.BREVO, CameBy.MAILJET])
@pytest.mark.parametrize("body", [b"{", b"[[[[[[[[[[[[[[[[[[[[[[", b'{"a": NaN}', b"\xff"])
def test_body_that_is_proved_and_cannot_be_read_is_kept(provider: CameBy, body: bytes, desk: Desk) -> None:
    """And said no to in words; it is one message, however often it comes."""
    heard = [desk.take(hooking.call(provider, body, NOW)) for _ in range(2)]

    assert {Outcome.MISSHAPEN} == {one.outcome for one in heard}
    assert heard[0].words.startswith("the body ")
    assert [(provider.value, "unreadable")] == desk.kept()


def test_one_signature_of_mailgun_keeps_one_body(desk: Desk) -> None:
    """Also where no body can be read: whoever caught one would fill the disk with what they put beside it."""
    bodies = [hooking.mailgun({"event": number}, NOW) for number in range(5)]
    for body in bodies:
        desk.take(hooking.call(CameBy.MAILGUN, body, NOW))

    assert 1 == len(desk.kept())


def test_events_of_strangers_and_of_nobody_count_for_nothing(desk: Desk, token: str, database: Database) -> None:
    """Whatever address they name: without a token of ours nobody is touched; script and tricks are kept as text (A03)."""
    script = "550 5.1.1 <img src=x onerror=alert(1)>\r\nBcc: x\x00\u202e\ud800 user unknown"
    events = [
        {"event": "bounce", "email": "bob@example.net", "sg_event_id": "1", "reason": script},
        {"event": "spamreport", "email": "\ufeffBob@example.net", "sg_event_id": "2", "delivery": "b" * 26},
        {"event": "bounce", "sg_event_id": "\ud800\x00", "delivery": "\ud800", "smtp-id": "<\ud800\x00@x>", "email": "\ud800"},
        {"event": "bounce", "email": "ann@example.net\u200b", "sg_event_id": "3", "delivery": token.upper(), "reason": script},
    ]
    heard = desk.take(hooking.call(CameBy.SENDGRID, events, NOW))

    assert Heard(Outcome.TAKEN, "taken", 4) == heard
    assert ["unattributed", "unattributed", "unattributed", "applied"] == [fate for _, fate in desk.kept()]
    assert [("bounce", "suppressed")] == desk.facts()
    with database.read() as tx:
        reasons = tx.execute(select(return_message.c.reason)).scalars().all()
        assert not any(char in reason for reason in reasons for char in "\r\n\x00\u202e\ud800")


def test_what_could_not_be_read_counts_once_it_can(desk: Desk, database: Database, keyring: Keyring, token: str) -> None:
    """An event that its provider invented since, and damage that stays damage."""
    [event] = batches.events(CameBy.POSTMARK, hooking.deaths(token, NOW)[CameBy.POSTMARK], NOW)
    with database.write() as tx:
        apply.take_event(tx, keyring, batches.kept(CameBy.POSTMARK, event.raw, "not known", NOW), NOW)
        apply.take_event(tx, keyring, batches.kept(CameBy.SENDGRID, b"[[", "not JSON", NOW), NOW)
    before = desk.facts()
    done = [replaying.replay(database.write, keyring, NOW) for _ in range(2)]

    assert ([], [("bounce", "suppressed")]) == (before, desk.facts())
    assert [1, 0] == [one.applied for one in done]
    assert [("postmark", "applied"), ("sendgrid", "unreadable")] == desk.kept()


def test_large_batch_is_taken_whole(desk: Desk, database: Database) -> None:
    """Some hundred events, as Mailjet and SendGrid send them after a mailing; each is committed before the answer."""
    events = [{"event": "bounce", "MessageID": number, "time": 1, "CustomID": "c" * 26} for number in range(200)]
    heard = desk.take(hooking.call(CameBy.MAILJET, events, NOW))
    with database.read() as tx:
        count = tx.execute(select(func.count()).select_from(return_message)).scalar_one()

    assert (Heard(Outcome.TAKEN, "taken", 200), 200) == (heard, count)


def test_two_calls_about_the_same_people_end_both(desk: Desk, database: Database, keyring: Keyring, room: Mailroom) -> None:
    """Each holds one of them and waits for the other; PostgreSQL ends one, which takes its events one by one then."""
    with database.write() as tx:
        ids = {name: returned.delivery_of(tx, name, room.letter_id) for name in ("ann", "bob")}
        people = {name: target.subscriber_id or 0 for name, one in ids.items() if (target := returnbook.target_of(tx, one))}
    died = {"event": "bounce", "time": 1, "hard_bounce": True, "error_related_to": "recipient", "error": "user unknown"}
    events = [died | {"CustomID": returned.token(keyring, one), "MessageID": one} for one in ids.values()]
    outcomes = list[Outcome]()
    calling = threading.Thread(target=lambda: outcomes.append(desk.take(hooking.call(CameBy.MAILJET, events, NOW)).outcome))
    with database.write() as tx:
        if not database.is_sqlite:
            # The other one is to be ended.
            tx.execute(text("SET LOCAL deadlock_timeout = '20s'"))
        records.hold_person(tx, people["bob"])
        calling.start()
        while not database.is_sqlite and not _somebody_waits(database):
            pass
        records.hold_person(tx, people["ann"])
    calling.join(20)

    assert [Outcome.TAKEN] == outcomes
    assert [("bounce", "suppressed")] * 2 == desk.facts()


def _somebody_waits(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.read() as tx:
        return bool(tx.execute(text(waiting)).scalar_one())
