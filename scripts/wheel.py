"""Before a wheel is built: fetch what mail programs can show. Without npm the wheel is whole but for that."""

import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FETCH = Path(__file__).with_name("caniemail")


class Fetching(BuildHookInterface[Any]):
    """Hatchling's door to it."""

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Fetch the data for a wheel; a checkout in use has them from `make env`."""
        if version == "editable":
            return
        done = subprocess.run([FETCH], capture_output=True, text=True, check=False)  # noqa: S603 -- the script beside this one
        if done.returncode:
            self.app.display_warning(done.stderr.strip())
