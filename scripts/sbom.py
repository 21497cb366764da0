"""Say what the product is made of, as CycloneDX 1.6: the same bytes from the same sources, so no moment stands in it.

Without an option, what a wheel carries inside: packages of npm, and the data of mail programs. With `--run`, also what it
runs on, exactly as locked, with the licence that each package names where it is installed.
"""

import base64
import importlib.metadata
import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NAME = "newsletter.cdx.json"

# What the front end was bundled of, as `frontend/build.js` writes it: `@tiptap/core 3.34.0 (MIT)` between lines.
_BUNDLED = re.compile(r"(?:\A|\n-{80}\n\n)(\S+) (\S+) \((.+)\)\n")
# `anyio==4.16.0 ; marker \` with hashes behind it, and whose sake it is there for.
_PIN = re.compile(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^\s;]+)(?: ; ([^\\\n]+?))? \\\n((?:[ #].*\n?)*)", re.MULTILINE)
_VIA = re.compile(r"^ +#(?: via)? +([a-z0-9-]+)(?:\[[^]]*\])?(?: .*)?$", re.MULTILINE)
_CANIEMAIL = re.compile(r"^version=(\S+)\nknown=([0-9a-f]{64})$", re.MULTILINE)

# As SPDX writes them; anything else is told as a name.
_SPDX = re.compile(r"[A-Za-z0-9.+-]+(?: (?:AND|OR|WITH) [A-Za-z0-9.+-]+)*")
# What a package calls its licence, and SPDX otherwise.
_RENAMED = {"BSD-0-Clause": "0BSD"}


def of_wheel() -> dict[str, Any]:
    """Give what stands in a wheel beside our own code."""
    carried = [*_bundled(), *_data()]
    return _document(carried, {_ours()["bom-ref"]: [one["bom-ref"] for one in carried]})


def of_what_runs() -> dict[str, Any]:
    """Give that and what it runs on, as locked."""
    inside = of_wheel()
    lock = (ROOT / "requirements" / "run.lock").read_text()
    locked = {name: (version, where, why) for name, version, where, why in _PIN.findall(lock)}
    needs = {_ours()["bom-ref"]: [one["bom-ref"] for one in inside["components"]]}
    for name, (version, _, why) in locked.items():
        for other in _VIA.findall(why):
            needs.setdefault(_of_pypi(other, locked[other][0]) if other in locked else _ours()["bom-ref"], []).append(
                _of_pypi(name, version)
            )
    return _document([*inside["components"], *(_locked(name, *known) for name, known in locked.items())], needs)


def written(document: dict[str, Any]) -> str:
    """Give a document as it is written into a file."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _document(components: list[dict[str, Any]], needs: dict[str, list[str]]) -> dict[str, Any]:
    known = sorted(components, key=lambda one: one["bom-ref"])
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _ours()},
        "components": known,
        "dependencies": [
            {"ref": ref, "dependsOn": sorted(set(needs.get(ref, [])))}
            for ref in (_ours()["bom-ref"], *(one["bom-ref"] for one in known))
        ],
    }
    # The same content has the same number everywhere.
    return {**content, "serialNumber": uuid.uuid5(uuid.NAMESPACE_URL, written(content)).urn}


def _ours() -> dict[str, Any]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {
        "type": "application",
        "bom-ref": _of_pypi(project["name"], project["version"]),
        "purl": _of_pypi(project["name"], project["version"]),
        "name": project["name"],
        "version": project["version"],
        "description": project["description"],
        "licenses": _licences(project["license"]),
    }


def _bundled() -> Iterator[dict[str, Any]]:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    legal = (ROOT / "newsletter" / "_frontend" / "LEGAL.txt").read_text()
    for name, version, licence in _BUNDLED.findall(legal):
        content = base64.b64decode(lock[f"node_modules/{name}"]["integrity"].removeprefix("sha512-")).hex()
        yield _component("library", "npm", name, version, _licences(licence), [{"alg": "SHA-512", "content": content}])


def _data() -> Iterator[dict[str, Any]]:
    if not (ROOT / "newsletter" / "_caniemail" / "data.json").exists():
        return
    found = _CANIEMAIL.search((ROOT / "scripts" / "caniemail").read_text())
    assert found is not None
    yield _component("data", "npm", "caniemail", found[1], _licences("MIT"), [{"alg": "SHA-256", "content": found[2]}])


def _locked(name: str, version: str, where: str, _why: str) -> dict[str, Any]:
    made = _component("library", "pypi", name, version, _licences(_named(name)), [])
    return {**made, "scope": "optional", "description": f"Only where {where}"} if where else made


def _component(
    kind: str, registry: str, name: str, version: str, licences: list[dict[str, Any]], hashes: list[dict[str, str]]
) -> dict[str, Any]:
    purl = f"pkg:{registry}/{name.replace('@', '%40')}@{version}"
    made: dict[str, Any] = {"type": kind, "bom-ref": purl, "purl": purl, "name": name, "version": version, "hashes": hashes}
    return {**made, "licenses": licences} if licences else made


def _of_pypi(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def _named(package: str) -> str:
    """Give the licence that an installed package names; empty where it is not installed."""
    try:
        about = importlib.metadata.metadata(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
    classes = [
        one.rpartition(" :: ")[2] for one in about.get_all("Classifier", []) if one.startswith("License :: OSI Approved ::")
    ]
    # A text of several lines is the licence itself, and no name of one.
    short = about.get("License", "")
    return about.get("License-Expression") or "; ".join(classes) or ("" if "\n" in short else short)


def _licences(name: str) -> list[dict[str, Any]]:
    if not name:
        return []
    name = _RENAMED.get(name, name)
    return [{"expression": name}] if _SPDX.fullmatch(name) else [{"license": {"name": name}}]


if __name__ == "__main__":
    print(written(of_what_runs() if "--run" in sys.argv[1:] else of_wheel()), end="")  # noqa: T201 -- it is what was asked for
