"""`newsletter journal` and `newsletter adopt`: what a restored database must be told before it may mail."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from pathlib import Path

import click

from newsletter import adoption, instance
from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.progress import reading_bar
from newsletter.errors import BadValue
from newsletter.journal import SUFFIX, Sheet, opened
from newsletter.journal import files as journal_files
from newsletter.people.replay import Fate, replay
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers.journal import Line, Unread
from subscribers.oneline import one_line

LONGEST_REASON = 500

_WORDS: Mapping[Fate, str] = {
    Fate.APPLIED: "obeyed again",
    Fate.KNOWN: "known already",
    Fate.OUTDATED: "taken back since",
    Fate.NO_LIST: "about a list that is not here",
    Fate.DAMAGED: "damaged",
    Fate.FOREIGN: "sealed with another key",
}


@click.command("replay")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@common
@pass_door
def replay_(door: Door, files: Sequence[str]) -> int:
    """Obey everybody again who said no in these journals: after a backup was restored, before it may mail.

    FILE is a journal or a folder of them; give those of all hosts, from as far back as the backup is old or farther. A yes that
    a person gave after their no stands. Reading the same files again changes nothing.

    Example: newsletter journal replay /var/lib/newsletter/journal
    """
    application = door.application
    door.allow(Permission.MANAGE_INSTANCE)
    with ExitStack() as stack, reading_bar("Reading journals", 0, "lines") as tell:
        sheets = _opened(files, stack)
        database, lines = application.database, partial(_read, sheets, door)
        fates = replay(database.write, application.keyring, lines, partial(tell, 0), look=database.read)
    gaps = tuple(_gaps(sheets, fates))
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        if not gaps:
            instance.mark_replayed(acting.tx, acting.now)
        acting.record("journal.replay", "instance", files=len(sheets), **{fate.value: count for fate, count in fates.items()})
    _tell(door, len(sheets), fates, gaps)
    return Exit.NOT_READY if gaps else Exit.DONE


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show the files of the journal in this host's folder.

    Example: newsletter journal list
    """
    door.allow(Permission.VIEW)
    folder = door.settings.journal_dir
    files = [(path, path.stat().st_size) for path in journal_files(folder)]
    door.answer(
        {"folder": str(folder), "files": [{"file": str(path), "bytes": size} for path, size in files]},
        shown.table(("file", "#bytes"), [(path, spelled.number(size)) for path, size in files])
        if files
        else shown.line(f"Nobody has said no on this host yet: there is no journal in {folder}."),
    )


@click.command("adopt")
@click.option("--without-journal", "reason", metavar="REASON", help="Why no journal need be read; kept in the audit.")
@click.option("--stopped", metavar="REASON", help="The original was stopped before it was copied: go on as it stood.")
@destructive
@common
@pass_door
def adopt(door: Door, reason: str | None, stopped: str | None) -> None:
    """Let a copied or restored database mail; the one it was copied from must be stopped for good.

    The journals of all hosts are to be read into it first (`newsletter journal replay`), or people who left since the copy was
    made would be written to again. What the original may have mailed since is not mailed from here by itself: issues whose time
    has passed are missed, and people who waited for mail are uncertain (`newsletter reconcile`, `newsletter uncertain`). With
    --stopped, when it was stopped before the copy was made and nobody could leave since, everything goes on as it stood.

    Example: newsletter adopt
    """
    words, was_stopped = _reason(reason), _reason(stopped)
    application = door.application
    with door.reading(Permission.MANAGE_INSTANCE) as tx:
        is_adopted = instance.standing(tx).is_adopted
    if is_adopted:
        door.answer({"adopted": True, "changed": False}, shown.line("This database mails already; nothing was changed."))
        return
    door.confirm("Let this database mail? The one it was copied from must not mail any more.")
    path = adoption.home_of(application.database, application.settings.data_dir)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        adopted = adoption.adopt(acting.tx, path, acting.now, without_journal=words, stopped=was_stopped)
        acting.record(
            "instance.adopt",
            "instance",
            without_journal=words,
            stopped=was_stopped,
            missed=adopted.missed,
            uncertain=adopted.uncertain,
        )
    adoption.remember(path, adopted.home)
    left = (
        (adopted.missed, "issues and dates are missed: their time passed meanwhile (newsletter alerts list)"),
        (
            adopted.uncertain,
            "people are uncertain: the original may have mailed them (newsletter reconcile, newsletter uncertain)",
        ),
    )
    door.answer(
        {"adopted": True, "changed": True, "missed": adopted.missed, "uncertain": adopted.uncertain},
        shown.line("This database is adopted and mails from now on."),
        *(shown.line(f"{spelled.number(count)} {words}.") for count, words in left if count),
    )


def _reason(text: str | None) -> str:
    words = one_line(text or "", LONGEST_REASON)
    if text is not None and not words:
        raise BadValue("reason", repr(text), "is empty")
    return words


def _opened(files: Sequence[str], stack: ExitStack) -> tuple[Sheet, ...]:
    """Open everything before the first line is obeyed: that writes to a journal, which may then be put aside."""
    sheets: dict[Path, Sheet] = {}
    # Looked for twice: a file may be put aside after it was found and before it is opened.
    for path in chain(_paths(files), _paths(files)):
        if path in sheets:
            continue
        try:
            sheets[path] = stack.enter_context(opened(path))
        except OSError as error:
            raise BadValue("file", path, f"cannot be read: {error.strerror}. Nothing was changed.") from error
    return tuple(sheets.values())


def _paths(files: Sequence[str]) -> Iterator[Path]:
    paths = [found for file in files for found in _expanded(Path(file))]
    if not paths:
        raise BadValue("folder", ", ".join(files), f"holds no journal (*{SUFFIX})")
    yield from paths


def _expanded(path: Path) -> list[Path]:
    if not path.exists():
        raise BadValue("file", path, "is not there")
    return sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]


def _read(sheets: Sequence[Sheet], door: Door) -> Iterator[Line | Unread]:
    for sheet in sheets:
        try:
            yield from sheet.lines(door.application.keyring)
        except OSError as error:
            words = f"cannot be read: {error.strerror}. Lines before it were obeyed; begin again."
            raise BadValue("file", sheet.path, words) from error


def _gaps(sheets: Sequence[Sheet], fates: Mapping[Fate, int]) -> Iterator[str]:
    """Give the reasons why this database does not know yet who left."""
    if fates[Fate.FOREIGN]:
        yield (
            "some lines were sealed with a key that is not given, so it is not known whom they are about. Set the key they "
            "were made with, and read them again."
        )
    for sheet in sheets:
        if sheet.is_senseless:
            yield f"no line of {sheet.path} is one that a journal wrote. Read a good copy of it, or leave it out if it is none."
    if not any(fates.values()):
        yield "nothing stands in what was read. Read the journals of all hosts."


def _tell(door: Door, files: int, fates: Mapping[Fate, int], gaps: Sequence[str]) -> None:
    told = [f"{spelled.number(count)} {_WORDS[fate]}" for fate, count in fates.items() if count]
    for gap in gaps:
        door.note(f"Error: {gap}")
    total = spelled.number(sum(fates.values()))
    document = {"files": files, "lines": sum(fates.values())} | {fate.value: count for fate, count in fates.items()}
    door.answer(document, shown.line(f"{total} lines: {', '.join(told) or 'nothing in them'}."))


journal = click.Group("journal", commands=[replay_, list_], help="Who said no, outside the database; for after a restore.")
