"""What the scripts see to before they begin."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FONTS = "Noto Sans CJK"


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
