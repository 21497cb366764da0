"""The cluster in its short form: networks are made and joined as in the long one, and one row is run in them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import net
from tests.cluster.run import ROWS
from tests.faults.soaktable import read
from tests.harness import pgbouncer
from tests.harness.processes import ROOT, own_environment

KINDS = ("--mount", "--net", "--pid", "--uts", "--ipc")
NAMESPACES = (*KINDS, "--fork", "--kill-child", "--mount-proc", "--propagation", "private")


def test_three_hosts_behind_a_pooler_mail_an_issue_whatever_breaks(tmp_path: Path) -> None:
    """D06, short: they share fewer connections than they ask for, and those are ended; nobody is missed or gets it twice."""
    missing = "" if shutil.which("ip") else "networks of hosts need the package iproute2: on Debian, scripts/hostpackages"
    if reason := missing or net.why_none() or pgbouncer.is_permitted():
        pytest.skip(reason)
    out = tmp_path / "out"
    words = ("-W", "ignore", "-m", "tests.cluster.run", "--quick", "--only", "D06", "--out", str(out))
    command = ("unshare", *NAMESPACES, sys.executable, *words)
    done = subprocess.run(command, cwd=ROOT, env=own_environment(), capture_output=True, text=True, check=False, timeout=300)
    assert 0 == done.returncode, done.stderr[-4000:]

    assert [("D06", True)] == [(one.row, one.is_good) for one in read(out.read_text())]


def test_every_row_of_the_cluster_is_told_of() -> None:
    """What is tried between hosts stands on the page that tells what was tried."""
    page = (ROOT / "docs" / "reliability.md").read_text()
    told = page.partition("<!-- cluster: begin -->")[0].partition("## Several hosts")[2]

    assert [] == [row for row in ROWS if f"| {row} |" not in told]
