"""What it costs to look an issue over without a network: read, composed, facts gathered, everything checked.

    python -m benchmarks.preflight --json

preflight_seconds is all of it, from the issue's id to its findings, with the data of caniemail where they are there;
checks_seconds are the checks alone. The bound is a second for 30 articles.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from statistics import median

from benchmarks import instance
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.issues import editing, store
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Month, Newsletter
from newsletter.letters.compose import compose_issue
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.review import caniemail, gathering, preflight
from newsletter.review.facts import Inspected, inspected
from tests.harness.newsroom import a_newsletter, an_entry, january, publish

ARTICLES = 30
EXCERPTS = 18
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
OWN = Links("https://news.example.org")

_STORY = """
<p>Library staff from {number} countries met to talk about mentoring, and what they learned is worth reading twice.
<a href="https://blog.example.org/{number}/report">The report of group {number}</a> is out.</p>
<h2>What group {number} tried</h2>
<figure><img src="https://blog.example.org/{number}/a.jpg" alt="A table with {number} chairs" width="600">
<figcaption>The table</figcaption></figure>
<ul><li>Letters <a href="https://blog.example.org/{number}/letters">of group {number}</a></li><li>Visits</li></ul>
"""


@dataclass(frozen=True, slots=True)
class Result:
    """Medians of several runs."""

    articles: int
    letter_bytes: int
    knows_programs: bool
    preflight_seconds: float
    checks_seconds: float


@dataclass(frozen=True, slots=True)
class _Desk:
    database: Database
    templates: Templates
    newsletter: Newsletter
    issue_id: int

    def inspect(self) -> Inspected:
        """Do what `issues check --offline` does before its checks."""
        with self.database.read() as tx:
            issue = store.load(tx, self.issue_id)
            composition = compose_issue(self.templates, self.newsletter, issue, OWN, b"seed of a benchmark")
            facts = gathering.gather(tx, issue, self.newsletter, composition)
        return inspected(issue, self.newsletter, composition, replace(facts, support=caniemail.load_support()), OWN)


def measure(runs: int) -> Result:
    """Look one issue over again and again."""
    whole, checks = [], []
    with _desk() as desk:
        # The child has started and knows its modules, as that of the desk does.
        seen = desk.inspect()
        blocking = [finding.text for finding in preflight.look(seen) if finding.is_blocking]
        assert not blocking, blocking
        for _ in range(runs):
            begun = time.perf_counter()
            seen = desk.inspect()
            inspected_at = time.perf_counter()
            preflight.look(seen)
            whole.append(time.perf_counter() - begun)
            checks.append(time.perf_counter() - inspected_at)
    return Result(
        articles=len(seen.issue.articles),
        letter_bytes=seen.composition.size,
        knows_programs=seen.facts.support is not None,
        preflight_seconds=round(median(whole), 3),
        checks_seconds=round(median(checks), 3),
    )


@contextmanager
def _desk() -> Iterator[_Desk]:
    with instance.folder() as folder, Child() as child:
        database = Database(f"sqlite:///{folder}/newsletter.db")
        database.upgrade()
        with database.write() as tx:
            newsletter = a_newsletter(tx)
            # Some as an excerpt and the others as headlines: thirty excerpts are more than Gmail shows.
            entries = (
                an_entry(
                    f"What group {number} learned", january(1 + number % 28), *(["Activities"] if number < EXCERPTS else [])
                )
                for number in range(ARTICLES - 1)
            )
            stories = (replace(entry, content=_STORY.format(number=number)) for number, entry in enumerate(entries))
            publish(tx, newsletter, *stories)
            issue = draft_month(tx, newsletter, Month(2020, 1), NOW)
            issue = editing.write_letter(
                tx, issue.id, "Division Chair letter", "<p>Dear all, a year of letters is over.</p>", "Ann", NOW
            )
        yield _Desk(database, Templates(packaged_templates(), child), newsletter, issue.id)
        database.close()


def told(result: Result) -> str:
    """Say it in words."""
    return (
        f"{result.articles} articles ({result.letter_bytes // 1000} KB) looked over in {result.preflight_seconds} s, "
        f"{result.checks_seconds} s of it the checks"
    )


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="how often; the median counts")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    arguments = parser.parse_args()
    result = measure(arguments.runs)
    print(json.dumps(asdict(result)) if arguments.json else told(result))


if __name__ == "__main__":
    main()
