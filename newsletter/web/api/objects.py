"""Objects on lines, written as the rows of a table for what reads tables."""

import csv
import json
from collections.abc import Iterator, Mapping
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO

from newsletter.people import parcels
from newsletter.web.api.problems import BodyUnreadable

# Of a line, which stands for one person.
MOST_FIELDS = 200
LONGEST_LINE = 1_000_000


def as_table(file: BinaryIO, folder: Path) -> BinaryIO:
    """Give a file without a name in *folder* that says as CSV what *file* says as NDJSON; it is read twice, line by line.

    Raises:
        BodyUnreadable: a line is no object of texts.

    """
    names: dict[str, None] = {}
    for row in _rows(file):
        names.update(dict.fromkeys(row))
        if len(names) > MOST_FIELDS:
            raise BodyUnreadable("Its lines have too many names.")
    table = parcels.nameless(folder)
    text = TextIOWrapper(table, "utf-8", "replace", newline="")
    writer = csv.DictWriter(text, list(names), restval="")
    writer.writeheader()
    writer.writerows(_rows(file))
    text.detach()
    table.seek(0)
    return table


def _rows(file: BinaryIO) -> Iterator[Mapping[str, str]]:
    file.seek(0)
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE), b""), 1):
        if line.strip():
            yield _row(number, line)


def _row(number: int, line: bytes) -> Mapping[str, str]:
    try:
        known = json.loads(line)
    # RecursionError: brackets in brackets.
    except (ValueError, RecursionError) as error:
        raise BodyUnreadable(f"Line {number} is no JSON.") from error
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise BodyUnreadable(f"Line {number} is no object whose values are texts.")
    return {name: value.replace("\0", "") for name, value in known.items()}
