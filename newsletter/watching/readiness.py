"""Whether this process can be given work: asked by load balancers, before anybody is sent here."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.database import Database, DatabaseFault


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands in the way; nothing a stranger could use."""

    is_answering: bool
    # The tables have a shape that this version works on.
    is_fitting: bool
    is_stopping: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether nothing does."""
        return self.is_answering and self.is_fitting and not self.is_stopping

    def document(self) -> Mapping[str, str]:
        """Say it as JSON says it."""
        shape = ("fits" if self.is_fitting else "differs") if self.is_answering else "unknown"
        return {
            "status": "ready" if self.is_ready else "not ready",
            "database": "answers" if self.is_answering else "silent",
            "shape": shape,
            "process": "stopping" if self.is_stopping else "running",
        }


def look(database: Database, *, is_stopping: bool) -> Readiness:
    """Ask the database."""
    if not database.answers():
        return Readiness(is_answering=False, is_fitting=False, is_stopping=is_stopping)
    try:
        return Readiness(is_answering=True, is_fitting=not database.misfit(), is_stopping=is_stopping)
    except DatabaseFault:
        return Readiness(is_answering=True, is_fitting=False, is_stopping=is_stopping)
