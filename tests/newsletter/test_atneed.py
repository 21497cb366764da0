"""Libraries that are loaded when something of them is first asked for."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from newsletter.atneed import at_need
from tests.harness.processes import ROOT, own_environment

# What a process that only shows pages and waits need not carry, and whose megabytes it would.
HEAVY = (
    "PIL",
    "webauthn",
    "joserfc",
    "cryptography",
    "icalendar",
    "dns.resolver",
    "css_inline",
    "nh3",
    "markdown_it",
    "weasyprint",
    "feedparser",
    "httpx2",
    "aiosmtplib",
    "aiosmtpd",
    "imap_tools",
    "segno",
    "email_validator",
)

# What is loaded behind the first page.
LATER = ("newsletter.worker.metronome", "newsletter.web.desk.routes", "newsletter.review.approval", "apscheduler")


def test_stands_for_the_module() -> None:
    """What it is asked for is the module's own."""
    stands_for = at_need("string")

    assert stands_for.ascii_lowercase == "abcdefghijklmnopqrstuvwxyz"


def test_name_that_a_module_has_not_is_an_error() -> None:
    """As the module itself says it."""
    with pytest.raises(AttributeError):
        _ = at_need("string").no_such_name


def test_pages_and_clock_start_without_what_they_do_not_use_yet() -> None:
    """The idle process stays small: loading the pages and the worker loads none of it."""
    assert not _loaded_by("newsletter.cli.serving, newsletter.worker.metronome", HEAVY)


def test_first_page_waits_for_no_worker_and_no_desk() -> None:
    """Whoever opens it is answered before they are loaded."""
    assert not _loaded_by("newsletter.cli.running, newsletter.cli.serving", LATER)


def _loaded_by(modules: str, names: Sequence[str]) -> Sequence[str]:
    asked = f"import sys, {modules}; print(*(one for one in {names!r} if one in sys.modules))"
    done = subprocess.run(
        (sys.executable, "-c", asked), cwd=ROOT, env=own_environment(), capture_output=True, text=True, check=True, timeout=120
    )
    return done.stdout.split()
