"""What every command shares: the open application, who acts, and where answers, notes and bars go."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import ParamSpec, TypeVar

import click
from rich.console import Console, RenderableType

from newsletter.bootstrap import Application, open_application, set_up_logging
from newsletter.clock import Clock, system_clock
from newsletter.errors import NotPermitted
from newsletter.issues import authors
from newsletter.settings import Settings, from_environment
from newsletter.staff import accounts
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission, includes, require
from subscribers.transaction import Transaction

P = ParamSpec("P")
R = TypeVar("R")

# Wide enough for a table in a file or a pipe, where nobody can make the window wider.
PIPE_WIDTH = 160
# Of those who may do what somebody may not.
MOST_NAMED = 3


class Door:
    """Where a command stands: it opens the application at first need and gives every transaction."""

    def __init__(self, clock: Clock | None = None, *, host: Clock = system_clock) -> None:
        self._clock = clock
        self._host = host
        self._settings: Settings | None = None
        self._application: Application | None = None
        self.as_json = False
        self.is_sure = False
        self.actor_name: str | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this process."""
        if self._settings is None:
            self._settings = from_environment()
            set_up_logging(self._settings.log)
        return self._settings

    @property
    def application(self) -> Application:
        """The open application."""
        if self._application is None:
            self._application = open_application(self.settings, self._clock, host=self._host)
        return self._application

    def now(self) -> datetime:
        """Give the present moment, by the clock of the open application."""
        return self.application.clock()

    def now_here(self) -> datetime:
        """Give the present moment by the clock of this machine, where there is no application to be opened yet."""
        return (self._clock or self._host)()

    def settle_in(self, settings: Settings) -> None:
        """Go on with settings that were completed meanwhile."""
        self._settings = settings

    def close(self) -> None:
        """Give back what was opened."""
        if self._application is not None:
            self._application.close()

    @contextmanager
    def reading(self, permission: Permission = Permission.VIEW, *, within: float | None = None) -> Iterator[Transaction]:
        """Give a transaction that only reads, to somebody who may; *within* so many seconds, as `Database.read` does."""
        with self.application.database.read(within) as tx:
            self._require(tx, self._actor(tx), permission)
            yield tx

    @contextmanager
    def acting(self, permission: Permission) -> Iterator[Acting]:
        """Give a transaction that may write, to somebody who may."""
        with self.application.database.write() as tx:
            actor = self._actor(tx)
            self._require(tx, actor, permission)
            authors.sign(tx, actor.name)
            yield Acting(tx, actor, self.now())

    def allow(self, permission: Permission) -> Actor:
        """Give who acts, for a verb that opens its own transactions.

        Raises:
            NotPermitted: the role does not include *permission*.

        """
        with self.reading(permission) as tx:
            return self._actor(tx)

    def answer(self, document: Mapping[str, object], *shown: RenderableType) -> None:
        """Answer with data: *document* on one line where `--json` asks for it, else what a person reads.

        A plain `str` among it is never wrapped: it is there to be copied.
        """
        if self.as_json:
            # ASCII only: a title may hold a line separator that some readers take for the end of the line.
            click.echo(json.dumps(document, default=_json_value))
            return
        console = _console(sys.stdout.isatty())
        for part in shown:
            if isinstance(part, str):
                click.echo(part)
            else:
                console.print(part)

    def note(self, text: str) -> None:
        """Tell the person something that is not the answer."""
        click.echo(text, err=True)

    @property
    def is_terminal(self) -> bool:
        """Whether a person can be asked."""
        return sys.stdin.isatty()

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be undone; only on a terminal, and not with `--yes`.

        Raises:
            click.Abort: the answer was no.

        """
        if not self.is_sure and self.is_terminal:
            click.confirm(question, abort=True, err=True)

    def _require(self, tx: Transaction, actor: Actor, permission: Permission) -> None:
        """Let somebody pass, or tell them whom to ask instead."""
        try:
            require(actor, permission)
        except NotPermitted as refused:
            may = [one.name for one in accounts.all_accounts(tx) if includes(one.role, permission)]
            raise NotPermitted(actor.name, permission.words, refused.roles, may[:MOST_NAMED]) from refused

    def _actor(self, tx: Transaction) -> Actor:
        if self.actor_name is None:
            return LOCAL_OPERATOR
        return accounts.find(tx, self.actor_name).actor


pass_door = click.make_pass_decorator(Door)


def common(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command the options that every command has: `--json` and `--as`."""
    named = click.option(
        "--as", "_as", metavar="NAME", expose_value=False, callback=take_name, help="Act as this member of the staff."
    )
    json_ = click.option(
        "--json", "_json", is_flag=True, expose_value=False, callback=_take_json, help="End stdout with one JSON object."
    )
    return json_(named(command))


def destructive(command: Callable[P, R]) -> Callable[P, R]:
    """Give a command that cannot be undone its `--yes`."""
    return click.option(
        "--yes", "_yes", is_flag=True, expose_value=False, callback=_take_yes, help="Do not ask, even on a terminal."
    )(command)


def take_name(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Remember who acts."""
    if value is not None:
        context.ensure_object(Door).actor_name = value


def _take_json(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click's signature
    context.ensure_object(Door).as_json = value


def _take_yes(context: click.Context, _parameter: click.Parameter, value: bool) -> None:  # noqa: FBT001 -- click's signature
    context.ensure_object(Door).is_sure = value


def _console(is_terminal: bool) -> Console:  # noqa: FBT001 -- one fact
    # Titles and names come from outside: no markup, no emoji codes, no guessing of colours in them.
    return Console(markup=False, emoji=False, highlight=False, width=None if is_terminal else PIPE_WIDTH)


def _json_value(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
