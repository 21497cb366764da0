"""Writes what came out of a soak into docs/reliability.md: `python -m tests.faults.soaktable FILE [NAME]`."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness.trial import Record

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
COLUMNS = (
    "row",
    "database",
    "runs",
    "people",
    "seed",
    "kills or acts",
    "accepted",
    "uncertain (sink has)",
    "doubled",
    "missing",
    "after the last kill",
    "seconds",
    "held",
)
HEAD = (f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|")


def table(records: list[Record]) -> str:
    """Give the table, one line for each row and database."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record.row, record.database), []).append(record)
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    bad = [record for record in records if not record.is_good]
    lines = [
        f"{len(records)} runs on {machine}; {len(records) - len(bad)} held.",
        "",
        *HEAD,
        *(_line(row, database, group) for (row, database), group in groups.items()),
    ]
    lines += ["", "What did not hold:", "", *(f"- {_cell(one)}" for one in bad)] if bad else []
    return "\n".join(lines) + "\n"


def _line(row: str, database: str, group: list[Record]) -> str:
    def total(name: str) -> int:
        return sum(getattr(record, name) for record in group)

    seeds = ", ".join(sorted({str(record.seed) for record in group if record.seed})) or "—"
    after = max(record.after for record in group)
    held = sum(record.is_good for record in group)
    cells = [
        row,
        database,
        str(len(group)),
        f"{total('people'):,}",
        seeds,
        f"{total('kills'):,}",
        f"{total('accepted'):,}",
        f"{total('uncertain')} of {total('bound')} allowed ({total('uncertain_taken')})",
        str(total("duplicates")),
        str(total("missing")),
        f"{after:.1f} s" if after else "—",
        f"{sum(record.seconds for record in group):.0f}",
        "all" if held == len(group) else f"**{held} of {len(group)}**",
    ]
    return f"| {' | '.join(cells)} |"


def _cell(record: Record) -> str:
    # Notes hold what relays and workers said: on one line, and no markup.
    words = " ".join(record.note.replace("|", "/").replace("<", "(").replace(">", ")").split())
    return f"{record.row} on {record.database}: `{words[:300].replace('`', '')}`"


def read(lines: str) -> Iterator[Record]:
    """Read the records of a soak."""
    for line in lines.splitlines():
        yield Record(**json.loads(line))


def main() -> None:
    """Put the table where the page has its place for it, under the name of what was run."""
    file, name = sys.argv[1:3] if len(sys.argv) > 2 else (sys.argv[1], "soak")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    records = list(read(Path(file).read_text(encoding="utf-8")))
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{table(records)}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
