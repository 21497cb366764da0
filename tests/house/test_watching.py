"""Boards and alert rules ask for what the code tells, and every rule has its entry in the run-book."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import promql_parser
import pytest
import yaml
from promql_parser import VectorSelector

from newsletter.issues.model import IssueState
from newsletter.mail.delivery import DeliveryState
from newsletter.meters import Kind
from newsletter.watching.readings import METRICS, OUTCOMES

FOLDER = Path(__file__).parents[2] / "docs" / "watching"
RULES = [rule for group in yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"] for rule in group["rules"]]
BOARD = json.loads((FOLDER / "dashboard.json").read_text())
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
# What Prometheus and its library tell of any process.
FOREIGN = {"up", "process_resident_memory_bytes", "process_cpu_seconds_total"}
TARGET_LABELS = {"instance", "job"}
# What a label may be, where the code has a list of it.
VALUES = {
    ("newsletter_verdicts_total", "state"): {one.value for one in DeliveryState},
    ("newsletter_queue_people", "state"): {"waiting", "held", "deferred", "uncertain"},
    ("newsletter_issue_people", "outcome"): set(OUTCOMES),
    ("newsletter_workers", "standing"): {"alive", "lost"},
    ("newsletter_issues", "state"): {one.value for one in IssueState},
    ("newsletter_http_requests_total", "part"): {"public", "desk", "api", "hooks", "watch"},
    ("newsletter_http_request_seconds_bucket", "part"): {"public", "desk", "api", "hooks", "watch"},
    ("newsletter_http_requests_total", "status"): {"2xx", "3xx", "4xx", "5xx"},
    ("newsletter_log_lines_total", "level"): {"debug", "info", "warning", "error", "critical"},
}


def samples() -> dict[str, set[str]]:
    """Give everything that can be asked for, with its labels."""
    known: dict[str, set[str]] = {}
    for one in METRICS:
        ends = {Kind.HISTOGRAM: ("_bucket", "_sum", "_count"), Kind.SUMMARY: ("_sum", "_count")}.get(one.kind, ("",))
        for end in ends:
            known[one.name + end] = {*one.labels, *(("le",) if end == "_bucket" else ())}
    return known


def queries() -> list[tuple[str, str]]:
    """Give every question, and where it stands."""
    of_board = [(panel["title"], target["expr"]) for panel in PANELS for target in panel["targets"]]
    return [*((rule["alert"], rule["expr"]) for rule in RULES), *of_board]


def selectors(query: str) -> Iterator[VectorSelector]:
    """Give what a question asks for; Grafana's own words for spans of time are filled in first."""
    found: list[VectorSelector] = []

    def look(node: object) -> None:
        if isinstance(node, VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(query.replace("$__rate_interval", "5m")), look)
    yield from found


@pytest.mark.parametrize(("where", "query"), queries(), ids=[f"{number}" for number, _ in enumerate(queries())])
def test_what_is_asked_for_is_told(where: str, query: str) -> None:
    """It is understood, every metric is one of the code's, and so are its labels and their values."""
    known = samples()
    asked = list(selectors(query))

    assert asked, where
    for one in asked:
        if one.name in FOREIGN:
            continue
        assert one.name in known, f"{where} asks for {one.name}"
        for matcher in one.matchers.matchers:
            assert matcher.name in known[one.name] | TARGET_LABELS, f"{where}: {one.name} has no {matcher.name}"
            values = VALUES.get((one.name, matcher.name))
            assert values is None or set(matcher.value.split("|")) <= values, f"{where}: {matcher.name}={matcher.value}"
    labels = {label for names in re.findall(r"\b(?:by|on) \(([^)]*)\)", query) for label in names.replace(" ", "").split(",")}
    told = {label for one in asked if one.name for label in known.get(one.name, set())} | TARGET_LABELS
    assert labels <= told, f"{where} sums by {labels - told}"


def test_every_rule_has_an_entry_in_the_run_book_and_every_entry_a_rule() -> None:
    """In the same order, saying whether it wakes somebody."""
    entries = re.findall(r"^## (\w+)\n\n\*(Page|Ticket)\.\*", (FOLDER / "run-book.md").read_text(), re.MULTILINE)

    assert [(rule["alert"], rule["labels"]["severity"].title()) for rule in RULES] == entries
    assert all(rule["annotations"]["run_book"] == f"run-book.md#{rule['alert'].lower()}" for rule in RULES)
    assert all(rule["annotations"]["summary"] for rule in RULES)


def test_every_metric_is_on_the_board() -> None:
    """What nobody looks at need not be told."""
    shown = {one.name for panel in PANELS for target in panel["targets"] for one in selectors(target["expr"]) if one.name}
    stems = {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}

    assert [] == [one.name for one in METRICS if one.name not in stems | shown]


def test_the_board_has_its_panels_side_by_side() -> None:
    """None hides another, each number is given once, and every question goes to the source that was chosen."""
    taken: dict[tuple[int, int], str] = {}
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        cells = [(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])]
        assert [] == [taken[cell] for cell in cells if cell in taken], panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= dict.fromkeys(cells, panel["title"])

    assert len({panel["id"] for panel in BOARD["panels"]}) == len(BOARD["panels"])
    assert {"${source}"} == {target["datasource"]["uid"] for panel in PANELS for target in panel["targets"]}
