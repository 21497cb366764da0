"""Writes what came out of a soak into docs/reliability.md: `python -m tests.faults.soaktable FILE [NAME]`."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.harness.trial import Record

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
# The one whose rows are run once each, with a sentence on each.
CLUSTER = "cluster"
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


def words(records: list[Record]) -> str:
    """Give what each run said of itself, one line for each."""
    return "".join(f"- {record.row}: {_plain(record)}.\n" for record in records)


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
    return f"{record.row} on {record.database}: `{_plain(record)}`"


def _plain(record: Record) -> str:
    # Notes hold what relays and workers said: on one line, and no markup.
    words = " ".join(record.note.replace("|", "/").replace("<", "(").replace(">", ")").split())
    return words[:300].replace("`", "")


def read(lines: str) -> Iterator[Record]:
    """Read the records of a soak."""
    for line in lines.splitlines():
        yield Record(**json.loads(line))


def main() -> None:
    """Put the table where the page has its place for it, under the name of what was run."""
    file, name = sys.argv[1:3] if len(sys.argv) > 2 else (sys.argv[1], "soak")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    records = list(read(Path(file).read_text(encoding="utf-8")))
    told = table(records)
    if name == CLUSTER:
        # Its rows are run at once, and end in any order.
        records.sort(key=lambda one: one.row)
        told = f"{table(records)}\nWhat was seen:\n\n{words(records)}"
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    PAGE.write_text(f"{before}{begin}\n{told}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
