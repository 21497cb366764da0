"""What each provider calls a bounce, and what it is to us."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.returns.hooks import batches, brevo, mailgun, mailjet, postmark, sendgrid, ses
from newsletter.returns.hooks.documents import Misshapen
from newsletter.returns.hooks.providers import PROVIDERS
from newsletter.returns.hooks.told import Told
from newsletter.returns.model import CameBy, Cause, Kind
from tests.harness import hooking

NOW = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
TOKEN = "a" * 26

RIDDLE = "554 the computer says no (xyz-17)"
UNKNOWN_USER = "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown"
BLOCKED = "550 5.7.1 Message blocked because of the reputation of the sending IP"
FULL = "552 5.2.2 The email account that you tried to reach is over quota"

C, K = Cause, Kind


def a_ses_bounce(kind: str, sub: str, words: str = "") -> dict[str, Any]:
    """Give a bounce of a type of SES's."""
    person = {"emailAddress": "ann@example.net"} | ({"diagnosticCode": f"smtp; {words}"} if words else {})
    return hooking.ses_bounce(TOKEN, bounceType=kind, bounceSubType=sub, bouncedRecipients=[person])


def a_ses_event(kind: str, **body: object) -> dict[str, Any]:
    """Give a published event of SES's."""
    name = kind[0].lower() + kind[1:]
    return {"eventType": kind, name: body, "mail": {"source": f"b-{TOKEN}@returns.example.org", "messageId": "1"}}


def a_postmark_bounce(code: int, words: str = "") -> dict[str, Any]:
    """Give a bounce of a type of Postmark's."""
    return {"RecordType": "Bounce", "ID": 1, "TypeCode": code, "Details": words, "Metadata": {"delivery": TOKEN}}


def a_postmark_change(reason: str, origin: str, *, suppresses: bool = True) -> dict[str, Any]:
    """Give a change of Postmark's list."""
    change = {"SuppressSending": suppresses, "SuppressionReason": reason, "Origin": origin}
    return {"RecordType": "SubscriptionChange", "MessageID": "m", **change, "Metadata": {"delivery": TOKEN}}


def a_mailgun_failure(severity: str, reason: str, code: int = 0, words: str = "") -> dict[str, Any]:
    """Give a failure of Mailgun's."""
    event = {"event": "failed", "severity": severity, "reason": reason, "delivery-status": {"code": code, "message": words}}
    return hooking.mailgun(event | {"message": {"headers": {"message-id": f"{TOKEN}@example.org"}}}, NOW)


def a_mailgun_event(name: str) -> dict[str, Any]:
    """Give another event of Mailgun's."""
    return hooking.mailgun({"event": name, "message": {"headers": {"message-id": f"{TOKEN}@example.org"}}}, NOW)


def a_sendgrid_event(name: str, **more: object) -> dict[str, Any]:
    """Give an event of SendGrid's."""
    return {"event": name, "sg_event_id": "e", "delivery": TOKEN, **more}


def a_brevo_event(name: str, words: str = "") -> dict[str, Any]:
    """Give an event of Brevo's."""
    return {"event": name, "message-id": "<1@mailin.fr>", "ts_event": 1, "X-Mailin-custom": TOKEN, "reason": words}


def a_mailjet_event(name: str, related: str = "", error: str = "", **more: object) -> dict[str, Any]:
    """Give an event of Mailjet's."""
    return {"event": name, "MessageID": 1, "time": 1, "CustomID": TOKEN, "error_related_to": related, "error": error, **more}


@pytest.mark.parametrize(
    ("read", "document", "kind", "cause"),
    [
        (ses.read, a_ses_bounce("Permanent", "General"), K.BOUNCE, C.ADDRESS_DEAD),
        (ses.read, a_ses_bounce("Permanent", "General", UNKNOWN_USER), K.BOUNCE, C.ADDRESS_DEAD),
        # The words decide: SES calls a block "permanent", too.
        (ses.read, a_ses_bounce("Permanent", "General", BLOCKED), K.BOUNCE, C.POLICY),
        (ses.read, a_ses_bounce("Permanent", "General", RIDDLE), K.BOUNCE, C.UNKNOWN),
        (postmark.read, a_postmark_bounce(1, RIDDLE), K.BOUNCE, C.UNKNOWN),
        (brevo.read, a_brevo_event("hard_bounce", RIDDLE), K.BOUNCE, C.UNKNOWN),
        (ses.read, a_ses_bounce("Permanent", "NoEmail", RIDDLE), K.BOUNCE, C.ADDRESS_DEAD),
        (ses.read, a_ses_bounce("Permanent", "NoEmail"), K.BOUNCE, C.ADDRESS_DEAD),
        (ses.read, a_ses_bounce("Permanent", "Suppressed"), K.BOUNCE, C.ADDRESS_DEAD),
        (ses.read, a_ses_bounce("Permanent", "OnAccountSuppressionList"), K.BOUNCE, C.ADDRESS_DEAD),
        (ses.read, a_ses_bounce("Permanent", "UnsubscribedRecipient"), K.OPT_OUT, None),
        (ses.read, a_ses_bounce("Permanent", "SomethingNew"), K.BOUNCE, C.UNKNOWN),
        (ses.read, a_ses_bounce("Undetermined", "Undetermined"), K.BOUNCE, C.UNKNOWN),
        (ses.read, a_ses_bounce("Transient", "General"), K.BOUNCE, C.TEMPORARY),
        (ses.read, a_ses_bounce("Transient", "MailboxFull"), K.BOUNCE, C.FULL),
        (ses.read, a_ses_bounce("Transient", "MessageTooLarge"), K.BOUNCE, C.CONTENT),
        (ses.read, a_ses_bounce("Transient", "ContentRejected"), K.BOUNCE, C.CONTENT),
        (ses.read, a_ses_bounce("Transient", "AttachmentRejected"), K.BOUNCE, C.CONTENT),
        (ses.read, a_ses_event("Complaint", complaintFeedbackType="abuse", feedbackId="f"), K.COMPLAINT, None),
        (ses.read, a_ses_event("Complaint", feedbackId="f"), K.COMPLAINT, None),
        (ses.read, a_ses_event("Complaint", complaintFeedbackType="auth-failure"), K.AUTH_REPORT, None),
        (ses.read, a_ses_event("Delivery", smtpResponse="250 ok"), K.DELIVERED, None),
        (ses.read, a_ses_event("DeliveryDelay", delayType="MailboxFull"), K.DELAY, C.FULL),
        (ses.read, a_ses_event("DeliveryDelay", delayType="SpamDetected"), K.DELAY, C.POLICY),
        (ses.read, a_ses_event("DeliveryDelay", delayType="General"), K.DELAY, C.TEMPORARY),
        (ses.read, a_ses_event("Reject", reason="Bad content"), K.BOUNCE, C.CONTENT),
        (ses.read, a_ses_event("Subscription", source="UnsubscribeHeader"), K.OPT_OUT, None),
        (postmark.read, a_postmark_bounce(1), K.BOUNCE, C.ADDRESS_DEAD),
        (postmark.read, a_postmark_bounce(1, BLOCKED), K.BOUNCE, C.POLICY),
        (postmark.read, a_postmark_bounce(2), K.DELAY, C.TEMPORARY),
        (postmark.read, a_postmark_bounce(16), K.OPT_OUT, None),
        (postmark.read, a_postmark_bounce(64), K.AUTO_REPLY, None),
        (postmark.read, a_postmark_bounce(128), K.AUTO_REPLY, None),
        (postmark.read, a_postmark_bounce(256), K.BOUNCE, C.TEMPORARY),
        (postmark.read, a_postmark_bounce(512), K.BOUNCE, C.POLICY),
        (postmark.read, a_postmark_bounce(2048), K.BOUNCE, C.UNKNOWN),
        (postmark.read, a_postmark_bounce(4096, FULL), K.BOUNCE, C.FULL),
        (postmark.read, a_postmark_bounce(8192), K.BOUNCE, C.CONTENT),
        (postmark.read, a_postmark_bounce(16384), K.CHALLENGE, None),
        (postmark.read, a_postmark_bounce(100000), K.BOUNCE, C.ADDRESS_DEAD),
        (postmark.read, a_postmark_bounce(100001), K.COMPLAINT, None),
        (postmark.read, a_postmark_bounce(100002), K.BOUNCE, C.UNKNOWN),
        (postmark.read, a_postmark_bounce(100006), K.BOUNCE, C.POLICY),
        (postmark.read, a_postmark_bounce(100009), K.BOUNCE, C.AUTHENTICATION),
        (postmark.read, a_postmark_bounce(777), K.BOUNCE, C.UNKNOWN),
        (postmark.read, {"RecordType": "SpamComplaint", "ID": 1, "Metadata": {"delivery": TOKEN}}, K.COMPLAINT, None),
        (postmark.read, {"RecordType": "Delivery", "MessageID": "m", "Metadata": {"delivery": TOKEN}}, K.DELIVERED, None),
        (postmark.read, a_postmark_change("ManualSuppression", "Recipient"), K.OPT_OUT, None),
        (postmark.read, a_postmark_change("SpamComplaint", "Recipient"), K.COMPLAINT, None),
        (mailgun.read, a_mailgun_failure("permanent", "bounce", 550, "5.1.1 user unknown"), K.BOUNCE, C.ADDRESS_DEAD),
        (mailgun.read, a_mailgun_failure("permanent", "bounce", 550, BLOCKED), K.BOUNCE, C.POLICY),
        (mailgun.read, a_mailgun_failure("permanent", "suppress-bounce", 605, "Not delivering"), K.BOUNCE, C.UNKNOWN),
        (mailgun.read, a_mailgun_failure("permanent", "suppress-complaint", 607), K.COMPLAINT, None),
        (mailgun.read, a_mailgun_failure("permanent", "suppress-unsubscribe", 606), K.OPT_OUT, None),
        (mailgun.read, a_mailgun_failure("permanent", "old", 602), K.BOUNCE, C.TEMPORARY),
        (mailgun.read, a_mailgun_failure("permanent", "espblock", 612), K.BOUNCE, C.POLICY),
        (mailgun.read, a_mailgun_failure("temporary", "generic", 452, "4.2.2 mailbox full"), K.DELAY, C.FULL),
        (mailgun.read, a_mailgun_failure("temporary", "greylisted"), K.DELAY, C.TEMPORARY),
        (mailgun.read, a_mailgun_event("complained"), K.COMPLAINT, None),
        (mailgun.read, a_mailgun_event("unsubscribed"), K.OPT_OUT, None),
        (mailgun.read, a_mailgun_event("delivered"), K.DELIVERED, None),
        (mailgun.read, a_mailgun_event("rejected"), K.BOUNCE, C.POLICY),
        (sendgrid.read, a_sendgrid_event("bounce", bounce_classification="Invalid Address"), K.BOUNCE, C.ADDRESS_DEAD),
        (sendgrid.read, a_sendgrid_event("bounce", type="bounce", reason=UNKNOWN_USER), K.BOUNCE, C.ADDRESS_DEAD),
        (sendgrid.read, a_sendgrid_event("bounce", type="blocked"), K.BOUNCE, C.POLICY),
        (sendgrid.read, a_sendgrid_event("bounce", bounce_classification="Mailbox Unavailable", reason=FULL), K.BOUNCE, C.FULL),
        (sendgrid.read, a_sendgrid_event("bounce", bounce_classification="Reputation"), K.BOUNCE, C.POLICY),
        (sendgrid.read, a_sendgrid_event("bounce", bounce_classification="Content"), K.BOUNCE, C.CONTENT),
        (sendgrid.read, a_sendgrid_event("bounce", bounce_classification="Technical"), K.BOUNCE, C.TEMPORARY),
        (sendgrid.read, a_sendgrid_event("bounce"), K.BOUNCE, C.UNKNOWN),
        (sendgrid.read, a_sendgrid_event("dropped", reason="Bounced Address"), K.BOUNCE, C.ADDRESS_DEAD),
        (sendgrid.read, a_sendgrid_event("dropped", reason="Unsubscribed Address"), K.OPT_OUT, None),
        (sendgrid.read, a_sendgrid_event("dropped", reason="Spam Reporting Address"), K.COMPLAINT, None),
        (sendgrid.read, a_sendgrid_event("deferred", response="451 4.7.1 try later"), K.DELAY, C.TEMPORARY),
        (sendgrid.read, a_sendgrid_event("spamreport"), K.COMPLAINT, None),
        (sendgrid.read, a_sendgrid_event("group_unsubscribe"), K.OPT_OUT, None),
        (sendgrid.read, a_sendgrid_event("delivered"), K.DELIVERED, None),
        (brevo.read, a_brevo_event("hard_bounce"), K.BOUNCE, C.ADDRESS_DEAD),
        (brevo.read, a_brevo_event("hard_bounce", BLOCKED), K.BOUNCE, C.POLICY),
        (brevo.read, a_brevo_event("soft_bounce", FULL), K.BOUNCE, C.FULL),
        (brevo.read, a_brevo_event("soft_bounce"), K.BOUNCE, C.UNKNOWN),
        (brevo.read, a_brevo_event("invalid_email"), K.BOUNCE, C.ADDRESS_DEAD),
        (brevo.read, a_brevo_event("blocked"), K.BOUNCE, C.UNKNOWN),
        (brevo.read, a_brevo_event("error"), K.BOUNCE, C.TEMPORARY),
        (brevo.read, a_brevo_event("deferred"), K.DELAY, C.TEMPORARY),
        (brevo.read, a_brevo_event("spam"), K.COMPLAINT, None),
        (brevo.read, a_brevo_event("unsubscribed"), K.OPT_OUT, None),
        (brevo.read, a_brevo_event("delivered"), K.DELIVERED, None),
        (mailjet.read, a_mailjet_event("bounce", "recipient", "user unknown", hard_bounce=True), K.BOUNCE, C.ADDRESS_DEAD),
        (mailjet.read, a_mailjet_event("bounce", "recipient", "user unknown", hard_bounce=False), K.BOUNCE, C.TEMPORARY),
        (mailjet.read, a_mailjet_event("bounce", "recipient", "quota exceeded"), K.BOUNCE, C.FULL),
        (mailjet.read, a_mailjet_event("blocked", "recipient", "mailbox inactive"), K.BOUNCE, C.ADDRESS_DEAD),
        (mailjet.read, a_mailjet_event("blocked", "recipient", "spam reporter"), K.COMPLAINT, None),
        (mailjet.read, a_mailjet_event("blocked", "mailjet", "preblocked"), K.BOUNCE, C.UNKNOWN),
        (mailjet.read, a_mailjet_event("bounce", "domain", "relay/access denied"), K.BOUNCE, C.POLICY),
        (mailjet.read, a_mailjet_event("bounce", "spam", "content blocked"), K.BOUNCE, C.POLICY),
        (mailjet.read, a_mailjet_event("bounce", "system", "system issue"), K.BOUNCE, C.TEMPORARY),
        (mailjet.read, a_mailjet_event("bounce", "content", "bad or empty template"), K.BOUNCE, C.CONTENT),
        (mailjet.read, a_mailjet_event("bounce", "recipient", "user unknown", comment=BLOCKED), K.BOUNCE, C.POLICY),
        (mailjet.read, a_mailjet_event("bounce", "new", "new"), K.BOUNCE, C.UNKNOWN),
        (mailjet.read, a_mailjet_event("spam"), K.COMPLAINT, None),
        (mailjet.read, a_mailjet_event("unsub"), K.OPT_OUT, None),
        (mailjet.read, a_mailjet_event("sent"), K.DELIVERED, None),
    ],
)
def test_event_is_read(
    read: Callable[[Mapping[str, Any], datetime], Told | None], document: Mapping[str, Any], kind: Kind, cause: Cause | None
) -> None:
    """Where the server's own words are told they decide, and else what the provider calls it; always by our token."""
    told = read(document, NOW)

    assert told is not None
    assert (kind, cause) == (told.reading.kind, told.reading.cause)
    assert TOKEN in {told.token, told.message_id.partition("@")[0]}
    assert told.event_id
    assert 0 < told.reading.confidence <= 1


@pytest.mark.parametrize(
    ("read", "document"),
    [
        *((ses.read, a_ses_event(name)) for name in ("Send", "Open", "Click")),
        (ses.read, a_ses_event("Complaint", complaintFeedbackType="not-spam")),
        *((postmark.read, {"RecordType": name}) for name in ("Open", "Click")),
        (postmark.read, a_postmark_bounce(32)),
        (postmark.read, a_postmark_change("HardBounce", "Recipient")),
        (postmark.read, a_postmark_change("ManualSuppression", "Admin")),
        (postmark.read, a_postmark_change("", "Recipient", suppresses=False)),
        *((mailgun.read, a_mailgun_event(name)) for name in ("accepted", "opened", "clicked", "stored")),
        *((sendgrid.read, a_sendgrid_event(name)) for name in ("processed", "open", "click", "group_resubscribe")),
        *((brevo.read, a_brevo_event(name)) for name in ("request", "click", "opened", "unique_opened", "proxy_open")),
        *((mailjet.read, a_mailjet_event(name)) for name in ("open", "click")),
        (mailjet.read, a_mailjet_event("blocked", "mailjet", "duplicate in campaign")),
    ],
)
def test_what_is_not_about_the_end_of_a_delivery_is_not_even_kept(
    read: Callable[[Mapping[str, Any], datetime], Told | None], document: Mapping[str, Any]
) -> None:
    """Who opened what is nobody's business."""
    assert read(document, NOW) is None


@pytest.mark.parametrize("provider", PROVIDERS)
def test_unknown_event_is_kept_and_counts_for_nothing(provider: CameBy) -> None:
    """Providers invent new ones."""
    name = {CameBy.SES: "eventType", CameBy.POSTMARK: "RecordType"}.get(provider, "event")
    document: dict[str, Any] = {name: "Invented"}
    [event] = batches.events(provider, {"event-data": document} if provider is CameBy.MAILGUN else document, NOW)

    assert Kind.UNREADABLE is event.reading.kind
    assert "nvented" in event.reading.reason
    assert b"Invented" in event.raw


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("wrong", [1, "x", [[1]], None])
def test_what_is_no_event_is_kept_and_stops_no_other(provider: CameBy, wrong: object) -> None:
    """The others of its batch are read."""
    good = hooking.deaths(TOKEN, NOW)[provider]
    good = good[0] if isinstance(good, list) else hooking.ses_bounce(TOKEN) if provider is CameBy.SES else good
    kept, read = batches.events(provider, [wrong, good], NOW)

    assert (Kind.UNREADABLE, Kind.BOUNCE) == (kept.reading.kind, read.reading.kind)


def test_more_events_than_are_taken_at_once_are_refused() -> None:
    """A megabyte of empty objects would be three hundred thousand transactions."""
    with pytest.raises(Misshapen):
        batches.events(CameBy.MAILJET, [{}] * (batches.MOST_EVENTS + 1), NOW)


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(PROVIDERS), st.data())
def test_no_value_anywhere_breaks_the_reading(provider: CameBy, data: st.DataObject) -> None:
    """Each field of a good event, with anything at all in it; what is read is on one line and no longer than it may be."""
    good = hooking.deaths(TOKEN, NOW)[provider]
    good = good[0] if isinstance(good, list) else hooking.ses_bounce(TOKEN) if provider is CameBy.SES else good
    assert isinstance(good, dict)
    places = list(_places(good))
    *way, name = data.draw(st.sampled_from(places))
    changed = _copied(good)
    inner = changed
    for step in way:
        inner = inner[step]
    inner[name] = data.draw(_VALUES)
    for event in batches.events(provider, changed, NOW):
        assert len(event.reading.reason) <= 500
        assert "\n" not in event.reading.reason
        event.reading.reason.encode()


def _places(document: dict[str, Any]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, value in document.items():
        found.append((name,))
        if isinstance(value, dict):
            found += [(name, *rest) for rest in _places(value)]
    return found


def _copied(document: dict[str, Any]) -> dict[str, Any]:
    return {name: _copied(value) if isinstance(value, dict) else value for name, value in document.items()}
