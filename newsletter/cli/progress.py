"""Progress bars: on stderr, on a terminal only, with counts, rate and time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from newsletter.cli.figures import Figures, in_words, left_in_words


@contextmanager
def reading_bar(words: str, size: int, what: str = "rows") -> Iterator[Callable[[int, int], None]]:
    """Show how far a file of *size* bytes is read (0: nobody knows); gives the function to tell bytes and rows, or *what*."""
    with _bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(f"{{task.fields[rows]:,}} {what}, {{task.fields[rate]:,.0f}}/s"),
        TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task(words, total=size or None, rows=0, rate=0)

        def tell(read: int, rows: int) -> None:
            seconds = bar.tasks[task].elapsed
            bar.update(task, completed=read, rows=rows, rate=rows / seconds if seconds else 0)

        yield tell


@contextmanager
def counting_bar(words: str, total: int) -> Iterator[Callable[[object], None]]:
    """Show how many of *total* things are done; gives the function to tell each of them."""
    with _bar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    ) as bar:
        task = bar.add_task(words, total=total)
        yield lambda _one: bar.advance(task)


@contextmanager
def growing_bar(words: str) -> Iterator[Callable[[int, int], None]]:
    """Show how many of some things are done; gives the function to tell how many are, and of how many."""
    with _bar(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    ) as bar:
        task = bar.add_task(words, total=None)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield tell


@contextmanager
def mailing_bar() -> Iterator[Callable[[Figures], None]]:
    """Show how far a mailing is, and its figures in words below; gives the function to tell them."""
    with _MailingBar(
        SpinnerColumn(),
        TextColumn("Mailing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[left]}"),
        console=_stderr(),
        disable=not sys.stderr.isatty(),
        transient=True,
    ) as bar:
        task = bar.add_task("Mailing", total=None, words="", left="")

        def tell(figures: Figures) -> None:
            total = figures.settled + figures.waiting
            bar.update(
                task, total=total or None, completed=figures.settled, words=in_words(figures), left=left_in_words(figures)
            )

        yield tell


class _MailingBar(Progress):
    """A bar with a line of words below it: beside it they would not fit on eighty columns."""

    def get_renderables(self) -> Iterator[RenderableType]:
        """Give both lines."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            yield Text(task.fields["words"])


def _bar(
    *columns: SpinnerColumn | TextColumn | BarColumn | TaskProgressColumn | MofNCompleteColumn | TimeRemainingColumn,
) -> Progress:
    # Not on a pipe or in a log: there a bar is a thousand lines.
    return Progress(*columns, console=_stderr(), disable=not sys.stderr.isatty(), transient=True)


def _stderr() -> Console:
    return Console(stderr=True, markup=False)
