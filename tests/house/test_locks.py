"""The versions that are locked: none of them is one with which somebody was hurt (W16)."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

_PIN = re.compile(r"^([a-z0-9-]+)==([0-9][0-9A-Za-z.]*)", re.MULTILINE)

# The least version, and what the one before let happen.
LEAST: Mapping[str, str] = MappingProxyType(
    {
        # Host headers in authorisation (CVE-2026-48710, PYSEC-2026-248); forms and ranges without end (CVE-2025-62727).
        "starlette": "1.3.0",
        # A second command in an address, plain text before STARTTLS (PYSEC-2026-2338).
        "aiosmtplib": "5.1.2",
        # Out of the sandbox (CVE-2025-27516).
        "jinja2": "3.1.6",
        "feedparser": "6.0.14",
        "mjml-python": "1.4.2",
        # Forms that cost the square of their length (CVE-2024-53981).
        "python-multipart": "0.0.18",
        # Chunks that two programs read differently (CVE-2025-43859).
        "h11": "0.16.0",
    },
)


def pins(lock: Path) -> Mapping[str, str]:
    """Give what a lock names, with its version."""
    return dict(_PIN.findall(lock.read_text()))


def order(version: str) -> tuple[int, ...]:
    """Give a version as numbers that can be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", version))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_version_is_locked_that_hurt_somebody(lock: Path) -> None:
    """Whoever writes the locks anew does not go back behind what was mended (W16)."""
    known = pins(lock)

    assert known
    assert {} == {name: known[name] for name in LEAST if name in known and order(known[name]) < order(LEAST[name])}


def test_what_runs_has_all_of_them() -> None:
    """A name that was mistyped here would hold nothing."""
    assert set() == set(LEAST) - set(pins(ROOT / "requirements" / "run.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_locked_by_its_content(lock: Path) -> None:
    """What a registry gives out under the same name and version is what was tried."""
    entries = re.split(r"^(?=[a-z0-9-]+==)", lock.read_text(), flags=re.MULTILINE)[1:]

    assert entries
    assert [] == [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
