"""What the scripts see to before they begin."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FONTS = "Noto Sans CJK"


OTHER_BYTES = """
mkdir -p package/data
echo 1 > package/LICENSE
echo 1 > package/data/caniemail.json
tar czf caniemail-2.0.2.tgz package
"""


def machine(folder: Path, *, has_fonts: bool, user: int) -> dict[str, str]:
    """Give the environment of a machine on which packages are installed by writing them down."""
    fonts = folder / "fonts"
    fonts.write_text(FONTS if has_fonts else "")
    programs = {
        "fc-list": f'cat "{fonts}"',
        "id": f"echo {user}",
        "apt-get": f'echo "$@" >> "{folder}/asked"; case "$*" in *install*) echo "{FONTS}" > "{fonts}";; esac',
    }
    for name, line in programs.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}


@pytest.mark.parametrize("has_fonts", [True, False])
def test_pictures_get_the_fonts_that_are_missing(tmp_path: Path, has_fonts: bool) -> None:  # noqa: FBT001 -- a parameter
    """From Debian, and only where there are none."""
    done = subprocess.run([ROOT / "scripts/fonts"], env=machine(tmp_path, has_fonts=has_fonts, user=0), check=False)
    asked = (tmp_path / "asked").read_text() if (tmp_path / "asked").exists() else ""

    assert 0 == done.returncode
    assert has_fonts is ("fonts-noto-cjk" not in asked)


def test_whoever_may_not_install_fonts_is_told_which(tmp_path: Path) -> None:
    """Nothing is tried, and no picture shows boxes."""
    env = machine(tmp_path, has_fonts=False, user=1000)
    done = subprocess.run([ROOT / "scripts/fonts"], env=env, check=False, capture_output=True, text=True)

    assert 1 == done.returncode
    assert "install the package 'fonts-noto-cjk'" in done.stderr
    assert not (tmp_path / "asked").exists()


def test_pictures_look_for_browser_and_fonts_first() -> None:
    """Before anything is drawn."""
    script = (ROOT / "scripts/pictures").read_text()

    assert script.index("scripts/browser") < script.index("scripts/fonts") < script.index(".venv/bin/python")


def fetching(folder: Path, npm: str | None) -> subprocess.CompletedProcess[str]:
    """Fetch what mail programs can show in a checkout of its own, with *npm* as the program of that name, or without one."""
    (folder / "scripts").mkdir()
    (folder / "newsletter").mkdir()
    shutil.copy(ROOT / "scripts" / "caniemail", folder / "scripts")
    programs = folder / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "mktemp", "rm", "tar", "gzip", "sha256sum", "mkdir", "cp"):
        (programs / name).symlink_to(shutil.which(name) or name)
    if npm is not None:
        (programs / "npm").write_text(f"#!/bin/sh\n{npm}\n")
        (programs / "npm").chmod(0o755)
    env = {"PATH": str(programs)}
    return subprocess.run([folder / "scripts" / "caniemail"], env=env, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("npm", "told"),
    [
        (None, "npm is needed"),
        ("exit 1", "npm reaches no registry"),
        (OTHER_BYTES, "has other bytes"),
    ],
)
def test_data_of_mail_programs_are_those_that_were_looked_at_or_none(tmp_path: Path, npm: str | None, told: str) -> None:
    """Whoever gets none is told why, and what to do."""
    done = fetching(tmp_path, npm)

    assert 1 == done.returncode
    assert told in done.stderr
    assert "Run scripts/caniemail again" in done.stderr
    assert [] == list((tmp_path / "newsletter").iterdir())


def test_data_of_mail_programs_come_with_every_way_to_install() -> None:
    """With `make env`, with the image, and with a wheel that somebody builds."""
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]

    assert "scripts/caniemail || true" in (ROOT / "scripts/env").read_text()
    assert "PYTHON=/opt/build/bin/python scripts/caniemail" in (ROOT / "Dockerfile").read_text()
    assert "scripts/wheel.py" == build["hooks"]["custom"]["path"]
    assert "newsletter/_caniemail/*" in build["artifacts"]
