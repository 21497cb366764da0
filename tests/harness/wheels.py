"""The product as it is given out: built from this checkout, and unpacked as an installer would."""

import os
import subprocess
import sys
import tarfile
import zipfile
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
