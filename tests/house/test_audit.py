"""The audit of what npm locks, by npm itself, which asks a registry of this machine (W16)."""

import gzip
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.harness.answering import Answering

ROOT = Path(__file__).parents[2]

HOLE = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-67mh-4wv8-2f99",
    "title": "It answers every page",
    "severity": "moderate",
    "vulnerable_versions": "<99",
    "cwe": ["CWE-346"],
    "cvss": {"score": 5.3, "vectorString": None},
}
EXCEPTION = '[[exception]]\nid = "GHSA-67mh-4wv8-2f99"\n'


class Registry(Answering):
    """Knows of the holes that it is told; or does not answer about any."""

    def __init__(self, holes: Mapping[str, Any] | None) -> None:
        self._holes = holes
        # What was asked about, with its versions.
        self.asked: dict[str, list[str]] = {}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                registry.asked |= json.loads(gzip.decompress(body))
                self._answer(405 if registry._holes is None else 200, registry._holes)

            def do_GET(self) -> None:
                name = self.path.strip("/").replace("%2f", "/")
                versions = {one: {"name": name, "version": one} for one in registry.asked.get(name, [])}
                self._answer(200, {"name": name, "dist-tags": {}, "versions": versions})

            def _answer(self, status: int, document: object) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Give what the audit reads, without exceptions, in a folder of its own."""
    for name in ("scripts", "requirements", "frontend"):
        (tmp_path / name).mkdir()
    for name in (
        "scripts/audit",
        "scripts/holes.py",
        "scripts/frontend.py",
        "frontend/package.json",
        "frontend/package-lock.json",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "requirements" / "exceptions.toml").write_text("exception = []\n")
    return tmp_path


def audit(checkout: Path, registry: Registry) -> subprocess.CompletedProcess[str]:
    """Run it, with a pip-audit that finds nothing."""
    env = {
        **os.environ,
        "AUDIT": "true",
        "PYTHON": sys.executable,
        "npm_config_registry": f"{registry.origin}/",
        "npm_config_cache": str(checkout / "cache"),
        "npm_config_userconfig": str(checkout / "none"),
        "npm_config_fetch_retries": "0",
    }
    return subprocess.run(
        ["/usr/bin/env", "bash", checkout / "scripts" / "audit"], env=env, capture_output=True, text=True, check=False
    )


def test_every_package_that_npm_locks_is_asked_about(checkout: Path) -> None:
    """With its version; without holes all is well."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]
    with Registry({}) as registry:
        done = audit(checkout, registry)

    assert (0, "No hole is known in what npm locks, exceptions aside.\n") == (done.returncode, done.stdout), done.stderr
    assert {name.rpartition("node_modules/")[2] for name in lock if name} == set(registry.asked)


@pytest.mark.parametrize("is_excepted", [False, True])
def test_a_hole_is_told_unless_it_is_an_exception(checkout: Path, *, is_excepted: bool) -> None:
    """By its name, wherever it is used."""
    if is_excepted:
        (checkout / "requirements" / "exceptions.toml").write_text(EXCEPTION)
    with Registry({"esbuild": [HOLE]}) as registry:
        done = audit(checkout, registry)

    told = "esbuild <99: moderate, It answers every page (https://github.com/advisories/GHSA-67mh-4wv8-2f99)\n"
    nothing = "No hole is known in what npm locks, exceptions aside.\n"
    assert ((0, nothing) if is_excepted else (1, told)) == (done.returncode, done.stdout), done.stderr


def test_no_answer_is_no_good_news(checkout: Path) -> None:
    """A registry that does not audit, or none, is no registry that knows of nothing."""
    with Registry(None) as registry:
        done = audit(checkout, registry)

    assert 2 == done.returncode
    assert "npm was not asked, or did not answer: 405" in done.stderr


@pytest.mark.parametrize(
    "told",
    ["", "[]", "{}", '{"error": {"code": "ENOLOCK"}}', '{"auditReportVersion": 3}'],
    ids=["nothing", "a list", "empty", "no lock", "a later shape"],
)
def test_what_is_no_report_is_no_answer(checkout: Path, told: str) -> None:
    """As a later npm may write one."""
    script, exceptions = checkout / "scripts" / "holes.py", checkout / "requirements" / "exceptions.toml"
    done = subprocess.run([sys.executable, script, exceptions], input=told, capture_output=True, text=True, check=False)

    assert 2 == done.returncode
    assert done.stderr.startswith("npm was not asked, or did not answer: ")
