"""Bounces without a report in them, as old servers and gateways write them, and what only sounds like one."""

import pytest

from newsletter.returns import classify
from newsletter.returns.model import Cause, Kind

# A letter that speaks of everything a server could say; it comes back, and decides nothing.
LETTER = """
Return-Path: <b-xx@returns.example.org>
Received: by mail.example.org
From: News <news@example.org>
Subject: How to stay out of spam filters and full mailboxes

User unknown, blacklists, DMARC, quota exceeded: all about bounces.
"""

DAEMON = "Mail Delivery System <MAILER-DAEMON@example.net>"

WRITTEN = {
    "sendmail 5": (
        Cause.ADDRESS_DEAD,
        """\
   ----- Transcript of session follows -----
>>> RCPT To:<ann@example.net>
<<< 550 5.1.1 User unknown
   ----- Unsent message follows -----
""",
    ),
    "qmail": (
        Cause.ADDRESS_DEAD,
        """\
Hi. This is the qmail-send program.
I'm afraid I wasn't able to deliver your message.

<ann@example.net>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User Unknown

--- Below this line is a copy of the message.
""",
    ),
    "Exim": (
        Cause.ADDRESS_DEAD,
        """\
A message that you sent could not be delivered to one or more of its
recipients. The following address(es) failed:

  ann@example.net
    Unrouteable address

------ This is a copy of the message, including all the headers. ------
""",
    ),
    "Exchange 5.5": (
        Cause.ADDRESS_DEAD,
        """\
Your message

  To:      ann@example.net
  Subject: News

did not reach the following recipient(s):

ann@example.net
    The recipient name is not recognized
    MSEXCH:IMS:EXAMPLE:EXCHANGE 0 (000C05A6) Unknown Recipient
""",
    ),
    "Sun Messaging Server": (
        Cause.ADDRESS_DEAD,
        """\
This report relates to a message you sent with the following header fields:

  Message-id: <a@example.org>
  From: News <news@example.org>
  To: ann@example.net
  Subject: News

Your message cannot be delivered to the following recipients:

  Recipient address: ann@example.net
  Reason: Remote SMTP server has rejected address
  Diagnostic code: smtp;550 5.1.1 unknown or illegal alias: ann@example.net
""",
    ),
    "MailMarshal": (
        Cause.ADDRESS_DEAD,
        """\
Your message:
   From:    news@example.org
   Subject: News

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
   ann@example.net
""",
    ),
    "IMail": (
        Cause.FULL,
        """\
User mailbox exceeds allowed size: ann@example.net

Original message follows.
""",
    ),
    "IMail, after days": (
        Cause.TEMPORARY,
        """\
Delivery failed 20 attempts: ann@example.net

Original message follows.
""",
    ),
    "Notes": (
        Cause.ADDRESS_DEAD,
        """\
------- Failure Reasons  --------

User not listed in public Name & Address Book
ann@example.net

------- Returned Message --------
""",
    ),
    "a carrier": (
        Cause.ADDRESS_DEAD,
        """\
Message could not be delivered to mobile.
Error: No valid recipients for this MM
""",
    ),
    "who says nothing": (
        Cause.UNKNOWN,
        """\
The following recipients did not receive this message:

<ann@example.net>
""",
    ),
}


def a_mail(body: str, sender: str = DAEMON, subject: str = "Returned mail", path: str = "<>", more: str = "") -> bytes:
    """Give a message of text alone."""
    return f"Return-Path: {path}\nFrom: {sender}\nSubject: {subject}\n{more}\n{body}".encode()


@pytest.mark.parametrize("server", WRITTEN)
def test_what_old_servers_write_is_read_and_what_came_back_is_not(server: str) -> None:
    """The cause stands in their words, never in ours."""
    cause, body = WRITTEN[server]
    reading = classify.read(a_mail(body + LETTER))

    assert (Kind.BOUNCE, cause) == (reading.kind, reading.cause)


def test_a_gateway_is_believed_under_any_name_and_subject() -> None:
    """It wrote that it could not deliver, quoted a reply, and gave the message back."""
    reading = classify.read(
        a_mail(WRITTEN["MailMarshal"][1], "Support <help@gateway.example>", "お知らせ", "<help@relay.example>")
    )

    assert (Kind.BOUNCE, Cause.ADDRESS_DEAD) == (reading.kind, reading.cause)


def test_who_still_tries_is_no_bounce() -> None:
    """Exim's warning has the same sender, and nearly the same words."""
    body = "A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours.\n"

    assert (Kind.DELAY, Cause.TEMPORARY) == (
        (reading := classify.read(a_mail(body, subject="Warning: message delayed 24 hours"))).kind,
        reading.cause,
    )


@pytest.mark.parametrize(
    ("sender", "subject", "body", "more", "kind"),
    [
        (
            "Ann <ann@example.net>",
            "Re: News",
            "I got this:\n\n> 550 5.1.1 user unknown\nWhy?",
            "In-Reply-To: <a@b>\n",
            Kind.REPLY,
        ),
        ("Ann <ann@example.net>", "Fwd: Undelivered Mail", "See:\n\nFrom: MAILER-DAEMON\n\n550 user unknown", "", Kind.REPLY),
        ("Ann <ann@example.net>", "Mail delivery problem", "I could not deliver a mail to you: mailbox full.", "", Kind.REPLY),
        (
            "News <n@example.net>",
            "Returned mail explained",
            "550 5.1.1 User unknown.",
            "List-Id: <n.example.net>\n",
            Kind.AUTO_REPLY,
        ),
        ("Ann <ann@example.net>", "[SPAM] Automatic reply: News", "My mailbox is full.", "X-Autoreply: yes\n", Kind.AUTO_REPLY),
    ],
)
def test_what_only_sounds_like_a_bounce_is_none(sender: str, subject: str, body: str, more: str, kind: Kind) -> None:
    """Readers quote bounces, machines answer with their words, and newsletters explain them."""
    assert kind is classify.read(a_mail(body, sender, subject, "<ann@example.net>", more)).kind


@pytest.mark.parametrize(
    "line", ["Subject: Your mailbox is full", "   Betreff: Ihr Postfach ist voll", "> Objet : boîte pleine"]
)
def test_the_subject_of_our_own_mail_decides_nothing(line: str) -> None:
    """Servers name it when they tell what came back."""
    text = f"Your message\n\n{line}\n\ndid not reach ann@example.net:\n\nThe recipient name is not recognized.\n"

    reading = classify.read(f"From: {DAEMON}\nSubject: Undeliverable mail\n\n{text}".encode())

    assert (Kind.BOUNCE, Cause.ADDRESS_DEAD) == (reading.kind, reading.cause)
