"""Imports that the desk has in hand, carried on: files kept for a while, tried, taken in or kept out, and taken back.

What is being done stands in the database, and the import itself goes on where it was killed, so whoever comes after a restart
takes up what is open: any of several hosts, one at a time.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from newsletter.clock import Clock, monotonic
from newsletter.database import Database
from newsletter.errors import NewsletterError
from newsletter.people import clicking, importwork, keepout, parcels, undoing
from newsletter.people.importwork import State, Work, WorkNotFound
from newsletter.people.keepout import KeepOut, Notes, Said, TakenBack
from newsletter.staff import audit
from newsletter.staff.permissions import Actor
from subscribers.errors import SubscribersError
from subscribers.exchange import imports
from subscribers.exchange.importing import import_people, rehearse_import
from subscribers.exchange.model import Import, ImportOrder, ImportState
from subscribers.exchange.sources import fingerprint, open_source
from subscribers.model import Reason
from subscribers.sentence import say
from subscribers.suppression import Back
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

log = structlog.get_logger()

S = State

# In the data folder, with SQLite: its one writer would hold up a mailing for as long as a hundred megabytes take. On PostgreSQL
# files lie in the database, which hosts share; there the folder has those that were brought before that was so. What comes out
# of a backup lies in the database in either case.
FOLDER = "uploads"
# Seconds between two words on how far it is.
TELL_EVERY = 1.0

_TROUBLE = say("It broke off, and was written down for the people who run this service. What was done is kept; try it again.")


class Stopped(Exception):  # noqa: N818 -- named for what happened
    """The process ends, or another has taken it up: what is done is kept, and it goes on there."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who carries, for one process."""

    database: Database
    keyring: Keyring
    data_dir: Path
    clock: Clock
    # Asked between batches; whoever wants it to stop is obeyed there.
    is_stopped: Callable[[], bool] = field(default=lambda: False)
    # Among all processes that carry: never a host's, so that a restarted one is another.
    name: str = field(default_factory=partial(secrets.token_hex, 8))

    def keep(self, order: ImportOrder, owner: str, data: bytes, *, reason: Reason | None = None) -> Work:
        """Keep a file for a while, with whoever brought it; with a *reason* it holds addresses that are to be kept out."""
        with self.database.write() as tx:
            return self.take_in(tx, order, owner, BytesIO(data), reason=reason)

    def take_in(self, tx: Transaction, order: ImportOrder, owner: str, file: BinaryIO, *, reason: Reason | None = None) -> Work:
        """Keep a file in a transaction: it is kept when that is done, and not at all when that fails."""
        work = importwork.begin(tx, order, owner, secrets.token_hex(16), self.clock(), reason=reason)
        if self.database.is_sqlite:
            # Before the row is there: one whose row never comes is swept.
            parcels.name(file, self._folder / work.stored)
        else:
            importwork.put(tx, work, file)
        return work

    def open(self, work: Work) -> BinaryIO | None:
        """Give the file of *work*; None when it is there no more."""
        path = self._folder / work.stored
        if work.stored and path.exists():
            return path.open("rb")
        with self.database.read() as tx:
            if not work.stored or not importwork.has_file(tx, work):
                return None
            return parcels.filled(self.data_dir, importwork.pieces_of(tx, work))

    def reopen(self, work: Work) -> BinaryIO:
        """Give the file of *work*, which was there a moment ago.

        Raises:
            WorkNotFound: it was deleted since.

        """
        file = self.open(work)
        if file is None:
            raise WorkNotFound(work.id)
        return file

    def drop(self, work: Work) -> bool:
        """Have a file no longer in hand, and delete it; False when somebody let it be worked on meanwhile."""
        with self.database.write() as tx:
            is_gone = importwork.let_go(tx, work)
        if is_gone:
            self._delete(work)
        return is_gone

    def carry(self) -> bool:
        """Do everything that is open, and delete what has come to its end; False when another process is at some of it."""
        self.sweep()
        with self.database.read() as tx:
            waiting = [work for work in importwork.waiting(tx) if work.state is S.UNDOING or self._has_file(tx, work)]
        # All of them, whatever becomes of the first.
        return all(list(map(self._take_up, waiting)))

    def _has_file(self, tx: Transaction, work: Work) -> bool:
        return bool(work.stored) and ((self._folder / work.stored).exists() or importwork.has_file(tx, work))

    def _take_up(self, work: Work) -> bool:
        with self.database.write() as tx:
            if not importwork.claim(tx, work, self.name, self.clock()):
                return False
            # Read before it was ours: another may have ended it meanwhile.
            current = importwork.by_id(tx, work.id)
        try:
            if current.state in importwork.OPEN:
                self._carry(current)
        finally:
            with self.database.write() as tx:
                importwork.release(tx, work, self.name)
        return True

    def sweep(self) -> None:
        """Delete what has come to its end, and files that nobody knows any more."""
        with self.database.read() as tx:
            over = importwork.over(tx, self.clock())
        for work in over:
            self.drop(work)
        if self._unwanted():
            # Whoever keeps one just now has a transaction that may write, and is done before or begins after.
            with self.database.write() as tx:
                for path in self._unwanted(tx):
                    path.unlink(missing_ok=True)

    def _unwanted(self, tx: Transaction | None = None) -> list[Path]:
        found = list(self._folder.glob("*")) if self._folder.exists() else []
        if not found:
            return []
        if tx is None:
            with self.database.read() as reading:
                return self._unwanted(reading)
        wanted = importwork.stored(tx)
        return [path for path in found if path.name not in wanted]

    @property
    def _folder(self) -> Path:
        return self.data_dir / FOLDER

    def _carry(self, work: Work) -> None:
        does = {S.TRYING: self._try, S.RUNNING: self._run, S.UNDOING: self._undo}[work.state]
        if work.reason is not None:
            does = self._let_in if work.state is S.UNDOING else self._keep_out
        try:
            does(work)
        except (NewsletterError, SubscribersError) as error:
            self._fail(work, str(error))
        except Stopped:
            log.info("an import is put down until the next start", work=work.id)
        except Exception:
            # A door: whatever is wrong with one file must not keep the others waiting.
            log.exception("an import broke off", work=work.id)
            self._fail(work, _TROUBLE)

    def _try(self, work: Work) -> None:
        with self.reopen(work) as file, self.database.bulk_writer() as writer:
            report = rehearse_import(writer.write, self.keyring, file, work.order, self.clock(), progress=self._progress(work))
        with self.database.write() as tx:
            importwork.move(tx, work, S.TRIED, before=S.TRYING, done=report.rows, report=asdict(report))

    def _run(self, work: Work) -> None:
        finished = self._finished(work)
        if finished is not None:
            # Killed behind the last row: doing it again would be another import, of nobody.
            self._end(work, finished.id, {**(work.report or {}), **asdict(finished.seen), **asdict(finished.taken)})
            return
        with self.reopen(work) as file, self.database.bulk_writer() as writer:
            known_by = fingerprint(file)
            report = import_people(
                writer.write,
                self.keyring,
                file,
                work.order,
                self.clock(),
                progress=self._noting(work, known_by),
                leaving=clicking.leave,
            )
        self._end(work, report.id, asdict(report))

    def _finished(self, work: Work) -> Import | None:
        if work.import_id is None:
            return None
        with self.database.read() as tx:
            known = imports.by_id(tx, work.import_id)
        return known if known.state is ImportState.FINISHED else None

    def _end(self, work: Work, import_id: int | None, report: Mapping[str, Any]) -> None:
        with self.database.write() as tx:
            values = {"done": report["rows"], "report": report, "import_id": import_id, "stored": ""}
            if importwork.move(tx, work, S.DONE, before=S.RUNNING, **values):
                importwork.forget_file(tx, work)
                figures = {"import": import_id, "rows": report["rows"], "added": report["added"], "basis": work.order.basis}
                self._record(tx, work, "subscribers.import", f"list {work.order.list_id}", figures)
        self._delete(work)

    def _noting(self, work: Work, known_by: str) -> Callable[[int], None]:
        """Tell how far it is, and at the first word which import it is."""
        tell, is_noted = self._progress(work), False

        def note(done: int) -> None:
            nonlocal is_noted
            if not is_noted:
                is_noted = True
                with self.database.write() as tx:
                    current = imports.unfinished(tx, work.order, known_by)
                    importwork.note_import(tx, work, current.id if current is not None else None)
            tell(done)

        return note

    def _undo(self, work: Work) -> None:
        assert work.import_id is not None  # begun with it
        with self.database.bulk_writer() as writer:
            undone = undoing.undo_import(writer.write, work.import_id, self.clock(), progress=self._progress(work))
        with self.database.write() as tx:
            if importwork.move(tx, work, S.UNDONE, before=S.UNDOING, report=asdict(undone)):
                self._record(tx, work, "subscribers.undo-import", f"import {work.import_id}", asdict(undone))

    def _keep_out(self, work: Work) -> None:
        """Keep its addresses out, or try that; whoever was killed does it again, which changes nothing of what is done."""
        assert work.reason is not None  # asked before
        order, is_rehearsal = work.order, work.state is S.TRYING
        terms = KeepOut(work.reason, order.list_id, self.clock())
        with self.reopen(work) as file, self.database.bulk_writer() as writer:
            people = open_source(file, encoding=order.encoding, said=order.columns, is_raw=order.is_raw).people
            report = keepout.keep_out_many(
                writer.write,
                self.keyring,
                people,
                terms,
                is_rehearsal=is_rehearsal,
                progress=self._progress(work),
                notes=Notes(
                    add=lambda tx, said: importwork.note_kept_out(tx, work.id, said.now, said.former),
                    has=lambda tx, standing: importwork.has_kept_out(tx, work.id, standing),
                ),
            )
        with self.database.write() as tx:
            noted = importwork.count_kept_out(tx, work.id)
            values: dict[str, object] = {"done": report.rows, "report": {**asdict(report), "noted": noted}}
            if is_rehearsal:
                importwork.move(tx, work, S.TRIED, before=S.TRYING, **values)
                return
            if importwork.move(tx, work, S.DONE, before=S.RUNNING, stored="", **values):
                importwork.forget_file(tx, work)
                self._record(tx, work, "suppressions.import", keepout.about(order.list_id), report.figures)
        self._delete(work)

    def _let_in(self, work: Work) -> None:
        """Take back what a file of addresses said; whoever was killed goes on with what is left of it."""

        def said(tx: Transaction, after: int) -> tuple[Said, ...]:
            return tuple(Said(now, former) for now, former in importwork.kept_out(tx, work.id, after, keepout.BATCH))

        def told(tx: Transaction, taken: Sequence[TakenBack]) -> None:
            _note_let_in(tx, work.id, taken)

        with self.database.bulk_writer() as writer:
            keepout.let_in_many(writer.write, said, self.clock(), told=told, progress=self._progress(work))
        with self.database.write() as tx:
            # Whatever was taken back is no more among what the file said.
            stays = importwork.count_kept_out(tx, work.id)
            after = importwork.by_id(tx, work.id)
            report = {**(work.report or {}), "lifted": after.lifted, "restored": after.restored, "stays": stays}
            if importwork.move(tx, work, S.UNDONE, before=S.UNDOING, report=report):
                figures: dict[str, object] = {"upload": work.id, "lifted": after.lifted}
                figures |= {"restored": after.restored, "stays": stays}
                self._record(tx, work, "suppressions.undo-import", keepout.about(work.order.list_id), figures)

    def _record(self, tx: Transaction, work: Work, act: str, subject: str, detail: dict[str, object]) -> None:
        audit.record(tx, Actor(work.undone_by or work.owner, None), act, subject, detail, self.clock())

    def _fail(self, work: Work, trouble: str) -> None:
        # What a file of addresses said is still noted: it is taken back by the same button as before.
        can_go_on = work.reason is not None and work.state is S.UNDOING
        with self.database.write() as tx:
            importwork.move(tx, work, S.DONE if can_go_on else S.FAILED, before=work.state, trouble=trouble)

    def _progress(self, work: Work) -> Callable[[int], None]:
        told_at = monotonic()

        def tell(done: int) -> None:
            nonlocal told_at
            if self.is_stopped():
                raise Stopped
            if monotonic() - told_at >= TELL_EVERY:
                told_at = monotonic()
                with self.database.write() as tx:
                    is_ours = importwork.tell(tx, work, done, self.name, self.clock())
                if not is_ours:
                    raise Stopped

        return tell

    def _delete(self, work: Work) -> None:
        if work.stored:
            with suppress(OSError):
                (self._folder / work.stored).unlink(missing_ok=True)


def _note_let_in(tx: Transaction, work_id: int, taken: Sequence[TakenBack]) -> None:
    """Count what was taken back, and let nothing come back with another file that this one said below it."""
    became = [one.back for one in taken]
    importwork.note_let_in(tx, work_id, lifted=became.count(Back.LIFTED), restored=became.count(Back.RESTORED))
    for one in taken:
        if one.back is Back.RESTORED:
            importwork.forget_restored(tx, work_id, one.said.now.id)
        elif one.back is Back.STANDS:
            importwork.take_from_under(tx, one.said.now, one.said.former)
