"""What the demonstration says on the terminal: lines with the time of its own clock, and a bar while it mails."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from newsletter.demo.posts import SITE_ZONE
from newsletter.mail.delivery import Report


class Screen:
    """Stderr, so that stdout holds the result and nothing else."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    def tell(self, moment: datetime, words: str) -> None:
        """Say what happened at *moment*, in the zone of the newsletter."""
        self._console.print(f"{moment.astimezone(SITE_ZONE):%a %e %b %Y %H:%M:%S}  {words}")

    def say(self, words: str = "") -> None:
        """Say something that has no moment."""
        self._console.print(words)

    @contextmanager
    def mailing(self) -> Iterator[Callable[[Report], None]]:
        """Show a bar; gives the function that moves it. On a pipe there is none: there a bar is a thousand lines."""
        columns = (SpinnerColumn(), TextColumn("Mailing"), BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, disable=not sys.stderr.isatty(), transient=True) as bar:
            task = bar.add_task("Mailing", total=None)

            def show(report: Report) -> None:
                open_ones = report.pending + report.deferred
                bar.update(task, total=report.audience or None, completed=report.audience - open_ones)

            yield show
