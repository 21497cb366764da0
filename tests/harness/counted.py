"""An issue whose links are counted, for tests: written, approved and sent by the product's own verbs."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.bootstrap import Application
from newsletter.issues import draft, editing, newsletters
from newsletter.issues.model import Newsletter
from newsletter.letters import redirects
from newsletter.letters.redirects import CountedLink
from newsletter.mail import clickbook, dispatch
from newsletter.mail.clickbook import LinkFigures
from newsletter.people import clicking
from newsletter.review.approval import approve, look_over
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers.consent import Door, Evidence
from subscribers.tokens import Purpose

LINKS = ("https://blog.example.org/a?x=1&y=2", "https://blog.example.org/b", "http://ä.example/ö?q=ü", "https://c.example/")
ALLOWED = Evidence(Door.LINK, "Keep which links I follow: Save", "192.0.2.7", "Lynx/2.9", language="en")


@dataclass(frozen=True, slots=True)
class Counted:
    """An issue that is on its way, and its links."""

    application: Application
    issue_id: int
    letter_id: int
    links: tuple[CountedLink, ...]

    def address(self, place: int, subscription_id: int | None = None) -> str:
        """Give where the link at a place, from 1 on, leads in the mail; of somebody who allowed it."""
        token = self.links[place - 1].token
        if subscription_id is None:
            return f"/l/{token}"
        return f"/l/{token}/{self.application.keyring.seal(Purpose.CLICK, subscription_id)}"

    def figures(self) -> tuple[LinkFigures, ...]:
        """Give how often each link was followed."""
        with self.application.database.read() as tx:
            return clickbook.of_letter(tx, self.letter_id)

    def people(self) -> list[int]:
        """Give how often people followed each link."""
        return [one.people for one in self.figures()]

    def machines(self) -> list[int]:
        """Give how often programs did."""
        return [one.machines for one in self.figures()]


def allow(application: Application, subscription_id: int) -> None:
    """Let somebody allow that it is kept which links they follow."""
    with application.database.write() as tx:
        assert clicking.allow(tx, application.keyring, subscription_id, application.clock(), ALLOWED)


def a_counted_issue(
    application: Application,
    newsletter: Newsletter,
    urls: Sequence[str] = LINKS,
    title: str = "January 2020",
    *,
    counts: bool = True,
    is_sent: bool = True,
) -> Counted:
    """Write, approve and send an issue with these links."""
    now = application.clock()
    with application.database.write() as tx:
        newsletters.edit(tx, newsletter.id, counts_clicks=counts)
        made = draft.draft_empty(tx, newsletter, title, now)
        text = "".join(
            f'<p>Read <a href="{url.replace("&", "&amp;")}">this, number {place}</a>.</p>' for place, url in enumerate(urls)
        )
        editing.write_letter(tx, made.id, "A word", f"<p>Dear {{{{ name }}}},</p>{text}", "Ann Author", now)
    seed = application.keyring.derive("slots")
    with application.database.write() as tx:
        looked = look_over(tx, application.templates, made.id, links=application.links, seed=seed)
        approved = approve(tx, looked, LOCAL_OPERATOR, now, override_reason="it is a test")
        if is_sent:
            dispatch.send_issue(tx, made.id, now)
    with application.database.read() as tx:
        links = redirects.of_letter(tx, approved.letter.id)
    return Counted(application, made.id, approved.letter.id, links)
