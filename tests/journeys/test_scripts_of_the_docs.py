"""What the documentation shows of driving it from scripts is run as it stands there: by a shell, and by Python."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.staff import accounts, apikeys
from newsletter.staff.apikeys import Terms
from newsletter.staff.permissions import LOCAL_OPERATOR, Permission, Role
from tests.harness.house import House, house_of_copy
from tests.harness.newsroom import a_newsletter

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "drive-it-from-scripts.md"
# Seconds; a busy machine takes its time to load what it is asked for.
PATIENCE = 180
PEOPLE = "email,name\nbea@example.org,Bea\ncem@example.org,Cem\n"


def blocks(language: str) -> str:
    """Give all that the page shows in a language, one after the other."""
    return "\n".join(re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))


@pytest.fixture
def house(tmp_path: Path, sqlite_template: Path) -> Iterator[House]:
    """Give a house with one newsletter, as the page has in mind."""
    with house_of_copy(tmp_path, sqlite_template, "scripted") as opened:
        with opened.application.database.write() as tx:
            a_newsletter(tx)
        yield opened


@pytest.fixture
def surroundings(house: House, tmp_path: Path) -> dict[str, str]:
    """Give what a script finds around it: its key, and where the service is."""
    now = house.application.clock()
    with house.application.database.write() as tx:
        account = accounts.set_roles(tx, LOCAL_OPERATOR, accounts.add(tx, "ann", None, now), Role.ADMIN, {})
        _, key = apikeys.make(tx, account, "a script", Terms(frozenset(Permission)), now)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return {**os.environ, "SITE": house.url, "KEY": key, "PYTHONPATH": str(ROOT)}


def test_blocks_for_the_shell(surroundings: dict[str, str], tmp_path: Path) -> None:
    """Each line is done, and the people who came stand in the file that goes out."""
    command = ["bash", "-euo", "pipefail", "-c", blocks("bash")]
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False, timeout=PATIENCE
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 3 == len((tmp_path / "people.ndjson").read_text().splitlines())


def test_blocks_for_python(surroundings: dict[str, str], tmp_path: Path) -> None:
    """The file is tried, and the issue goes out in a minute, or would."""
    command = [sys.executable, "-c", blocks("python")]
    done = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False, timeout=PATIENCE
    )

    assert 0 == done.returncode, done.stderr
    assert "2 rows, 2 would be added" in done.stdout
    assert "goes out at" in done.stdout
