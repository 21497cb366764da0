"""Everything that can go wrong and is not a bug.

- NewsletterError
  - NotFound(what, name): NewsletterNotFound, FeedNotFound, PostNotFound, IssueNotFound, SectionNotFound, ArticleNotFound,
    VersionNotFound, GuestLinkNotFound, CommentNotFound, LetterNotFound, DigestNotFound, AccountNotFound,
    SigningKeyNotFound, RelayNotFound, DomainNotFound, BurstNotFound, ImageNotFound, AuthorNotFound, SnippetNotFound
  - Refused: the request is understood and not granted
    - WrongState(issue, wanted, state)
    - WrongBurst(burst)          a burst of departures that was undone already
    - Outdated(issue, version, expected)  somebody else saved in between
    - NotPermitted(actor, permission, roles, people)
    - ContributionClosed(section, state)
    - OwnWork(issue, reason)     somebody else has to approve it
    - Blocked(findings)          preflight found what must be mended first
    - AlreadyThere(what, name)
    - BadValue(what, value, reason)
    - InUse(what, name, uses)    it is needed, and so is not removed
    - OwnWordHolds(reason)       what a person said is taken back by them alone
    - KeyNotChanged(reason)      the instance's key cannot be changed now
    - NotSuppressed              there is nothing to lift
    - TookTooLong(seconds)       a question that was stopped
  - SettingWrong(name, reason)
  - RelayMissing, RelayUnreachable(relay, reply) nothing to hand mail to; it is there by name, and does not take mail
  - WorkerRunning(where)         a second mailer on SQLite
  - NotAdopted, NotReplayed      a copy that nobody has adopted; nor may they, before it knows who left since it was made
  - InstanceMismatch(reason)     this database belongs to another key
  - JournalUnwritable(path, reason) who left cannot be written down outside the database
  - DatabaseNotReady(reason)     it cannot be reached, or has not the shape this version expects
  - SealBroken(about)            a secret in the database that our key does not open
  - RenderFailed(what, reason)   MJML or a template could not be rendered
"""

from collections.abc import Sequence

from subscribers.sentence import say, say_together

_VOWELS = tuple("aeiou")


class NewsletterError(Exception):
    """Root of all errors that a door turns into a sentence, an exit code or a status."""


class NotFound(NewsletterError):  # noqa: N818 -- named for the outcome, as HTTP does
    """Something was asked for by a name that nothing has."""

    what = say("thing")

    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(say("There is no %(what)s %(name)s.", what=self.what, name=name))


class NewsletterNotFound(NotFound):
    """No newsletter of this name."""

    what = say("newsletter")


class FeedNotFound(NotFound):
    """No feed of this id or address."""

    what = say("feed")


class BurstNotFound(NotFound):
    """No burst of departures of this id."""

    what = say("burst of departures")


class PostNotFound(NotFound):
    """The newsletter reads no post of this id."""

    what = say("post")


class IssueNotFound(NotFound):
    """No issue of this id."""

    what = say("issue")


class SectionNotFound(NotFound):
    """No section of this title in the issue."""

    what = say("section")


class ArticleNotFound(NotFound):
    """No article of this id in the issue."""

    what = say("article")


class VersionNotFound(NotFound):
    """The issue has no version that is called so."""

    what = say("version")


class AuthorNotFound(NotFound):
    """Nobody of this name among the authors of the newsletter."""

    what = say("author")


class SnippetNotFound(NotFound):
    """No snippet of this name."""

    what = say("snippet")


class GuestLinkNotFound(NotFound):
    """No link of this id for a guest of the issue."""

    what = say("link")


class CommentNotFound(NotFound):
    """No comment of this id on the issue."""

    what = say("comment")


class LetterNotFound(NotFound):
    """No letter of this id."""

    what = say("letter")


class DigestNotFound(NotFound):
    """No digest of this quarter was mailed."""

    what = say("digest")


class AccountNotFound(NotFound):
    """Nobody of this name on the staff."""

    what = say("account")


class SigningKeyNotFound(NotFound):
    """No key of this domain and selector."""

    what = say("DKIM key")


class RelayNotFound(NotFound):
    """No relay of this name."""

    what = say("relay")


class DomainNotFound(NotFound):
    """No rate for this domain."""

    what = say("rate for the domain")


class ImageNotFound(NotFound):
    """No image of this key, or more than one that begins so."""

    what = say("image")


class Refused(NewsletterError):  # noqa: N818 -- named for the outcome
    """The request is understood and not granted."""


class WrongState(Refused):
    """The issue's state does not allow this."""

    def __init__(self, issue_id: int, wanted: str, state: str) -> None:
        self.issue_id, self.wanted, self.state = issue_id, wanted, state
        super().__init__(say("Issue %(id)s is %(state)s; it cannot be %(to)s now.", id=issue_id, state=state, to=wanted))


class WrongBurst(Refused):
    """A burst of departures that was undone already."""

    def __init__(self, burst_id: int) -> None:
        self.burst_id = burst_id
        super().__init__(say("Burst %(burst_id)s was undone already.", burst_id=burst_id))


class Outdated(Refused):
    """The issue was changed by somebody else since the editor opened it."""

    def __init__(self, issue_id: int, version: int, expected: int, changes: Sequence[str] = (), *, kept: str = "") -> None:
        self.issue_id, self.version, self.expected = issue_id, version, expected
        # Who did what since, a sentence each, and under which version the refused text is kept, empty for none.
        self.changes, self.kept = tuple(changes), kept
        since = say(" Since then: %(changes)s.", changes="; ".join(self.changes)) if changes else ""
        found = {"id": issue_id, "now": version, "had": expected, "since": since, "kept": kept}
        lead = say(
            "Issue %(id)s was changed since you opened it (it is at version %(now)s, you had %(had)s).%(since)s", **found
        )
        rest = say("Nothing was saved; look at the newer version first.")
        if kept:
            rest = say(
                "What you wrote is kept as version %(kept)s: compare it with %(now)s, and restore it if it is to stand.",
                **found,
            )
        super().__init__(say_together((lead, rest)))


class NotPermitted(Refused):
    """The account's role does not include this."""

    def __init__(self, actor: str, permission: str, roles: Sequence[str], people: Sequence[str] = ()) -> None:
        self.actor, self.permission, self.roles, self.people = actor, permission, tuple(roles), tuple(people)
        takes, here = " or ".join(roles), " or ".join(people)
        text = say("%(who)s may not %(do)s; that takes the role %(role)s.", who=actor, do=permission, role=takes)
        super().__init__(say_together((text, say("Here that is %(people)s.", people=here) if here else "")))


class OwnWork(Refused):
    """A second person has to approve the issue, and this one wrote it, or says not who they are."""

    def __init__(self, issue_id: int, reason: str) -> None:
        self.issue_id, self.reason = issue_id, reason
        super().__init__(say("Issue %(id)s has to be approved by a second person: %(why)s.", id=issue_id, why=reason))


class Blocked(Refused):
    """Findings of the preflight that must be mended or overridden with a reason."""

    def __init__(self, issue_id: int, findings: Sequence[object]) -> None:
        self.issue_id, self.findings = issue_id, tuple(findings)
        super().__init__(say("Issue %(id)s has %(count)s finding(s) that block it.", id=issue_id, count=len(findings)))


class ContributionClosed(Refused):
    """A guest's text cannot be changed, handed in or agreed to as it stands."""

    def __init__(self, section: str, state: str) -> None:
        self.section, self.state = section, state
        super().__init__(say("The text “%(section)s” is %(state)s; this is not possible now.", section=section, state=state))


class AlreadyThere(Refused):
    """The name is taken."""

    def __init__(self, what: str, name: object) -> None:
        self.what, self.name = what, name
        an = say("There is an %(what)s %(name)s already.", what=what, name=name)
        super().__init__(an if what.startswith(_VOWELS) else say("There is a %(what)s %(name)s already.", what=what, name=name))


class InUse(Refused):
    """Something that is needed, and so is not removed."""

    def __init__(self, what: str, name: object, uses: str) -> None:
        self.what, self.name, self.uses = what, name, uses
        super().__init__(say("The %(what)s %(name)s is needed by %(by)s. It was not removed.", what=what, name=name, by=uses))


class BadValue(Refused):
    """A value that cannot be used, with the reason in words for the person who typed it."""

    def __init__(self, what: str, value: object, reason: str) -> None:
        self.what, self.value, self.reason = what, value, reason
        whole = say("%(what)s %(value)s: %(reason)s", what=what, value=value, reason=reason)
        super().__init__(whole if value != "" else say("%(what)s: %(reason)s", what=what, reason=reason))


class TookTooLong(Refused):
    """A question to the database that was stopped before it was answered."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        text = say("This was not answered within %(time)s seconds and was stopped. Nothing was changed.", time=f"{seconds:g}")
        super().__init__(say_together((text, say("Ask for less: fewer conditions, or one list."))))


class OwnWordHolds(Refused):
    """The staff wants to take back what a person said themselves."""

    def __init__(self, reason: object) -> None:
        self.reason = reason
        text = say("This address is kept out by the person's own word (%(reason)s). Only they can take it back:", reason=reason)
        how = say("by joining again on the form, or by `newsletter subscribers add`, and the button in the mail that follows.")
        super().__init__(say_together((text, how)))


class KeyNotChanged(Refused):
    """The instance's key cannot be changed at this moment."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"The key cannot be changed now: {reason}. What was moved already stays moved.")


class NotSuppressed(Refused):
    """A suppression is to be lifted, and there is none in this scope."""

    def __init__(self) -> None:
        super().__init__(say("This address is not kept out in this scope, so there is nothing to lift."))


class SettingWrong(NewsletterError):  # noqa: N818 -- named for the outcome
    """A setting is unknown, missing or cannot be read."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")


class RelayMissing(NewsletterError):  # noqa: N818 -- named for the outcome
    """There is no server that mail could be handed to, or all of them are *disabled*."""

    def __init__(self, disabled: Sequence[str] = ()) -> None:
        self.disabled = tuple(disabled)
        if disabled:
            text = f"No relay is enabled ({', '.join(disabled)}), so nothing is mailed: newsletter relays enable {disabled[0]}"
        else:
            text = say(
                "No relay is configured, so nothing is mailed. Add one (newsletter relays add --help), "
                "or set NEWSLETTER_RELAY_URL, for instance smtp://user:pass@mail.example.org:587?tls=starttls"
            )
        super().__init__(text)


class RelayUnreachable(NewsletterError):  # noqa: N818 -- named for the outcome
    """The relay did not take mail for as long as a run that is to end waits for it."""

    def __init__(self, relay: object, reply: str) -> None:
        self.relay, self.reply = relay, reply
        words = reply.rstrip(".")
        super().__init__(
            f"The relay {relay} does not take mail: {words}. What was not mailed is kept and goes out by the next run."
        )


class WorkerRunning(NewsletterError):  # noqa: N818 -- named for the outcome
    """Another mailer owns this SQLite database."""

    def __init__(self, where: str) -> None:
        self.where = where
        super().__init__(f"A worker is already running on this database ({where}). SQLite takes one; PostgreSQL takes many.")


class NotAdopted(NewsletterError):  # noqa: N818 -- named for the outcome
    """This database is a copy, and a copy neither mails nor takes mail in before somebody says that it is the one."""

    def __init__(self) -> None:
        super().__init__(
            "This database is a copy that nobody has adopted, so it mails nothing and takes in nothing that comes back. Read "
            "the journals of all hosts into it (newsletter journal replay FILE…), then adopt it (newsletter adopt)."
        )


class NotReplayed(Refused):
    """A copy is to be adopted, and nobody read the journals into it."""

    def __init__(self) -> None:
        super().__init__(
            "No journal was read into this database since it was copied, so people who left since would be written to again. "
            "Read those of all hosts (newsletter journal replay FILE…), or say why that is not needed "
            "(newsletter adopt --without-journal REASON, or --stopped REASON where the original was stopped before the copy)."
        )


class InstanceMismatch(NewsletterError):  # noqa: N818 -- named for the outcome
    """The database was made with another secret key, so its links and suppressions cannot be read."""


class JournalUnwritable(NewsletterError):  # noqa: N818 -- named for the outcome
    """What must outlive the database cannot be written outside it; the transaction that owed it was rolled back."""

    def __init__(self, path: object, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"The journal {path} cannot be written: {reason}. Nothing was changed; a no counts only when it is written there."
        )


class DatabaseNotReady(NewsletterError):  # noqa: N818 -- named for the outcome
    """The database cannot be reached, was not initialised, or was made by a newer version."""


class SealBroken(NewsletterError):  # noqa: N818 -- named for the outcome
    """A secret kept in the database does not open: another key sealed it, or somebody changed or moved it."""

    def __init__(self, about: str) -> None:
        self.about = about
        super().__init__(
            f"The secret kept in the database for {about} cannot be read with this NEWSLETTER_SECRET_KEY, or was changed there."
        )


class RenderFailed(NewsletterError):  # noqa: N818 -- named for the outcome
    """A template or MJML could not be rendered."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(say("%(what)s could not be rendered: %(reason)s", what=what, reason=reason))
