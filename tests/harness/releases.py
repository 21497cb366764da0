"""Releases before and behind this one, for tests: each lies in a folder, and is run from there."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from newsletter.shape import SERVES, known
from tests.harness.processes import LONGEST_RUN, ROOT, own_environment

_MIGRATION = '''"""The next release."""

import sqlalchemy as sa
from alembic import op

revision = "{shape}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("of_next_release", sa.Text(), server_default="", nullable=False))
    op.create_table("next_release", sa.Column("id", sa.Integer(), primary_key=True))
'''
_VERSIONS = "newsletter/migrations/versions"


@dataclass(frozen=True, slots=True)
class Release:
    """A release in a folder, and the shape that it gives to tables."""

    folder: Path
    shape: str

    def run(self, settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands to its end."""
        return self.python(settings, "-m", "newsletter.cli", *words)

    def python(self, settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        """Run Python with its modules."""
        return subprocess.run(
            [sys.executable, *words],
            cwd=self.folder,
            env=self._environment(settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_RUN,
        )

    @contextmanager
    def running(self, settings: Mapping[str, str], *words: str) -> Iterator[subprocess.Popen[str]]:
        """Run one of its commands while the block lasts."""
        with subprocess.Popen(
            [sys.executable, "-m", "newsletter.cli", *words],
            cwd=self.folder,
            env=self._environment(settings),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        return {**own_environment(), **settings, "PYTHONPATH": str(self.folder)}


def next_release(folder: Path) -> Release:
    """Make the release behind this one: the same program with one migration more, which adds to the tables of a mailing."""
    shape = f"{int(known()[-1]) + 1:04}"
    package = folder / "newsletter"
    versions = package / "migrations" / "versions"
    versions.mkdir(parents=True)
    for name in ("subscribers", "templates"):
        (folder / name).symlink_to(ROOT / name)
    ours = ROOT / "newsletter"
    _link(ours, package, but={"migrations", "shape.py"})
    _link(ours / "migrations", package / "migrations", but={"versions"})
    _link(ours / "migrations" / "versions", versions, but=set())
    (versions / f"{shape}_next.py").write_text(_MIGRATION.format(shape=shape, before=known()[-1]))
    written = (ours / "shape.py").read_text()
    (package / "shape.py").write_text(re.sub(r"^SERVES = .*$", f'SERVES = "{known()[-1]}"', written, flags=re.MULTILINE))
    return Release(folder, shape)


def former_release(folder: Path) -> Release | None:
    """Take the former release out of the history: the last program of the oldest shape that this one serves.

    None where there is no such history, as in a source archive.
    """
    git = shutil.which("git")
    following = next(shape for shape in known() if shape > SERVES)
    asked = ("log", "--diff-filter=A", "--format=%H", "-1", "--", f"{_VERSIONS}/{following}_*.py")
    came = "" if git is None else _said(git, *asked).decode().strip()
    if git is None or not came or not _said(git, "rev-parse", "--verify", "--quiet", f"{came}^"):
        return None
    folder.mkdir()
    packed = _said(git, "archive", f"{came}^", "newsletter", "subscribers", "templates", "tests")
    subprocess.run(["tar", "x"], cwd=folder, input=packed, check=True)  # noqa: S607 -- of the system
    shapes = sorted(path.name[:4] for path in (folder / _VERSIONS).glob("0*.py"))
    return Release(folder, shapes[-1])


def _said(git: str, *words: str) -> bytes:
    """Ask git something; empty where it has no answer."""
    return subprocess.run([git, *words], cwd=ROOT, capture_output=True, check=False).stdout


def _link(source: Path, into: Path, but: set[str]) -> None:
    for path in source.iterdir():
        if path.name not in but | {"__pycache__"}:
            (into / path.name).symlink_to(path)
