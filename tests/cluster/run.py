"""Everything that goes wrong between hosts, several rows at a time; each writes one line of JSON.

`python -m tests.cluster.run --out FILE [--seed N] [--only D03] [--quick] [--lanes N]`, inside namespaces that scripts/cluster
makes; ends with 0 when every row held.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from pathlib import Path
from types import FrameType

from tests.cluster import moments, operations, pages, rows, suite
from tests.cluster.cluster import PACE, Cluster, Site, site
from tests.harness.trial import Record

Row = Callable[[Cluster, float, int], Record]

# Those that take longest come first, so that none is waited for in the end.
ROWS: Mapping[str, Row] = {
    "suite": suite.behind_a_pooler,
    "D01": rows.restart,
    "web": pages.serve_two,
    "D03": rows.lose_the_database,
    "D05": partial(rows.lose_the_database, half=True),
    "D04": rows.lose_the_relay,
    "rolling": rows.roll,
    "failover": operations.fail_over,
    "pooler": operations.restart_the_pooler,
    "T03": moments.die_at_every_step,
    "T05": moments.lie_about_the_time,
    "D06": partial(rows.break_connections, pooled=True),
    "R02": rows.soak,
    "R04": rows.stand_still,
    "S15": rows.share_a_rate,
    "disk": operations.fill_a_disk,
    "D02": rows.break_connections,
    "D07": rows.twelve_at_once,
    "slow": rows.slow_host,
}
# What `--quick` makes of everything.
QUICK = 0.05
# How many rows are run at once: they wait most of the time, for leases, time-outs, and a relay that takes its time.
LANES = 3


def _one(row: str, here: Site, scale: float, seed: int) -> Record:
    with here.cluster(row) as cluster:
        try:
            return ROWS[row](cluster, scale, seed)
        except Exception as error:  # noqa: BLE001 -- the others are to be run all the same
            traceback.print_exc()
            for at in cluster.hosts.values():
                sys.stderr.write(f"--- {row} {at.name}\n{at.words[-1500:]}\n")
            return Record(row, "postgresql", seed, is_good=False, note=f"{type(error).__name__}: {error}"[:1000])


def _all(chosen: Sequence[str], here: Site, options: argparse.Namespace) -> bool:
    """Run the rows, write each down when it is through; whether all held."""
    scale, is_good = QUICK if options.quick else 1.0, True
    with options.out.open("a", encoding="utf-8") as out, ThreadPoolExecutor(options.lanes) as lanes:
        for done in as_completed([lanes.submit(_one, row, here, scale, options.seed) for row in chosen]):
            record = done.result()
            out.write(record.line() + "\n")
            out.flush()
            is_good = is_good and record.is_good
            mark = "ok " if record.is_good else "BAD"
            sys.stderr.write(f"{mark} {record.row} {record.seconds} s: {record.note[:400]}\n")
    return is_good


def main() -> int:
    """Run, write down, and say what did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.cluster.run", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="file that gets one line of JSON for each row")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"), help="drawn if not said")
    parser.add_argument("--only", action="append", default=[], choices=list(ROWS), help="only this row; may be repeated")
    parser.add_argument("--quick", action="store_true", help="as few people as show it")
    parser.add_argument("--lanes", type=int, default=LANES, help="so many rows at once")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsletter-cluster-") as name:
        Path(name).chmod(0o755)
        # Whatever is made is in it, and goes with it.
        tempfile.tempdir = name

        def stop(number: int, _frame: FrameType | None) -> None:
            # Rows are under way in other threads: with this process everything ends that was started here.
            shutil.rmtree(name, ignore_errors=True)
            os._exit(128 + number)

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        with site(Path(name), 0.0 if options.quick else PACE) as here:
            return 0 if _all(options.only or list(ROWS), here, options) else 1


if __name__ == "__main__":
    sys.exit(main())
