"""Debian packages for who may not install them: fetched by apt-get and unpacked into a folder."""

import shutil
import subprocess
from pathlib import Path


class PackagesMissing(Exception):  # noqa: N818 -- named for the outcome
    """A package is not on this machine and could not be had."""


def unpack(package: str, root: Path) -> Path:
    """Unpack *package* and whatever it needs and this machine lacks below *root*; gives *root*.

    Nothing is installed and no script of a package is run.

    Raises:
        PackagesMissing: apt-get or the package could not be had.

    """
    if shutil.which("apt-get") is None:
        raise PackagesMissing(f"{package} is not installed, and there is no apt-get to bring it")
    archives = root.with_name(f"{root.name}-archives")
    (archives / "partial").mkdir(parents=True)
    # Without locks: it writes into our folder only, and may be called while somebody else installs.
    options = ["-o", f"Dir::Cache::archives={archives}", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root"]
    command = ["apt-get", *options, "install", "--download-only", "--yes", "--no-install-recommends", package]
    fetched = subprocess.run(command, capture_output=True, text=True, check=False)
    if fetched.returncode != 0:
        raise PackagesMissing(f"{package} is not installed, and apt-get could not bring it: {fetched.stderr.strip()[-300:]}")
    root.mkdir(parents=True)
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run(["dpkg-deb", "--extract", archive, root], check=True)
    shutil.rmtree(archives)
    return root
