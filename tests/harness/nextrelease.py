"""The release behind this one, for tests: the same program with one migration more, which adds to the tables of a mailing."""

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from newsletter.shape import known
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


class NextRelease:
    """Lies in a folder, and is run from there."""

    def __init__(self, folder: Path) -> None:
        self.shape = f"{int(known()[-1]) + 1:04}"
        self._folder = folder
        package = folder / "newsletter"
        versions = package / "migrations" / "versions"
        versions.mkdir(parents=True)
        for name in ("subscribers", "templates"):
            (folder / name).symlink_to(ROOT / name)
        ours = ROOT / "newsletter"
        _link(ours, package, but={"migrations", "shape.py"})
        _link(ours / "migrations", package / "migrations", but={"versions"})
        _link(ours / "migrations" / "versions", versions, but=set())
        (versions / f"{self.shape}_next.py").write_text(_MIGRATION.format(shape=self.shape, before=known()[-1]))
        written = (ours / "shape.py").read_text()
        (package / "shape.py").write_text(re.sub(r"^SERVES = .*$", f'SERVES = "{known()[-1]}"', written, flags=re.MULTILINE))

    def run(self, settings: Mapping[str, str], *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of its commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "newsletter.cli", *words],
            cwd=self._folder,
            env={**own_environment(), **settings, "PYTHONPATH": str(self._folder)},
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
            cwd=self._folder,
            env={**own_environment(), **settings, "PYTHONPATH": str(self._folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()


def _link(source: Path, into: Path, but: set[str]) -> None:
    for path in source.iterdir():
        if path.name not in but | {"__pycache__"}:
            (into / path.name).symlink_to(path)
