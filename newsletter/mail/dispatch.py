"""The verbs of mailing: plan an issue, a proof or a notice, pause, resume, cancel, and say how it stands."""

from dataclasses import asdict, replace
from datetime import datetime

from newsletter import failpoints
from newsletter.errors import WrongState
from newsletter.issues import alerts, newsletters, readers, tidings
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind, fill_text
from newsletter.mail import again, audiences, doubts, furtherbook, ledger, mailings
from newsletter.mail.consequences import pause_key
from newsletter.mail.delivery import Report
from newsletter.mail.mailings import MailingState
from newsletter.mail.message import message_id
from subscribers import recognition, records
from subscribers.address import EmailAddress
from subscribers.consent import Act, Door, Evidence
from subscribers.model import Subscriber
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction

# What a letter that was never mailed amounts to.
NOBODY = Report(audience=0, accepted=0, refused=0, deferred=0, uncertain=0, skipped=0, cancelled=0, pending=0)


def send_issue(tx: Transaction, issue_id: int, now: datetime) -> Report:
    """Freeze the audience of an approved issue and plan one delivery for each person; the mailer does the rest.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not approved, or was edited since.
        NotAdopted: this database is a copy that nobody has adopted yet.
        BadValue: the newsletter has no postal address, which the law asks for in every mail, its list is archived, or a
            segment of the issue cannot be asked any more.

    """
    from newsletter.review import approval  # noqa: PLC0415 -- all that looks over an issue; notices need nothing of it

    issue = issues.load(tx, issue_id)
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    mailings.require_adopted(tx)
    newsletters.require_mailable(tx, newsletter, readers.list_of(tx, issue))
    if issue.letter_id is None or not approval.holds(tx, issue):
        raise WrongState(issue_id, IssueState.SENDING.done, issue.state.words)
    failpoints.hit("audience.begin")
    issues.set_state(tx, issue, IssueState.SENDING, now)
    # Asked here and of no door, so that none can forget its segments and write to everybody.
    ledger.plan(tx, issue.letter_id, audiences.of_issue(tx, issue, now), now)
    failpoints.hit("audience.done")
    planned = mailings.report(tx, issue.letter_id)
    tidings.note(tx, tidings.Kind.SENT, issue, now, audience=planned.audience)
    return planned


def proof(
    tx: Transaction,
    keyring: Keyring,
    draft: Draft,
    address: EmailAddress,
    now: datetime,
    *,
    newsletter_id: int | None = None,
    issue_id: int | None = None,
    list_id: int | None = None,
) -> int:
    """Plan *draft* for one address of the staff; gives the letter's id. It has the content hash of what it shows."""
    as_proof = replace(draft, kind=LetterKind.PROOF)
    letter = letters.freeze(tx, as_proof, now, newsletter_id=newsletter_id, issue_id=issue_id, list_id=list_id)
    ledger.plan_to(tx, letter.id, LetterKind.PROOF, address, recognition.hash_of(tx, keyring, address.key), now)
    return letter.id


def to_guest(
    tx: Transaction,
    keyring: Keyring,
    draft: Draft,
    address: EmailAddress,
    now: datetime,
    *,
    newsletter_id: int | None,
    issue_id: int | None,
    list_id: int | None,
    number: int,
) -> int:
    """Plan a letter for the staff or their guest, ahead of all issues; gives its id. *number* is what its link stands for."""
    letter = letters.freeze(tx, draft, now, newsletter_id=newsletter_id, issue_id=issue_id, list_id=list_id)
    email_hash = recognition.hash_of(tx, keyring, address.key)
    ledger.plan_to(tx, letter.id, draft.kind, address, email_hash, now, number=number)
    return letter.id


def notice(
    tx: Transaction,
    draft: Draft,
    subscriber: Subscriber,
    now: datetime,
    *,
    list_id: int,
    newsletter_id: int | None = None,
    confirmation_id: int = 0,
) -> int:
    """Plan a letter about a person's own subscription, ahead of all issues; gives the letter's id.

    Each is a letter of its own: its date is the moment it was asked for.
    """
    letter = letters.freeze(tx, draft, now, newsletter_id=newsletter_id, issue_id=None, list_id=list_id)
    ledger.plan_notice(tx, letter.id, draft.kind, subscriber.id, list_id, now, confirmation_id=confirmation_id)
    return letter.id


def question(
    tx: Transaction,
    keyring: Keyring,
    draft: Draft,
    subscriber: Subscriber,
    now: datetime,
    *,
    list_id: int,
    newsletter_id: int,
    confirmation_id: int,
) -> int:
    """Plan a letter that asks a person for their yes, and write into the evidence what it says and under which Message-ID.

    Their row is held by this transaction. Gives the letter's id.
    """
    letter_id = notice(
        tx, draft, subscriber, now, list_id=list_id, newsletter_id=newsletter_id, confirmation_id=confirmation_id
    )
    token = keyring.seal(Purpose.DELIVERY, ledger.delivery_of(tx, letter_id))
    blanks = {name: f"[{name}]" for name in draft.slots}
    evidence = Evidence(
        Door.MAIL,
        f"{draft.subject} {fill_text(draft.text, draft.slots, blanks)}",
        form=draft.kind.value,
        language=draft.language,
        message_id=message_id(token, draft.sender_address.rpartition("@")[2]),
    )
    records.record(tx, keyring, subscriber, list_id, Act.MAILED, now, evidence)
    return letter_id


def notice_to(
    tx: Transaction,
    draft: Draft,
    subscriber: Subscriber,
    address: EmailAddress,
    email_hash: str,
    now: datetime,
    *,
    list_id: int,
    newsletter_id: int,
    number: int = 0,
) -> int:
    """Plan a letter that a person is to get whatever they are subscribed to, at *address*, which need not be theirs yet.

    Gives the letter's id. *number* is what its link stands for.
    """
    letter = letters.freeze(tx, draft, now, newsletter_id=newsletter_id, issue_id=None, list_id=list_id)
    ledger.plan_notice_to(tx, letter.id, draft.kind, subscriber.id, address, email_hash, now, number=number)
    return letter.id


def pause(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Stop mailing an issue at once; what was sent stays sent.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not being sent.

    """
    issues.set_paused(tx, issue_id, now, is_paused=True)
    letter_id = mailings.letter_of_issue(tx, issue_id)
    if letter_id is not None:
        mailings.change_state(tx, letter_id, MailingState.OPEN, MailingState.PAUSED)


def resume(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Go on mailing a paused issue.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not being sent.

    """
    issues.set_paused(tx, issue_id, now, is_paused=False)
    letter_id = mailings.letter_of_issue(tx, issue_id)
    if letter_id is not None:
        mailings.change_state(tx, letter_id, MailingState.PAUSED, MailingState.OPEN)
        alerts.settle_alert(tx, pause_key(letter_id), now)


def cancel(tx: Transaction, issue_id: int, now: datetime) -> Report:
    """Let everybody who has not got the issue go without it; gives the figures as they stand then.

    An issue that was sent once, and was being mailed again for some, is sent still: most have it. What somebody ordered
    to be mailed of it, and waits for its minute, is given up with the rest.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it was sent or cancelled already.

    """
    issue = issues.load(tx, issue_id)
    was_sent = issue.state is IssueState.SENDING and issue.sent_at is not None
    issues.set_state(tx, issue, IssueState.SENT if was_sent else IssueState.CANCELLED, now)
    furtherbook.drop(tx, issue_id)
    letter_id = mailings.letter_of_issue(tx, issue_id)
    if letter_id is None:
        return NOBODY
    mailings.cancel(tx, letter_id, now)
    return mailings.report(tx, letter_id)


def report(tx: Transaction, issue_id: int) -> Report:
    """Give the figures of an issue; zeros before it was planned.

    Raises:
        IssueNotFound: there is none of this id.

    """
    letter_id = mailings.letter_of_issue(tx, issue_id)
    if letter_id is None:
        issues.load(tx, issue_id)
        return NOBODY
    return mailings.report(tx, letter_id)


def finish(tx: Transaction, now: datetime) -> tuple[int, ...]:
    """Call every issue sent whose people are all settled; gives their ids. Whoever was left over by a cancelling is settled."""
    for letter_id in mailings.cancelled_with_rest(tx):
        mailings.cancel_rest(tx, letter_id, now)
    finished = []
    for done in mailings.exhausted(tx):
        again.hold(tx, done.letter_id, done.issue_id)
        if not again.is_exhausted(tx, done.letter_id):
            # Meanwhile somebody had people of it mailed again.
            continue
        if done.issue_id is not None:
            issue = issues.load(tx, done.issue_id)
            if issue.state is not IssueState.SENDING:
                continue
            doubts.tell(tx, issues.set_state(tx, issue, IssueState.SENT, now), done.letter_id, now)
            figures = asdict(mailings.report(tx, done.letter_id))
            tidings.note(tx, tidings.Kind.FINISHED, issue, now, **figures)
            finished.append(done.issue_id)
        mailings.close(tx, done.letter_id, now)
        failpoints.hit("issue.finished")
    return tuple(finished)
