"""Who mails from where: workers and hosts, told to claim nothing more, and to claim again."""

from datetime import datetime

from pydantic import Field

from newsletter.mail import roster
from newsletter.mail.roster import Listed, Standing
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.routing import Routes

INSTANCE = Permission.MANAGE_INSTANCE
WORKER = "/workers/{worker}"
HOST = "/hosts/{host}"

routes = Routes("workers", "Who mails from where, and who is to claim nothing more.")


class WorkerAnswer(Answer):
    """A worker of today."""

    id: str
    place: str
    host: str
    version: str = Field(description="Empty: it is older than this list.")
    standing: Standing
    holds: int = Field(description="Deliveries in its hands.")
    started_at: datetime
    lease_until: datetime
    stopped_at: datetime | None
    drained_at: datetime | None = Field(description="Since when it, or its host, claims nothing.")


class HostAnswer(Answer):
    """A host whose workers claim nothing, those to come included."""

    name: str
    since: datetime


class Telling(Given):
    """What a host is told."""

    is_drained: bool = Field(description="Whether its workers claim nothing; true again is no error.")


class Told(Answer):
    """A host that was told."""

    name: str
    is_drained: bool


@routes.get("/workers", INSTANCE)
def list_workers(call: Calling) -> list[WorkerAnswer]:
    """List the workers of today, those at work first."""
    with call.reading() as tx:
        return [_answer(one, call.now) for one in roster.listed(tx, call.now)]


@routes.post(f"{WORKER}/drain", INSTANCE)
def drain_worker(call: Calling, worker: Line) -> WorkerAnswer:
    """Let a worker claim nothing more; it finishes what it holds. The beginning of its id is enough."""
    return _tell(call, worker, is_drained=True)


@routes.post(f"{WORKER}/resume", INSTANCE)
def resume_worker(call: Calling, worker: Line) -> WorkerAnswer:
    """Let a worker claim again; where its host is drained, that must be resumed, too."""
    return _tell(call, worker, is_drained=False)


@routes.get("/hosts", INSTANCE)
def list_drained_hosts(call: Calling) -> list[HostAnswer]:
    """List the hosts that are drained."""
    with call.reading() as tx:
        return [HostAnswer.model_validate(one) for one in roster.drained_hosts(tx)]


@routes.put(HOST, INSTANCE)
def tell_host(call: Calling, host: Line, given: Telling) -> Told:
    """Let no worker of a host claim anything more, whenever it is started; or let all of them claim again."""
    with call.acting() as acting:
        if given.is_drained:
            roster.drain_host(acting.tx, host, acting.now)
        else:
            roster.resume_host(acting.tx, host)
        acting.record("host.drain" if given.is_drained else "host.resume", f"host {host}")
    return Told(name=host, is_drained=given.is_drained)


def _tell(call: Call, worker: str, *, is_drained: bool) -> WorkerAnswer:
    with call.acting() as acting:
        known = roster.find(acting.tx, worker, acting.now)
        if is_drained:
            roster.drain(acting.tx, known.id, acting.now)
        else:
            roster.resume(acting.tx, known.id)
        acting.record("worker.drain" if is_drained else "worker.resume", f"worker {known.id}")
        return _answer(roster.find(acting.tx, known.id, acting.now), acting.now)


def _answer(one: Listed, now: datetime) -> WorkerAnswer:
    return WorkerAnswer(
        id=one.id,
        place=one.place,
        host=one.host,
        version=one.version,
        standing=one.standing(now),
        holds=one.holds,
        started_at=one.started_at,
        lease_until=one.lease_until,
        stopped_at=one.stopped_at,
        drained_at=one.drained_at,
    )
