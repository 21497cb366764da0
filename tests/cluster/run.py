"""Everything that goes wrong between hosts, one row after the other; each writes one line of JSON.

`python -m tests.cluster.run --out FILE [--seed N] [--only D03] [--quick]`, inside namespaces that scripts/cluster makes; ends
with 0 when every row held.
"""

import argparse
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import FrameType

from tests.cluster import pages, rows
from tests.cluster.cluster import PACE, Cluster, cluster
from tests.harness.trial import Record

Row = Callable[[Cluster, float, int], Record]

ROWS: Mapping[str, Row] = {
    "D01": rows.restart,
    "D05": partial(rows.lose_the_database, half=True),
    "R04": rows.stand_still,
    "S15": rows.share_a_rate,
    "T03": rows.one_issue,
    "slow": rows.slow_host,
    "D02": rows.break_connections,
    "D06": partial(rows.break_connections, pooled=True),
    "R02": rows.soak,
    "rolling": rows.roll,
    "D03": rows.lose_the_database,
    "T05": partial(rows.one_issue, clocks=("+3h", "-3h", "")),
    "D07": rows.twelve_at_once,
    "D04": rows.lose_the_relay,
    "web": pages.serve_two,
}
# What `--quick` makes of everything.
QUICK = 0.05


def _one(row: str, here: Cluster, scale: float, seed: int) -> Record:
    try:
        return ROWS[row](here, scale, seed)
    except Exception as error:  # noqa: BLE001 -- the others are to be run all the same
        traceback.print_exc()
        for at in here.hosts.values():
            sys.stderr.write(f"--- {at.name}\n{at.words[-1500:]}\n")
        return Record(row, "postgresql", seed, is_good=False, note=f"{type(error).__name__}: {error}"[:1000])


def _stopped(_signal: int, _frame: FrameType | None) -> None:
    # Ended like this its PostgreSQL and its hosts end with it.
    sys.exit(128 + signal.SIGTERM)


def main() -> int:
    """Run, write down, and say what did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.run", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file that gets one line of JSON for each row")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"), help="drawn if not said")
    parser.add_argument("--only", action="append", default=[], choices=list(ROWS), help="only this row; may be repeated")
    parser.add_argument("--quick", action="store_true", help="as few people as show it")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stopped)
    is_good = True
    scale = QUICK if options.quick else 1.0
    with tempfile.TemporaryDirectory(prefix="newsletter-cluster-") as name, options.out.open("a", encoding="utf-8") as out:
        Path(name).chmod(0o755)
        with cluster(Path(name), 0.0 if options.quick else PACE) as here:
            for row in options.only or ROWS:
                record = _one(row, here, scale, options.seed)
                out.write(record.line() + "\n")
                out.flush()
                is_good = is_good and record.is_good
                mark = "ok " if record.is_good else "BAD"
                sys.stderr.write(f"{mark} {record.row} {record.seconds} s: {record.note[:400]}\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
