"""The versions that are locked: none of them is one with which somebody was hurt, or it is said why that is no matter (W16)."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))

# What npm locks, by name.
NPM = {
    name.rpartition("node_modules/")[2]
    for name in json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
} - {""}

EXCEPTIONS = ROOT / "requirements" / "exceptions.toml"
# A reason that was good when it was written is looked at again behind this.
OLDEST = timedelta(days=183)
# No reason is shorter.
SHORTEST_REASON = 40

_ID = re.compile(r"(CVE-\d{4}-\d{4,}|PYSEC-\d{4}-\d+|GHSA(-[0-9a-z]{4}){3})")
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


def faults(document: Mapping[str, Any]) -> list[str]:
    """Give what is wrong with the exceptions."""
    known = {name for lock in LOCKS for name in pins(lock)} | NPM
    locked, found = document["locked"], []
    for one in document["exception"]:
        since = one.get("since")
        if set(one) != {"id", "package", "since", "reason"} or not _ID.fullmatch(one["id"]):
            found.append("is not an id, a package, a date and a reason")
        elif type(since) is not date or not locked - OLDEST <= since <= locked:
            found.append("is dated behind the locks, or long before them")
        elif one["package"] not in known:
            found.append("is of nothing that is locked")
        elif len(one["reason"]) < SHORTEST_REASON:
            found.append("has no reason")
    return found


def test_every_exception_is_dated_argued_for_and_of_what_is_locked() -> None:
    """Else a hole that was put up with for a week is there for ever (W16)."""
    document = tomllib.loads(EXCEPTIONS.read_text())

    assert {"locked", "exception"} == set(document)
    assert [] == faults(document)


GOOD = MappingProxyType(
    {
        "id": "PYSEC-2026-1",
        "package": "starlette",
        "since": date(2026, 6, 1),
        "reason": "Nothing here calls the function in which it is.",
    }
)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"id": "all of them"}, ["is not an id, a package, a date and a reason"]),
        ({"since": "2026-06-01"}, ["is dated behind the locks, or long before them"]),
        ({"since": date(2026, 7, 2)}, ["is dated behind the locks, or long before them"]),
        ({"since": date(2025, 12, 1)}, ["is dated behind the locks, or long before them"]),
        ({"package": "esbuild", "id": "GHSA-67mh-4wv8-2f99"}, []),
        ({"package": "left-pad"}, ["is of nothing that is locked"]),
        ({"reason": "later"}, ["has no reason"]),
    ],
)
def test_what_is_no_exception_is_told(change: Mapping[str, object], expected: list[str]) -> None:
    """A wrong day, another package, or no reason."""
    assert expected == faults({"locked": date(2026, 7, 1), "exception": [{**GOOD, **change}]})


def test_the_audit_passes_over_exceptions_and_nothing_else(tmp_path: Path) -> None:
    """Whoever asks PyPI asks about the locks as they are; what it does not know fails."""
    for name in ("scripts", "requirements"):
        (tmp_path / name).mkdir()
    (tmp_path / "frontend").mkdir()
    for name in ("audit", "holes.py"):
        (tmp_path / "scripts" / name).write_text((ROOT / "scripts" / name).read_text())
    (tmp_path / "requirements" / "exceptions.toml").write_text(
        '[[exception]]\nid = "PYSEC-2026-1"\n[[exception]]\nid = "CVE-2026-2"\n'
    )
    answer = tmp_path / "answer"
    answer.write_text('{"auditReportVersion": 2, "vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}}}')
    done = subprocess.run(
        ["/usr/bin/env", "bash", tmp_path / "scripts" / "audit"],
        env={**os.environ, "AUDIT": "echo", "NPM": f"sed -n p {answer} --", "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=True,
    )
    said = "--strict --disable-pip --require-hashes --requirement requirements/{}.lock"
    said += " --ignore-vuln PYSEC-2026-1 --ignore-vuln CVE-2026-2"

    assert [said.format("run"), said.format("build")] == done.stdout.splitlines()[:2]
