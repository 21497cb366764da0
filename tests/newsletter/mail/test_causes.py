"""Why mail was refused, in what servers are documented to say."""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.causes import CERTAIN, Cause, judge, telling_status

# What somebody else wrote down of what servers say: the cause, the status beside it, the words, who says so, the language.
MATERIAL = Path(__file__).parents[2] / "material" / "returns"
# Of what is dead, said to be dead; of what is said to be dead, dead.
RECALL, PRECISION = 0.98, 0.99
# Of each cause. Greylists and rates that ended in a failure may be called policy, and what tells nothing may tell a little.
FOUND = {
    Cause.ADDRESS_DEAD: RECALL,
    Cause.FULL: 0.98,
    Cause.CONTENT: 0.98,
    Cause.AUTHENTICATION: 0.95,
    Cause.POLICY: 0.98,
    Cause.TEMPORARY: 0.84,
    Cause.UNKNOWN: 0.75,
}
# What nobody who wrote rules had seen: as much as is wanted of mail in the world.
FOUND_UNSEEN = {
    Cause.ADDRESS_DEAD: 0.90,
    Cause.FULL: 0.90,
    Cause.CONTENT: 0.90,
    Cause.AUTHENTICATION: 0.80,
    Cause.POLICY: 0.80,
    Cause.TEMPORARY: 0.75,
}
PRECISION_UNSEEN = 0.97

# One row for each idea; servers, versions and languages vary.
SAID = {
    Cause.ADDRESS_DEAD: [
        "550 5.1.1 <ann@example.net>: Recipient address rejected: User unknown in virtual mailbox table",
        "550 5.1.1 The email account that you tried to reach does not exist. Please try",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [-5]",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.4.1 Recipient address rejected: Access denied. [AM5EUR03FT035.eop-EUR03.prod.protection.outlook.com]",
        "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
        "5.1.1 X-Notes; User ann (ann@example.net) not listed in Domino Directory",
        "sorry, no mailbox here by that name (#5.1.1 - chkuser)",
        "Sorry, I couldn't find any host named example.invalid. (#5.1.2)",
        "550 5.1.2 <ann@example.net>... Host unknown (Name server: example.net.: host not found)",
        "Host or domain name not found. Name service error for name=example.net type=AAAA: Host not found",
        "DNS Error: DNS type 'mx' lookup of example.net responded with code NXDOMAIN Domain name not found: example.net",
        "all relevant MX records point to non-existent hosts",
        "556 5.1.10 Domain does not accept mail (nullMX)",
        "550 5.1.6 recipient has moved, please try new@example.org",
        "551 User not local; please try <ann@example.org>",
        "550 [SUSPEND] Mailbox currently suspended - Please contact correspondence sender",
        "550 The address you mailed to is no longer in use",
        "550 account not active",
        "550 <ann@spam-filter.example.net>: Recipient address rejected: User unknown in relay recipient table",
        "5.1.0 - Unknown address error 550-'5.1.1 <ann@example.net>: User unknown' (delivery attempts: 0)",
        "Impossibile trovare l'indirizzo di posta elettronica immesso",
        "550 Dieser Empfänger existiert nicht",
        "Das E-Mail-Konto existiert in der Organisation nicht, an die die Nachricht gesendet wurde.",
        "Cette boîte aux lettres n'existe plus",
        "La cuenta de correo no existe",
        "L'indirizzo e-mail non è stato trovato",
        "De gebruiker bestaat niet",
        "Usuário inexistente",
        "550 Nie ma takiego użytkownika",
        "Такого адреса не существует",
        "Adresát nebyl nalezen",
        "E-postadressen hittades inte",
        "Böyle bir kullanıcı yok",
        "宛先のメールアドレスは存在しません",
        "收件人邮件地址不存在",
        "받는 사람의 메일 주소가 존재하지 않습니다",
        "такого користувача не існує",
    ],
    Cause.FULL: [
        "552 5.2.2 Mailbox full",
        "452 4.2.2 The recipient's inbox is out of storage space and inactive. Please direct",
        "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
        "maildir over quota",
        "550 User mailbox exceeds allowed size: ann@example.net",
        "Das Postfach des Empfängers ist überfüllt",
        "La boîte aux lettres du destinataire est pleine",
        "El buzón del destinatario está lleno",
        "Почтовый ящик переполнен",
        "メールボックスがいっぱいです",
        "收件人邮箱已满",
    ],
    Cause.POLICY: [
        "550 5.1.1 Blocked - see https://www.spamcop.net/bl.shtml?192.0.2.1",
        "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
        "550 SC-001 (COL004-MC1F2) messages from 192.0.2.1 weren't sent, since part of their network is on our block list.",
        "550 5.1.8 <news@example.org>: Sender address rejected: Domain not found",
        "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
        "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
        "421 Too many concurrent SMTP connections; please try again later.",
        "554 5.7.1 <ann@example.net>: Relay access denied",
        "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
        "5.1.0 - Unknown address error 554-'Service unavailable; blocked using zen.spamhaus.org' (delivery attempts: 0)",
        "ann@example.net does not accept email from this domain",
        "You do not have permission to send to this recipient.",
        "450 4.2.0 <ann@example.net>: Recipient address rejected: Greylisted",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        "Сообщение отклонено как спам",
    ],
    Cause.AUTHENTICATION: [
        "550-5.7.26 This message does not pass authentication checks (SPF and DKIM both do not pass).",
        "550-5.7.1 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
        "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification",
        "550 SPF check failed",
    ],
    Cause.CONTENT: [
        "552 5.3.4 Message size exceeds fixed limit",
        "523 the message size exceeds the recipient's size limit",
        "554 5.7.1 virus Eicar-Test-Signature detected by ClamAV",
        "554 5.6.0 Message contains invalid header",
        "Die Nachricht ist zu groß",
    ],
    Cause.TEMPORARY: [
        "451 4.3.0 Temporary local problem",
        "connect to mx.example.net[192.0.2.1]:25: Connection timed out",
        "Host or domain name not found. Name service error for name=example.net type=MX: Host not found, try again",
        "Name server: example.net.: host name lookup failure",
        "452 4.3.1 Insufficient system storage",
        "450 4.1.1 <ann@example.net>: unverified address: connect to mx.example.net[192.0.2.1]:25: Connection timed out",
        "mail for example.net loops back to myself",
        "550 4.4.7 QUEUE.Expired; message expired",
    ],
    Cause.UNKNOWN: ["554 Transaction failed", "550 Requested action not taken", ""],
}


@pytest.mark.parametrize("cause", SAID)
def test_words_tell_the_cause(cause: Cause) -> None:
    """In whatever language, and with or without a status."""
    assert [] == [(text, judged) for text in SAID[cause] if (judged := judge(text)).cause is not cause]


# What is known of servers, as rules: beside each a few of those who speak like that.
RULES = {
    "the words of the standard count only if nothing else is said": [
        ("550 Requested action not taken: mailbox unavailable", Cause.ADDRESS_DEAD),
        ("550-Requested action not taken: mailbox unavailable 550 invalid DNS MX or A/AAAA resource record", Cause.POLICY),
        ("450 Requested mail action not taken: mailbox unavailable", Cause.TEMPORARY),
        ("552 Requested mail action aborted: exceeded storage allocation", Cause.FULL),
        (
            "552-Requested mail action aborted: exceeded storage allocation 552-Message size exceeds maximum value",
            Cause.CONTENT,
        ),
        ("5.1.0 - Unknown address error ('552', ['Quota violation'])", Cause.FULL),
        ("5.1.0 - Unknown address error ('550', ['5.1.1 User unknown'])", Cause.ADDRESS_DEAD),
        ("550 mailbox name not allowed", Cause.ADDRESS_DEAD),
    ],
    "a name server that says no is an end, and its silence is none": [
        ("Host or domain name not found. Name service error for name=example.net type=A: Host not found", Cause.ADDRESS_DEAD),
        ("Name service error for name=example.net type=MX: Host not found, try again", Cause.TEMPORARY),
        ("550 Host unknown (Name server: example.net.: host not found)", Cause.ADDRESS_DEAD),
        ("Name server: example.net.: host name lookup failure", Cause.TEMPORARY),
        ("Sorry, I couldn't find a mail exchanger or IP address. (#5.4.4)", Cause.ADDRESS_DEAD),
        ("CNAME lookup failed temporarily. (#4.4.3)", Cause.TEMPORARY),
        ("4.4.7 message expired: host not found: NXDOMAIN", Cause.ADDRESS_DEAD),
        ("host lookup did not complete", Cause.TEMPORARY),
        ('unrouteable mail domain "example.net"', Cause.ADDRESS_DEAD),
        ("an MX or SRV record indicated no SMTP service", Cause.ADDRESS_DEAD),
        ("521 5.3.2 No mail service here", Cause.ADDRESS_DEAD),
        ("lowest numbered MX record points to local host", Cause.TEMPORARY),
        ("550 dominio scaduto o non attivo", Cause.ADDRESS_DEAD),
        ("550 5.7.1 relaying denied: domain has been removed", Cause.ADDRESS_DEAD),
    ],
    "what is closed for a while is not closed": [
        ("554 delivery error: dd This account has been disabled or discontinued [#102]", Cause.ADDRESS_DEAD),
        ("550 account inactive", Cause.ADDRESS_DEAD),
        ("vdelivermail: account is locked email bounced", Cause.ADDRESS_DEAD),
        ("550 5.2.1 mailbox temporarily disabled", Cause.TEMPORARY),
        ("550 account temporarily suspended", Cause.TEMPORARY),
        ("550 5.1.1 try again later, directory server not responding", Cause.TEMPORARY),
    ],
    "who has left is not there": [
        ("550 user has left the company", Cause.ADDRESS_DEAD),
        ("550 user no longer employed here", Cause.ADDRESS_DEAD),
        ("Der Mitarbeiter ist ausgeschieden", Cause.ADDRESS_DEAD),
        ("El destinatario ya no trabaja en esta empresa", Cause.ADDRESS_DEAD),
        ("Deze medewerker is niet meer werkzaam bij ons", Cause.ADDRESS_DEAD),
        ("Сотрудник уволился", Cause.ADDRESS_DEAD),
        ("550 Nobody here by that name", Cause.ADDRESS_DEAD),
        ("550 that address is not handled here", Cause.ADDRESS_DEAD),
        ("550 The recipient cannot be verified", Cause.ADDRESS_DEAD),
        ("Unter dieser Adresse werden keine E-Mails angenommen", Cause.ADDRESS_DEAD),
    ],
    "that it was tried for too long says nothing of why": [
        ("Delivery time expired; last error: 450 4.1.1 user unknown", Cause.ADDRESS_DEAD),
        ("Message expired after 5 days; last response: 452 4.2.2 Mailbox full", Cause.FULL),
        ("Your message to the following recipients has expired", Cause.TEMPORARY),
        ("Message could not be delivered for 5 days", Cause.TEMPORARY),
        ("Ihre Nachricht konnte 3 Tage lang nicht zugestellt werden", Cause.TEMPORARY),
        ("550 user account has expired", Cause.ADDRESS_DEAD),
    ],
    "an address that is ours is not theirs": [
        ("550 mail from this address blocked by recipient's rules", Cause.POLICY),
        ("550 Access from ip address 192.0.2.6 blocked", Cause.POLICY),
        ("550 5.1.1 your IP is listed at a list", Cause.POLICY),
        ("550 5.2.1 Mail from [192.0.2.1] refused", Cause.POLICY),
        ("550 Sender address does not exist", Cause.POLICY),
        ("550 ERROR: No or mismatched reverse DNS (PTR) entries for 192.0.2.80", Cause.POLICY),
        ("550 recipient does not accept mail from external senders", Cause.POLICY),
        ("550 This mailbox is not accepting messages from outside", Cause.POLICY),
        ("550 Recipient only accepts mail from known senders", Cause.POLICY),
        ("550 Dynamic IP addresses are not accepted", Cause.POLICY),
        ("Der Empfänger nimmt keine Nachrichten von diesem Absender an", Cause.POLICY),
        ("error sending to recipient: user unknown", Cause.ADDRESS_DEAD),
    ],
    "words beat a status that does not fit them": [
        ("552 5.2.2 no such mailbox", Cause.ADDRESS_DEAD),
        ("552 5.3.4 unknown recipient", Cause.ADDRESS_DEAD),
        ("552 5.2.2 message too large for this mailbox", Cause.CONTENT),
        ("550 5.1.1 message exceeds maximum fixed size", Cause.CONTENT),
        ("552 5.2.2 insufficient system storage", Cause.TEMPORARY),
        ("552 5.2.2 mailbox full (server mail box over)", Cause.FULL),
        ("550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", Cause.POLICY),
        ("550-5.7.29 This mail was sent over an unencrypted connection", Cause.POLICY),
        ("550 5.4.6 Unusual sending activity detected", Cause.POLICY),
    ],
    "a full mailbox has many names": [
        ("Delivery deferred: recipient is above quota", Cause.FULL),
        ("user quota exhausted", Cause.FULL),
        ("Benutzer hat zuviele Mails auf dem Server", Cause.FULL),
        ("Recipient inbox full. Their inbox is full, or it's getting too much mail right now. (#5.2.2)", Cause.FULL),
        ("Message rejected. Daily message quota exceeded", Cause.POLICY),
        ("552 5.7.0 mail bomb: exceeded storage quota during unpacking", Cause.CONTENT),
    ],
    "what only sounds like our records is none": [
        ("421 4.7.0 mx.example.net [192.0.2.5] (may be forged): Too many open connections.", Cause.POLICY),
        ("553 Possible forgery or deactivated due to abuse (#5.1.1)", Cause.ADDRESS_DEAD),
        ("发件人域名SPF验证失败，邮件被退回", Cause.AUTHENTICATION),
        ("550 5.7.23 rejected because of Sender Policy Framework violation", Cause.AUTHENTICATION),
        ("550 5.7.1 Sender ID (PRA) Not Permitted", Cause.AUTHENTICATION),
        ("TLS handshake failed", Cause.TEMPORARY),
        ("432 Service temporarily unavailable: filter not responding", Cause.TEMPORARY),
    ],
}


@pytest.mark.parametrize("rule", RULES)
def test_rules_of_experience_hold(rule: str) -> None:
    """For whoever speaks so, not for one server alone."""
    assert [] == [(text, judged, cause) for text, cause in RULES[rule] if (judged := judge(text)).cause is not cause]


@pytest.mark.parametrize(
    ("file", "precision", "found"),
    [("replies.json", PRECISION, FOUND), ("replies-held.json", PRECISION_UNSEEN, FOUND_UNSEEN)],
    ids=["seen", "held-out"],
)
def test_what_somebody_else_wrote_down_is_told_apart(file: str, precision: float, found: Mapping[Cause, float]) -> None:
    """Nobody is suppressed for a word that only sounds dead, and of each cause most are found."""
    told = Counter(
        (Cause(truth), judge(text, status).cause)
        for truth, status, text, _, _ in json.loads((MATERIAL / file).read_text(encoding="utf-8"))
    )
    truths, verdicts = Counter[Cause](), Counter[Cause]()
    for (truth, verdict), count in told.items():
        truths[truth] += count
        verdicts[verdict] += count

    assert told[Cause.ADDRESS_DEAD, Cause.ADDRESS_DEAD] >= precision * verdicts[Cause.ADDRESS_DEAD], told
    assert [] == [cause for cause, share in found.items() if told[cause, cause] < share * truths[cause]], told


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("5.1.1", Cause.ADDRESS_DEAD),
        ("5.1.10", Cause.ADDRESS_DEAD),
        ("5.2.1", Cause.ADDRESS_DEAD),
        ("5.7.17", Cause.ADDRESS_DEAD),
        ("5.2.2", Cause.FULL),
        ("4.2.2", Cause.FULL),
        ("5.3.4", Cause.CONTENT),
        ("5.6.1", Cause.CONTENT),
        ("5.7.1", Cause.POLICY),
        ("5.1.8", Cause.POLICY),
        ("5.7.26", Cause.AUTHENTICATION),
        ("5.4.7", Cause.TEMPORARY),
        ("4.4.1", Cause.TEMPORARY),
        ("4.1.1", Cause.TEMPORARY),
        ("5.0.0", Cause.UNKNOWN),
        ("", Cause.UNKNOWN),
    ],
)
def test_status_tells_the_cause_where_words_are_missing(status: str, cause: Cause) -> None:
    """RFC 3463 and those who added to it."""
    assert cause is judge("", status).cause


def test_user_unknown_beats_a_status_of_policy() -> None:
    """Some servers answer 5.7.1 to everything; what they say of a person is the truth."""
    assert Cause.ADDRESS_DEAD is judge("550 5.7.1 <ann@example.net>: Recipient address rejected: User unknown").cause


def test_a_temporary_refusal_is_dead_only_when_it_is_over() -> None:
    """A server that says for five days that nobody is there means it; while it is asked again, it may not."""
    said = "450 4.1.1 <ann@example.net>: Recipient address rejected: User unknown"

    assert (Cause.ADDRESS_DEAD, Cause.TEMPORARY) == (judge(said).cause, judge(said, is_over=False).cause)
    assert judge(said).confidence < CERTAIN


@pytest.mark.parametrize(
    ("text", "status", "telling"),
    [
        ("550 5.1.1 unknown", "5.0.0", "5.1.1"),
        ("550 5.1.1 unknown", "4.4.7", "5.1.1"),
        ("550 5.0.0 unknown", "5.1.1", "5.1.1"),
        ("Exim 4.94.2 at 5.199.1.1", "5.1.1", "5.1.1"),
        ("250 2.1.5 fine", "", ""),
    ],
)
def test_the_more_telling_status_counts(text: str, status: str, telling: str) -> None:
    """A gateway writes 5.0.0 beside what the server said; a version and an address of the net are no status."""
    assert telling == telling_status(text, status)


@given(st.text(max_size=500), st.sampled_from(["", "5.1.1", "4.2.2", "5.7.1", "9.9.9"]))
def test_whatever_is_said_has_a_cause(text: str, status: str) -> None:
    """Nothing raises, and nobody is surer than sure."""
    assert 0.0 < judge(text, status).confidence < 1.0
