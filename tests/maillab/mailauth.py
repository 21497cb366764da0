"""npm's mailauth as a second verifier of DKIM, by people who know nothing of OpenDKIM."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path


def is_there(scratch: Path) -> bool:
    """Whether npm could bring it."""
    return (scratch / "node/node_modules/mailauth").exists()


def verify(scratch: Path, messages: Sequence[bytes]) -> list[list[str]]:
    """Give the result of each signature of each message: `pass`, `fail`, `none` and the like."""
    folder = scratch / "node/messages"
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{number}.eml" for number in range(len(messages))]
    for path, message in zip(paths, messages, strict=True):
        path.write_bytes(message)
    done = subprocess.run(["node", "verify.mjs", *paths], cwd=scratch / "node", capture_output=True, text=True, check=True)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return [found[str(path)] for path in paths]
