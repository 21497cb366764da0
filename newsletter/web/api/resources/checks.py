"""How the house is: what the doctor says of this machine, its database and its senders."""

from pydantic import Field

from newsletter import checkup, inspection
from newsletter.issues import newsletters
from newsletter.mail.senderproof import Point, Standing
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.routing import Routes

routes = Routes("checks", "How the house is: what the doctor looks at.")


class RecordAnswer(Answer):
    """A record that the DNS is to have."""

    name: str
    value: str


class PointAnswer(Answer):
    """One thing that was looked at."""

    what: str
    standing: Standing
    text: str = Field(description="What was found.")
    mend: str = Field(description="What to do; empty: nothing.")
    command: str = Field(description="The command that does it, or leads there.")


class SenderAnswer(Answer):
    """A domain that mail is sent from, and what proves it."""

    domain: str
    newsletters: list[str]
    verdict: str
    points: list[PointAnswer]


@routes.get("/checks", Permission.MANAGE_INSTANCE)
def check_instance(call: Calling) -> list[PointAnswer]:
    """Look at what can be looked at without asking anybody else: settings, disk, key, database, clock, feeds, relays."""
    application = call.application
    with call.reading() as tx:
        found = (
            *checkup.about_settings(application.settings),
            *checkup.about_database(tx, application.settings, call.now),
            *checkup.about_clock(application.ahead()),
            *checkup.about_programs(application.settings),
        )
    return [_point(one) for one in found]


@routes.get("/checks/senders", Permission.MANAGE_RELAYS)
def check_senders(call: Calling) -> list[SenderAnswer]:
    """Ask the DNS what proves the mail of each sending domain; takes some seconds."""
    settings = call.application.settings
    with call.reading() as tx:
        papers = newsletters.all_newsletters(tx)
        senders = tuple((one, inspection.sender_of(tx, one, settings.return_domain, settings.relay)) for one in papers)
    return [
        SenderAnswer(
            domain=one.domain,
            newsletters=list(one.newsletters),
            verdict=one.verdict,
            points=[_point(point) for point in one.proof.points],
        )
        for one in checkup.about_senders(senders)
    ]


def _point(one: Point) -> PointAnswer:
    return PointAnswer(what=one.what, standing=one.standing, text=one.text, mend=one.mend, command=one.command)
