"""Read what `npm audit --json` says: 1 when it tells of a hole that is no exception, 2 when it is no answer."""

import json
import sys
import tomllib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

# The shape that is read here; npm 7 and later write it.
REPORT = 2


def main() -> int:
    """Tell each hole in a line."""
    exceptions = tomllib.loads(Path(sys.argv[1]).read_text())["exception"]
    try:
        report = json.load(sys.stdin)
    except ValueError as error:
        return _no_answer(str(error))
    if not isinstance(report, dict) or report.get("auditReportVersion") != REPORT:
        error = report.get("error") if isinstance(report, dict) else None
        return _no_answer(str(report.get("message") or error) if isinstance(report, dict) else "it is no report")
    vulnerable = report["vulnerabilities"]
    if len(vulnerable) != report["metadata"]["vulnerabilities"]["total"]:
        return _no_answer("it counts more than it names")
    told = list(_told(vulnerable, {one["id"] for one in exceptions}))
    print(*told or ["No hole is known in what npm locks, exceptions aside."], sep="\n")  # noqa: T201 -- it is what was asked for
    return 1 if told else 0


def _told(vulnerable: dict[str, Any], exceptions: Collection[str]) -> Iterator[str]:
    """Give each hole once; a package that only needs one with a hole is named by npm, too, with that one's name."""
    known = {}
    for about in vulnerable.values():
        holes = [one for one in about["via"] if isinstance(one, dict)]
        known |= {(one["url"].rpartition("/")[2], one["name"]): one for one in holes}
        if not about["via"]:
            # Nothing to make an exception of.
            yield f"{about['name']}: {about['severity']}, for no reason that npm tells"
    for (name, package), one in sorted(known.items()):
        if name not in exceptions:
            yield f"{package} {one['range']}: {one['severity']}, {one['title']} ({one['url']})"


def _no_answer(why: str) -> int:
    print(f"npm was not asked, or did not answer: {why}", file=sys.stderr)  # noqa: T201 -- where scripts say it
    return 2


if __name__ == "__main__":
    sys.exit(main())
