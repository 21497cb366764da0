import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import page

MACHINE = {
    "processor": "A processor",
    "cores": 2,
    "memory_gb": 8.0,
    "fdatasync_ms": 0.5,
    "kernel": "Linux 6",
    "system": "Debian",
    "python": "3.11.7",
    "sqlite": "3.40.1",
    "uvloop": "",
    "cryptography": "50",
    "revision": "abc1234",
    "date": "2026-11-26",
}
MAILING = {
    "messages": 20000,
    "size": 40000,
    "connections": 20,
    "accepted": 20000,
    "uncertain": 0,
    "per_second": 4000.0,
    "cpu_us_per_message": 140.0,
    "sink_cpu_us_per_message": 90.0,
    "smtp_source_per_second": 4200.0,
    "smtp_source_cpu_us_per_message": 60.0,
    "ratio": 0.952,
    "rss_mb": 90.0,
    "bare_signature_us": None,
    "signature_ratio": None,
    "runs": 5,
}
STEP = {
    "people": 10000,
    "per_second": 4000.0,
    "cpu_us_per_message": 140.0,
    "wall_us_per_message": 250.0,
    "rss_mb": 90.0,
    "drift_mb": -0.5,
    "memory_mb": [80.0, 90.0],
    "database_mb": 8.0,
}
LEG = {
    "server": "Postfix",
    "connections": 10,
    "per_second": 200.0,
    "sendmail_per_second": 50.0,
    "send_message_per_second": 48.0,
    "sendmail_ratio": 4.0,
    "send_message_ratio": 4.17,
}


def records(*more: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what a run of the benchmarks wrote."""
    return [{"machine": MACHINE, "is_quick": False}, *({"command": "python -m …", **record} for record in more)]


PEOPLE = {
    "rows": 1_000_000,
    "database": "SQLite",
    "import_seconds": 80.0,
    "bare_import_seconds": 10.0,
    "import_ratio": 8.0,
    "import_us_per_row": 80.0,
    "again_seconds": 50.0,
    "export_seconds": 57.0,
    "export_us_per_row": 57.0,
    "freeze_us_per_person": 11.9,
    "freeze_by_topic_us_per_person": 15.6,
    "segment_count_us_per_person": 0.59,
    "rss_mb": 140.0,
}

SPENT = {"seconds": 60.0, "cpu_seconds": 41.0, "rss_mb": 133.0}
BACKUP = {
    "database": "SQLite",
    "people": 200_000,
    "deliveries": 1_000_000,
    "database_mb": 512.0,
    "backup_mb": 64.0,
    "bare_mb": 512.0,
    "backup": SPENT,
    "restore": SPENT,
    "bare_backup": SPENT,
    "bare_restore": None,
    "backup_ratio": 40.0,
    "restore_ratio": None,
}

SEGMENTS = {
    "database": "SQLite",
    "faults": 0,
    "steps": [
        {
            "people": 1_000_000,
            "counts": [{}, {}],
            "count_us_per_person": 3.21,
            "freeze_us_per_person": 12.5,
            "freeze_segment_us_per_person": 4.25,
        }
    ],
}

DESK = {
    "few": 1000,
    "many": 1_000_000,
    "issues": 200,
    "pages": [
        {"page": "/desk/figures", "database": "postgresql", "few_ms": 20.0, "many_ms": 30.0, "ratio": 1.5, "kilobytes": 9.0}
    ],
    "worst_ratio": 1.5,
    "worst_page": "/desk/figures on postgresql",
    "counts": [],
    "slowest_count": 1.2,
    "left_out": {},
    "seconds": 300.0,
}
FOLLOWED = {
    "typed_ms": 100.0,
    "saved_ms": 150.0,
    "moved_ms": 140.0,
    "removed_ms": 130.0,
    "written_ms": 110.0,
    "longest_ms": 200.0,
    "letter_ms": 15.0,
}
PREVIEW = {
    "runs": 15,
    "sizes": [
        {"articles": 30, "letter_kilobytes": 133, **FOLLOWED},
        {
            "articles": 201,
            "letter_kilobytes": 777,
            "typed_ms": 310.0,
            "saved_ms": 400.0,
            "moved_ms": 390.0,
            "removed_ms": 380.0,
            "written_ms": 320.0,
            "longest_ms": 900.0,
            "letter_ms": 90.0,
        },
    ],
    "slowest_ms": 400.0,
}
STRAIN = {
    "alone_p50_ms": 7.0,
    "alone_p99_ms": 91.0,
    "meanwhile_p50_ms": 13.0,
    "meanwhile_p99_ms": 321.0,
    "meanwhile_longest_ms": 691.0,
    "asked": 300,
    "held": 500,
    "rounds": 7,
}

LATENCY = {"requests": 500, "p50_ms": 9.5, "p99_ms": 20.0, "most_ms": 31.0}
LEAVING = {
    "database": "SQLite",
    "messages": 100_000,
    "rows": 300_000,
    "alone": LATENCY,
    "beside": LATENCY | {"requests": 480, "p99_ms": 80.4},
    "p50_ratio": 1.0,
    "p99_ratio": 4.02,
    "mailed_per_second": 2000.0,
    "imported_per_second": 9000.0,
}
DOOR = {
    "door": "form",
    "medians_ms": {"new": 402.1, "waiting": 402.2, "confirmed": 402.1, "suppressed": 402.0},
    "p99_ms": {"new": 410.0, "waiting": 410.0, "confirmed": 410.0, "suppressed": 410.0},
    "pairs": [{"states": "new, waiting", "p": 0.4}, {"states": "new, confirmed", "p": 0.0123}],
    "answers": 1,
}
STATES = {
    "samples": 2000,
    "connections": 8,
    "doors": [DOOR],
    "comparisons": 18,
    "least_p": 0.0123,
    "least_p_corrected": 0.2214,
    "medians_apart_ms": 0.2,
    "answers": 1,
    "late": 0.012,
}
PHASE = {
    "flood": "one address, many networks",
    "signups": 10000,
    "taken": 210,
    "refused": 9790,
    "failed": 0,
    "seconds": 120.0,
    "mails": 1,
    "most_mails": 1,
    "others": 100,
    "turned_away": 0,
    "confirmation_p50_s": 0.7,
    "confirmation_p99_s": 1.4,
    "issue_messages": 20000,
    "issue_per_second": 196.0,
}
FLOOD = {
    "signups": 10000,
    "connections": 40,
    "networks": 5000,
    "phases": [PHASE],
    "mails_too_many": 0,
    "turned_away": 0,
    "confirmation_p99_s": 1.4,
    "issue_ratio": 0.99,
}
WAITS = {"write_p50_ms": 5.0, "write_p99_ms": 120.0, "write_longest_ms": 400.0, "click_p99_ms": 130.0}
ROTATION = {
    "rows": 1000000,
    "database": "SQLite",
    "people": 910050,
    "kills": 20,
    "people_per_second": 4321.0,
    "rss_mb": 90.0,
    "drift_mb": 0.1,
    "let_through": 0,
    "lost": 0,
    "meanwhile": WAITS,
    "afterwards": WAITS | {"write_p99_ms": 9.0},
}

ALL = records(
    {"name": "mailer", "result": MAILING},
    {"name": "asyncio", "result": MAILING | {"per_second": 3200.0}},
    {"name": "dkim", "result": MAILING | {"bare_signature_us": 300.0, "signature_ratio": 1.5, "ratio": 0.4}},
    {"name": "postgresql", "result": MAILING},
    {
        "name": "growth",
        "result": {
            "size": 2000,
            "sink": "smtp-sink",
            "cpu_ratio": 1.2,
            "wall_ratio": 1,
            "rss_mb": 90,
            "runs": 3,
            "steps": [STEP],
        },
    },
    {"name": "people", "result": PEOPLE},
    {"name": "people-postgresql", "result": PEOPLE | {"database": "PostgreSQL", "import_ratio": 30.0}},
    {"name": "backups", "result": BACKUP},
    {"name": "backups-postgresql", "result": BACKUP | {"database": "PostgreSQL", "bare_restore": SPENT}},
    {"name": "segments", "result": SEGMENTS},
    {"name": "segments-postgresql", "result": SEGMENTS | {"database": "PostgreSQL", "faults": 1}},
    {"name": "leaving", "result": LEAVING},
    {"name": "leaving-postgresql", "result": LEAVING | {"database": "PostgreSQL", "imported_per_second": 7000.0}},
    {"name": "enumeration", "result": STATES},
    {"name": "flood", "result": FLOOD},
    {"name": "rotation", "result": ROTATION},
    {"name": "rotation-postgresql", "result": ROTATION | {"database": "PostgreSQL"}},
    {
        "name": "returns",
        "result": {
            "messages": 500,
            "kilobytes": 1500.0,
            "runs": 9,
            "per_second": 2400.0,
            "parsed_per_second": 2400.0,
            "ratio": 1.0,
            "slowest_ms": 1.5,
        },
    },
    {"name": "roundtrip", "result": {"milliseconds": 40, "size": 40000, "legs": [LEG]}},
)


def test_page_tells_each_bound_and_whether_it_held() -> None:
    """What was missed is said as plainly as what was held."""
    text = page.markdown(ALL)

    assert "| Throughput against `smtp-source` | ≥ 0.9 × | 0.952 × | held |" in text
    assert "| Telling what a returned message is, against the bare parse of the library | ≤ 3 × | 1 × | held |" in text
    assert "| CPU a message, largest audience against smallest | ≤ 1.1 × | 1.2 × | **missed** |" in text
    assert "| At 40 ms, 10 connections, against `aiosmtplib.sendmail` | ≥ 3.5 × | 4 × | held |" in text
    assert "| Import of a file, against `sqlite3 .import` | ≤ 20 × | 8 × | held |" in text
    assert "| PostgreSQL | 1,000,000 | 80 s | 80 µs | 10 s | 30.0 | 50 s | 57 s | 140 MB |" in text
    assert "| SQLite | 1,000,000 | 11.9 µs | 15.6 µs | 0.59 µs |" in text
    assert "| SQLite | alone | 500 | 9.5 ms | 20 ms | 31 ms |\n| | beside both | 480 | 9.5 ms | 80.4 ms | 31 ms |\n" in text
    assert "2,000 messages and 9,000 rows a second meanwhile on SQLite, 2,000 messages and 7,000 rows" in text
    assert "quick run" not in text


def test_page_tells_whether_anybody_can_be_told_apart() -> None:
    """By the bytes and by the time, with the correction for the number of comparisons."""
    text = page.markdown(ALL)

    assert "| Different answers to an address that is new, waiting, confirmed, suppressed | ≤ 1 | 1 | held |" in text
    assert "| Their times, least p of all pairs × number of pairs | ≥ 0.01 | 0.2214 | held |" in text
    assert "| form | 402 ms | 402 ms | 402 ms | 402 ms | 0.012 | 1 |" in text


def test_page_tells_what_a_flood_and_a_change_of_keys_did_to_others() -> None:
    """Nobody is let through, and nobody waits long."""
    text = page.markdown(ALL)

    assert "| Mails of a flood of sign-ups beyond the limits | ≤ 0 | 0 | held |" in text
    assert "| one address, many networks | 10,000 | 120 s | 210 | 9,790 | 0 | 1 | 1 | 0.7 s | 1.4 s | 0 | 196/s |" in text
    assert "| Suppressed people let through, or forgotten, while the key is changed | ≤ 0 | 0 | held |" in text
    assert "| Others wait to write meanwhile, p99 | ≤ 500 ms | 120 ms | held |" in text
    assert "9 ms (SQLite, p99) and 9 ms (PostgreSQL)." in text


@pytest.mark.parametrize("name", page.ROTATIONS)
@pytest.mark.parametrize("found", [{"let_through": 1}, {"lost": 1}])
def test_whoever_was_let_through_or_forgotten_is_told(name: str, found: dict[str, int]) -> None:
    """One of a million is one too many, on either database."""
    text = page.markdown(records({"name": "mailer", "result": MAILING}, {"name": name, "result": ROTATION | found}))

    assert "| Suppressed people let through, or forgotten, while the key is changed | ≤ 0 | 1 | **missed** |" in text


def test_page_tells_what_rules_cost_and_which_are_slow() -> None:
    """On both databases together."""
    text = page.markdown(ALL)

    assert "| SQLite | 1,000,000 | 3.21 µs | 12.5 µs | 4.25 µs |" in text
    assert "the dearest rule of 2 counted" in text
    assert "| Rules of segments that walk a table for each person | ≤ 0 | 1 | **missed** |" in text
    assert "1 of them walk a table once" in text


def test_page_tells_of_which_code_each_figure_is() -> None:
    """Where some were measured again."""
    later = {"name": "people", "command": "python -m benchmarks.people", "result": PEOPLE, "state": "def5678, 2026-11-27"}

    assert "| state of the code | abc1234, 2026-11-26; def5678, 2026-11-27: people |\n" in page.markdown([*ALL[:3], later])


def test_summary_has_a_line_for_each_promise() -> None:
    """For those who measure without making a page."""
    assert "CPU a message: 140 µs (≤ 150 µs) held" in page.summary(ALL).splitlines()


def test_page_tells_what_the_desk_costs_and_how_fast_it_follows() -> None:
    """The pages that grow most, the letter beside what is typed, and others beside somebody who strains it."""
    text = page.markdown(
        records(
            {"name": "desk", "result": DESK},
            {"name": "preview", "result": PREVIEW},
            {"name": "strain", "result": STRAIN},
        )
    )

    assert "| postgresql | `/desk/figures` | 20 ms | 30 ms | 1.50 |" in text
    assert "| A page of the desk with very many people, against few | ≤ 3 × | 1.5 × | held |" in text
    assert "| 201 | 777 KB | 310 ms | 400 ms | 390 ms | 380 ms | 320 ms | 900 ms | 90 ms |" in text
    assert "| The same with 201 articles | ≤ 300 ms | 310 ms | **missed** |" in text
    assert "| beside the strain | 13 ms | 321 ms | 691 ms |" in text


def test_page_says_what_was_not_measured_and_why() -> None:
    """A gap is no success."""
    text = page.markdown(records({"name": "mailer", "result": MAILING}, {"name": "dkim", "failed": "It does not sign."}))

    assert "| CPU of a signed message, in bare RSA-2048 signatures | ≤ 2 × | not measured |" in text
    assert "Not measured (It does not sign)." in text


def test_page_without_yardstick_has_no_ratio() -> None:
    """Where Postfix's programs were not to be had."""
    alone = MAILING | {"smtp_source_per_second": None, "smtp_source_cpu_us_per_message": None, "ratio": None}
    text = page.markdown(records({"name": "mailer", "result": alone}))

    assert "| Throughput against `smtp-source` | ≥ 0.9 × | not measured |" in text
    assert "in C, remembers nothing" not in text


def test_every_picture_the_page_shows_is_drawn() -> None:
    """And is well-formed."""
    results = {record["name"]: record["result"] for record in ALL[1:]}
    pictures = page.drawings(results)

    assert {"throughput", "memory", "roundtrip"} == pictures.keys()
    assert all(f"(pictures/benchmarks/{name}.svg)" in page.markdown(ALL) for name in pictures)


@pytest.mark.parametrize(("figure", "words"), [(None, "–"), (0.0423, "0.0423"), (85.61, "85.6"), (4321.6, "4,322")])
def test_figures_have_no_more_digits_than_mean_something(figure: float | None, words: str) -> None:
    """Three digits are read; ten are believed less."""
    assert words == page.number(figure)


def test_the_pause_that_the_page_tells_is_that_of_the_script() -> None:
    """Of a preview that follows each key."""
    root = Path(page.__file__).parent
    [pause] = re.findall(r"^const PAUSE = (\d+);", (root.parent / "frontend" / "js" / "unsaved.js").read_text(), re.MULTILINE)

    assert f"{pause} ms of it are the pause" in (root / page.TEMPLATE).read_text()
