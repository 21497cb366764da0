"""Fuzzes what reads returned mail, led by the lines that are reached (libFuzzer); by hand, for as long as you like.

    pip install atheris
    python -m tests.fuzz.returned -max_total_time=600

It begins with the messages the tests have. What it finds is written into the folder it runs in, and becomes a test.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["newsletter.mail.causes", "newsletter.mail.signs", "newsletter.returns"]):
    from newsletter.returns import classify

from tests.harness.soundness import is_sound

SEEN = Path(__file__).parents[1] / "material" / "returns" / "seen"


def read(raw: bytes) -> None:
    """Read bytes that were made up."""
    assert is_sound(classify.read(raw))


def main() -> None:
    """Fuzz until time is up or something is found."""
    # New ways are kept in the first folder, and those that were seen stay as they are.
    with TemporaryDirectory() as kept:
        atheris.Setup([*sys.argv, "-max_len=20000", kept, str(SEEN)], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
