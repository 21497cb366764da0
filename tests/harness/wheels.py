"""The product as it is given out: built from this checkout, and unpacked as an installer would."""

import os
import re
import subprocess
import sys
import tarfile
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]


def built(kind: str, into: Path, source: Path = ROOT, **environment: str) -> Path:
    """Build a `wheel` or an `sdist`; gives the file."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(into)],
        cwd=source,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stderr
    (made,) = into.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


def unpacked(package: Path, into: Path) -> Path:
    """Unpack a wheel, or a source archive; gives the folder that is put on the path, or built in."""
    if package.suffix == ".whl":
        with zipfile.ZipFile(package) as wheel:
            wheel.extractall(into)  # noqa: S202 -- we made it
        return into
    with tarfile.open(package) as archive:
        archive.extractall(into, filter="data")
    return into / package.name.removesuffix(".tar.gz")


def installed(package: Path, into: Path) -> Path:
    """Install a package with pip into an environment that has what `run.lock` names and nothing else; gives the environment.

    Nothing is fetched: what is locked is lent by the environment of the tests, each of it by itself.
    """
    venv.create(into, with_pip=False, symlinks=True)
    (site,) = into.glob("lib/python*/site-packages")
    for name in re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==", (ROOT / "requirements" / "run.lock").read_text(), re.MULTILINE):
        _lend(name, site)
    _pip(into, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(package))
    # Whatever it asks for is there, in a version that it takes.
    _pip(into, "check")
    return into


def _lend(name: str, site: Path) -> None:
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        # For another system, or another Python.
        return
    for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(distribution(name).locate_file(top))))


def _pip(environment: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", environment / "bin" / "python", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
