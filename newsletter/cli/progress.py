"""Progress bars: on stderr, on a terminal only, with counts, rate and time left."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from newsletter.mail.tally import Progress as Mailed


@contextmanager
def reading_bar(words: str, size: int) -> Iterator[Callable[[int, int], None]]:
    """Show how far a file of *size* bytes is read (0: nobody knows); gives the function to tell bytes and rows."""
    with _bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]:,} rows"),
        TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task(words, total=size or None, rows=0)

        def tell(read: int, rows: int) -> None:
            bar.update(task, completed=read, rows=rows)

        yield tell


@contextmanager
def mailing_bar() -> Iterator[Callable[[Mailed], None]]:
    """Show how far a mailing is; gives the function to tell it."""
    with _bar(
        SpinnerColumn(),
        TextColumn("Mailing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[words]}"),
        TimeRemainingColumn(),
    ) as bar:
        task = bar.add_task("Mailing", total=None, words="")

        def tell(mailed: Mailed) -> None:
            bar.update(task, total=max(mailed.waiting, mailed.done) or None, completed=mailed.done, words=_words(mailed))

        yield tell


def _words(mailed: Mailed) -> str:
    others = {"refused": mailed.refused, "deferred": mailed.deferred, "uncertain": mailed.uncertain, "skipped": mailed.skipped}
    told = [f"{mailed.per_second:,.0f}/s", f"{mailed.accepted:,} accepted"]
    return ", ".join([*told, *(f"{count:,} {word}" for word, count in others.items() if count)])


def _bar(
    *columns: SpinnerColumn | TextColumn | BarColumn | TaskProgressColumn | MofNCompleteColumn | TimeRemainingColumn,
) -> Progress:
    # Not on a pipe or in a log: there a bar is a thousand lines.
    return Progress(*columns, console=Console(stderr=True, markup=False), disable=not sys.stderr.isatty(), transient=True)
