"""Every act that the audit is told of has words at the desk."""

import re
from collections.abc import Iterator
from pathlib import Path

from newsletter.failpoints import NAMES
from newsletter.web.desk.settings.acts import WORDS

ROOT = Path(__file__).parents[2] / "newsletter"

# Where names of other things are written alike: places of commands, columns, what other programs are told, and the words of
# acts themselves.
_OTHERS = ("cli/nouns.py", "issues/tidings.py", "tables/", "migrations/", "web/desk/settings/acts.py")
_CODE = re.compile(r'"([a-z]+(?:\.[a-z_-]+)+)"')
_RECORDED = re.compile(r"record\((.{,150})", re.DOTALL)
# Files, and where the catalogues lie.
_FILE = re.compile(r".*\.(?:csv|db|json|languages|xml)")


def sources() -> Iterator[str]:
    """Give the text of each module."""
    for path in ROOT.rglob("*.py"):
        if not path.relative_to(ROOT).as_posix().startswith(_OTHERS):
            yield path.read_text()


def recorded() -> set[str]:
    """Give what is written like an act of a kind that the audit is told of, be it handed to it by hands between."""
    texts = list(sources())
    told = {code for text in texts for call in _RECORDED.findall(text) for code in _CODE.findall(call)}
    kinds = {code.partition(".")[0] for code in (*told, *WORDS)}
    found = {code for text in texts for code in _CODE.findall(text) if code.partition(".")[0] in kinds}
    return {code for code in found if code not in NAMES and not _FILE.fullmatch(code)}


def test_every_act_has_words() -> None:
    """Nobody at the desk has to read codes, nor is there a word for what nothing does."""
    assert sorted(WORDS) == sorted(recorded())
