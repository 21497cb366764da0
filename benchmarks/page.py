"""The page of figures: docs/benchmarks.md and its pictures, made from what the benchmarks said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks import keeping
from benchmarks.drawing import Bar, bars, lines

TEMPLATE = "page.md.jinja"

# Which runs of `benchmarks.mailer` stand in one table, under which words.
MAILINGS = {
    "mailer": "newsletter, SQLite",
    "asyncio": "the same without uvloop",
    "dkim": "the same, signed with RSA-2048",
    "postgresql": "newsletter, PostgreSQL",
}

# The same of `benchmarks.people`; the names of the runs, as a template cannot ask for one with a hyphen.
LISTS = ("people-few", "people", "people-few-postgresql", "people-postgresql")
# Of `benchmarks.segments`.
SEGMENTS = ("segments", "segments-postgresql")
# And of `benchmarks.backups`.
BACKUPS = ("backups", "backups-postgresql")
# And of `benchmarks.leaving`, `benchmarks.rotation` and `benchmarks.pictures`.
LEAVINGS = ("leaving", "leaving-postgresql")
ROTATIONS = ("rotation", "rotation-postgresql")
PICTURES = ("pictures", "pictures-postgresql")
OTHERS = (
    "growth",
    "hosts",
    "claims",
    "roundtrip",
    "enumeration",
    "flood",
    "compose",
    "desk",
    "preview",
    "strain",
    "returns",
    "start",
)
# Of the pages of the desk so many stand on the page, those that grow most first.
MOST_PAGES = 10

Record = Mapping[str, Any]
Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise and what came out; None: not measured."""

    what: str
    bound: str
    figure: float | None
    words: str
    is_held: bool

    @property
    def measured(self) -> str:
        """What came out, in words."""
        return "not measured" if self.figure is None else f"{self.figure:,.4g}{self.words}"

    @property
    def verdict(self) -> str:
        """Whether the promise holds."""
        if self.figure is None:
            return ""
        return "held" if self.is_held else "**missed**"


def write(records: Sequence[Record], docs: Path) -> None:
    """Make the page and its pictures in the folder of the documentation."""
    pictures = docs / "pictures" / "benchmarks"
    pictures.mkdir(parents=True, exist_ok=True)
    (docs / "benchmarks.md").write_text(markdown(records))
    for name, drawing in drawings(_results(records)).items():
        (pictures / f"{name}.svg").write_text(drawing)


def markdown(records: Sequence[Record]) -> str:
    """Give the page."""
    results = _results(records)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- Markdown, from figures of our own
    )
    environment.filters["number"] = number
    environment.filters["ratio"] = lambda figure: "–" if figure is None else f"{figure:.2f}"
    commands = {record["name"]: record["command"] for record in records[1:]}
    roundtrip = results["roundtrip"]
    text = environment.get_template(TEMPLATE).render(
        **results,
        machine=records[0]["machine"],
        states=keeping.states(records),
        is_quick=records[0]["is_quick"],
        bounds=bounds(results),
        commands=commands,
        mailings=[
            {"label": label, "result": results[name], "command": commands[name]}
            for name, label in MAILINGS.items()
            if results[name]
        ],
        lists=_told(results, commands, LISTS),
        rules=_told(results, commands, SEGMENTS),
        faults=_faults(results),
        leavings=_told(results, commands, LEAVINGS),
        most_pages=MOST_PAGES,
        copies=_told(results, commands, BACKUPS),
        rotations=_told(results, commands, ROTATIONS),
        shown=_told(results, commands, PICTURES),
        has_postfix=bool(roundtrip) and any(leg["server"] == "Postfix" for leg in roundtrip["legs"]),
        reasons={name: _reason(records, name) for name in results},
    )
    return _without_gaps(text)


def summary(records: Sequence[Record]) -> str:
    """Give each promise and what came out, a line each."""
    return "".join(f"{row.what}: {row.measured} ({row.bound}) {row.verdict.strip('*')}\n" for row in bounds(_results(records)))


def bounds(results: Results) -> list[Bound]:
    """Hold what was measured against what is promised."""
    mailer, dkim, growth = results["mailer"] or {}, results["dkim"] or {}, results["growth"] or {}
    most = [leg for leg in (results["roundtrip"] or {}).get("legs", ()) if leg["connections"] == 10]  # noqa: PLR2004 -- F7
    over_distance = min((leg["sendmail_ratio"] for leg in most), default=None)
    people = results["people"] or {}
    states, flood, rotation = results["enumeration"] or {}, results["flood"] or {}, results["rotation"] or {}
    composing = results["compose"] or {}
    desk, strain, returns = results["desk"] or {}, results["strain"] or {}, results["returns"] or {}
    start = results["start"] or {}
    several, claims = (results["hosts"] or {}).get("several", {}), results["claims"] or {}
    short, long = (results["preview"] or {}).get("sizes", ({}, {}))
    drift = max((abs(step["drift_mb"]) for step in growth.get("steps", ())), default=None)
    return [
        _at_least("Throughput against `smtp-source`", 0.9, mailer.get("ratio"), " ×"),
        _at_most("CPU a message", 150, mailer.get("cpu_us_per_message"), " µs"),
        _at_most("CPU of a signed message, in bare RSA-2048 signatures", 2, dkim.get("signature_ratio"), " ×"),
        _at_most("CPU a message, largest audience against smallest", 1.1, growth.get("cpu_ratio"), " ×"),
        _at_most("Memory, largest audience", 200, growth.get("rss_mb"), " MB"),
        _at_most("Memory, more at the end than early on", 10, drift, " MB"),
        _at_most("CPU of PostgreSQL a message, three workers", 60, several.get("database_us_per_message"), " µs"),
        _at_most("Their waiting for rows of each other", 0.01, several.get("waits_for_rows"), ""),
        _at_most("A claim at the end of a million deliveries, against the beginning", 2, claims.get("p50_ratio"), " ×"),
        _at_most("Dead rows then, as a share", 0.2, claims.get("dead_share"), ""),
        _at_most("Import of a file, against `sqlite3 .import`", 20, people.get("import_ratio"), " ×"),
        _at_most("Memory of an import", 200, people.get("rss_mb"), " MB"),
        _at_most("Memory of a backup and of bringing it back", 200, _most_of_backups(results), " MB"),
        _at_most("Rules of segments that walk a table for each person", 0, _faults(results), ""),
        _at_most("Different answers to an address that is new, waiting, confirmed, suppressed", 1, states.get("answers"), ""),
        _at_least("Their times, least p of all pairs × number of pairs", 0.01, states.get("least_p_corrected"), ""),
        _at_most("Mails of a flood of sign-ups beyond the limits", 0, flood.get("mails_too_many"), ""),
        _at_most("Others turned away beside it", 0, flood.get("turned_away"), ""),
        _at_most("Somebody else's confirmation beside a flood, p99", 30, flood.get("confirmation_p99_s"), " s"),
        _at_least("Pace of an issue beside a flood", 0.9, flood.get("issue_ratio"), " ×"),
        _at_most("Suppressed people let through, or forgotten, while the key is changed", 0, _leaks(results), ""),
        _at_most("Others wait to write meanwhile, p99", 500, rotation.get("meanwhile", {}).get("write_p99_ms"), " ms"),
        _at_most("Memory of a change of keys", 200, rotation.get("rss_mb"), " MB"),
        _at_most("Composing an issue of 30 articles, against the bare libraries", 1.5, composing.get("compose_ratio"), " ×"),
        _at_most("A preview after a change, against bare MJML", 10, composing.get("preview_ratio"), " ×"),
        _at_most("A feed of 500 posts gathered, against feedparser alone", 2, composing.get("gather_ratio"), " ×"),
        _at_most("An issue looked over, without a network", 1, composing.get("preflight_seconds"), " s"),
        _at_most("A page of the desk with very many people, against few", 3, desk.get("worst_ratio"), " ×"),
        _at_most("A number that fills in behind a page of the desk", 2, desk.get("slowest_count"), " s"),
        _at_most("Every page of the desk measured, on both databases", 600, desk.get("seconds"), " s"),
        _at_most("What is typed stands in the letter beside it, 30 articles", 300, short.get("typed_ms"), " ms"),
        _at_most("The same with 201 articles", 300, long.get("typed_ms"), " ms"),
        _at_most("Others beside somebody who strains the desk, p99", 1000, strain.get("meanwhile_p99_ms"), " ms"),
        _at_most("Telling what a returned message is, against the bare parse of the library", 3, returns.get("ratio"), " ×"),
        _at_most("From the start to the first page, against bare uvicorn and FastAPI", 3, start.get("ratio"), " ×"),
        _at_most("Memory of pages and worker, idle", 120, start.get("idle_mb"), " MB"),
        _at_least("At 40 ms, 10 connections, against `aiosmtplib.sendmail`", 3.5, over_distance, " ×"),
    ]


def _most_of_backups(results: Results) -> float | None:
    measured = [results[name] for name in BACKUPS if results[name]]
    return max((one[step]["rss_mb"] for one in measured for step in ("backup", "restore")), default=None)


def _leaks(results: Results) -> float | None:
    measured = [results[name] for name in ROTATIONS if results[name]]
    return sum(one["let_through"] + one["lost"] for one in measured) if measured else None


def drawings(results: Results) -> dict[str, str]:
    """Draw what was measured, by the name of the picture."""
    found = {}
    mailer, growth, roundtrip = results["mailer"], results["growth"], results["roundtrip"]
    if mailer:
        rates = [Bar(label, results[name]["per_second"]) for name, label in MAILINGS.items() if results[name]]
        if mailer["smtp_source_per_second"]:
            rates.append(Bar("smtp-source, in C", mailer["smtp_source_per_second"], 3))
        found["throughput"] = bars("Messages a second", rates)
    if growth:
        memory = {f"{step['people']:,} people": step["memory_mb"] for step in growth["steps"] if len(step["memory_mb"]) > 1}
        found["memory"] = lines("Memory of the mailer, MB", memory, "from the first message to the last")
    if roundtrip:
        found["roundtrip"] = bars(
            f"Messages a second, round trip {roundtrip['milliseconds']:g} ms",
            [bar for leg in roundtrip["legs"] for bar in _bars_of(leg)],
        )
    return found


def number(figure: float | None) -> str:
    """Write a figure as a reader wants it: no more digits than mean something."""
    if figure is None:
        return "–"
    return f"{figure:,.0f}" if abs(figure) >= 100 else f"{figure:,.3g}"  # noqa: PLR2004 -- three digits


def _bars_of(leg: Record) -> list[Bar]:
    where = f"{leg['server']}, {leg['connections']}"
    return [
        Bar(f"{where}: newsletter", leg["per_second"]),
        Bar("sendmail", leg["sendmail_per_second"], 3),
        Bar("send_message", leg["send_message_per_second"], 3),
    ]


def _at_least(what: str, bound: float, figure: float | None, unit: str) -> Bound:
    return Bound(what, f"≥ {bound:g}{unit}", figure, unit, figure is not None and figure >= bound)


def _at_most(what: str, bound: float, figure: float | None, unit: str) -> Bound:
    return Bound(what, f"≤ {bound:g}{unit}", figure, unit, figure is not None and figure <= bound)


def _results(records: Sequence[Record]) -> dict[str, Any]:
    nothing: dict[str, Any] = dict.fromkeys((*MAILINGS, *LISTS, *SEGMENTS, *LEAVINGS, *BACKUPS, *ROTATIONS, *PICTURES, *OTHERS))
    return nothing | {record["name"]: record.get("result") for record in records[1:]}


def _faults(results: Results) -> int | None:
    found = [results[name]["faults"] for name in SEGMENTS if results[name]]
    return sum(found) if found else None


def _told(results: Results, commands: Mapping[str, str], names: Sequence[str]) -> list[Record]:
    return [{"result": results[name], "command": commands[name]} for name in names if results[name]]


def _reason(records: Sequence[Record], name: str) -> str:
    said = [record["failed"] for record in records[1:] if record["name"] == name and "failed" in record]
    return f" ({said[0].rstrip('.')})" if said else ""


def _without_gaps(text: str) -> str:
    # The template's own lines leave empty ones behind; two in a row mean nothing in Markdown.
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    return text.rstrip("\n") + "\n"
