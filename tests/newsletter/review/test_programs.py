"""Names of mail programs in the setting that says which the readers have."""

import json
import re
from pathlib import Path

import pytest

from newsletter.review.caniemail import DATA
from newsletter.review.programs import KNOWN, USUAL, parse_programs

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "check-an-issue.md"


def keys(text: str) -> list[str]:
    """Give the programs that a text chooses."""
    return [program.key for program in parse_programs(text)]


def test_name_alone_is_the_program_on_all_machines() -> None:
    """With a machine behind it, it is one."""
    assert ["thunderbird/macos", "apple-mail/ios"] == keys(" Thunderbird ,, apple-mail/ios ")
    assert ["web-de/desktop-webmail", "web-de/android", "web-de/ios"] == keys("web-de")


def test_program_named_twice_is_one() -> None:
    """At its first place."""
    assert keys("web-de/ios, web-de") == ["web-de/ios", "web-de/desktop-webmail", "web-de/android"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("gmial", "there are gmail"),
        ("gmail/windows", "there are gmail/desktop-webmail, gmail/android, gmail/ios, gmail/mobile-webmail"),
        ("pine", "there are aol, apple-mail, fastmail"),
    ],
)
def test_unknown_program_is_told_with_what_there_is(text: str, told: str) -> None:
    """What may have been meant stands first."""
    with pytest.raises(ValueError, match=re.escape(told)):
        parse_programs(text)


def test_page_names_every_program_there_is() -> None:
    """By the names of the setting, and by those that findings use."""
    shown = PAGE.read_text()

    assert [] == [one.key for one in KNOWN if f"`{one.family}`" not in shown or f"`{one.platform}`" not in shown]
    assert set(USUAL) < set(KNOWN)


@pytest.mark.skipif(not DATA.exists(), reason="scripts/caniemail was not run here (it needs npm)")
def test_every_program_was_tried_with_most_features() -> None:
    """One of which little is known would be said to know everything."""
    tried = [one["stats"] for one in json.loads(DATA.read_bytes())["data"]]

    assert {} == {
        one.key: count
        for one in KNOWN
        if (count := sum(bool(stats.get(one.family, {}).get(one.platform)) for stats in tried)) < 0.8 * len(tried)
    }
