"""Fixtures of the demo's tests: a folder that catches mail."""

from pathlib import Path

import pytest

from newsletter.demo.envelopes import Envelopes
from tests.harness.caught import CAUGHT_AT


@pytest.fixture
def envelopes(tmp_path: Path) -> Envelopes:
    """Give an empty folder that catches mail on 3 February 2020, 09:00 in Amsterdam."""
    return Envelopes(tmp_path / "caught", lambda: CAUGHT_AT)
