"""Row suite, the other half of D06: tests of the product on PostgreSQL, every one of them behind PgBouncer."""

import os
import re
import subprocess
import sys
import time

from tests.cluster.cluster import Cluster
from tests.harness.processes import ROOT, own_environment
from tests.harness.trial import Record

# What several hosts do at once: claim, mail, mark, take back, share what is limited, and look for what is due. All others are
# run so by `TESTS_POOLED=1 make test`, which takes as long as that.
PLACES = (
    "tests/newsletter/mail/test_ledger.py",
    "tests/newsletter/mail/test_workers.py",
    "tests/newsletter/mail/test_roster.py",
    "tests/newsletter/mail/test_dispatch.py",
    "tests/newsletter/mail/test_limits.py",
    "tests/newsletter/mail/test_scribe.py",
    "tests/newsletter/mail/test_shift.py",
    "tests/newsletter/mail/test_crew.py",
    "tests/newsletter/mail/test_partitions.py",
    "tests/newsletter/mail/test_conservation.py",
    "tests/newsletter/worker/test_clocks.py",
    "tests/newsletter/worker/test_steps.py",
    "tests/newsletter/test_postgres.py",
)
# They take some minutes; one that hangs fails the row.
LONGEST = 1_200.0
_PASSED = re.compile(r"(\d+) passed")
_OTHERS = re.compile(r"\d+ (?:failed|errors?|skipped|xfailed|xpassed)")


def behind_a_pooler(_cluster: Cluster, scale: float, seed: int) -> Record:
    """Run them; what fails is said."""
    began = time.monotonic()
    chosen = PLACES if scale >= 1 else PLACES[-1:]
    words = ("-m", "pytest", "-q", "-k", "postgres", "-p", "no:cacheprovider", "--no-header", *chosen)
    done = subprocess.run(
        (sys.executable, *words), cwd=ROOT, env=own_environment() | {"TESTS_POOLED": "1"},
        capture_output=True, text=True, check=False, timeout=LONGEST,
    )  # fmt: skip
    last = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-300:]
    passed = int(found[1]) if (found := _PASSED.search(last)) else 0
    is_good = done.returncode == os.EX_OK and passed > 0 and not _OTHERS.search(last)
    if not is_good:
        sys.stderr.write(f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}\n")
    note = f"{passed} tests passed on PostgreSQL behind PgBouncer in transaction mode" + (
        "" if is_good else f"; NOT all: {last}"
    )
    return Record(
        "suite", "postgresql", seed, is_good=is_good, kills=passed, seconds=round(time.monotonic() - began, 1), note=note
    )
