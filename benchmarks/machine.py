"""What the figures were measured on."""

import os
import platform
import re
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from benchmarks import instance
from benchmarks.postfix import ROOT
from newsletter.clock import system_clock

ROUNDS = 50
PAGE = 4096


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine, on one day."""

    processor: str
    cores: int
    memory_gb: float
    # One write of 4 KiB and fdatasync, the median, where the ledger lies.
    fdatasync_ms: float
    kernel: str
    system: str
    python: str
    sqlite: str
    uvloop: str
    cryptography: str
    # The state of the code.
    revision: str
    date: str


def describe() -> Machine:
    """Look at this machine."""
    return Machine(
        processor=field_of(_text("/proc/cpuinfo"), "model name") or platform.processor() or platform.machine(),
        cores=os.cpu_count() or 0,
        memory_gb=round(int(field_of(_text("/proc/meminfo"), "MemTotal").partition(" ")[0] or 0) / 1024 / 1024, 1),
        fdatasync_ms=_fdatasync_ms(),
        kernel=f"{platform.system()} {platform.release()}",
        system=field_of(_text("/etc/os-release").replace("=", ": "), "PRETTY_NAME").strip('"'),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        uvloop=_version("uvloop"),
        cryptography=_version("cryptography"),
        revision=_revision(),
        date=system_clock().date().isoformat(),
    )


def field_of(text: str, name: str) -> str:
    """Give the first value of a `name : value` in a file of the kernel; empty when there is none."""
    found = re.search(rf"(?m)^{re.escape(name)}\s*:\s*(.*)$", text)
    return found[1].strip() if found else ""


def _text(path: str) -> str:
    file = Path(path)
    return file.read_text() if file.exists() else ""


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _revision() -> str:
    try:
        done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607 -- whichever git there is
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


def _fdatasync_ms() -> float:
    times = []
    with instance.folder() as path, (Path(path) / "probe").open("wb", buffering=0) as file:
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            file.write(b"x" * PAGE)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - begun)
    return round(median(times) * 1000, 3)
