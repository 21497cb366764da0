"""What is carried beside the tables: this host's journal, settings that are no secrets, and templates of one's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter import journal
from newsletter.backups.parts import LARGEST_PART, Part, is_name
from newsletter.bootstrap import OWN_TEMPLATES
from newsletter.settings import Settings

# Where they stand in a file; each is written below a folder that the settings of whoever restores it name.
JOURNAL, TEMPLATES = "journal/", "templates/"
SETTINGS = "settings.toml"

# What was restored never stands where this host writes, nor is it taken for what this host wrote since.
_FROM_BACKUP = ".from-backup"
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Laid:
    """Where something that is carried was put."""

    settings: Path | None = None
    journals: tuple[Path, ...] = ()
    templates: Path | None = None


def parts(settings: Settings) -> Iterator[Part]:
    """Give what stands beside the database."""
    for path in journal.files(settings.journal_dir):
        yield from _of_file(f"{JOURNAL}{path.name}", path)
    yield Part(SETTINGS, _told(settings).encode())
    folder = settings.data_dir / OWN_TEMPLATES
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        yield from _of_file(f"{TEMPLATES}{path.relative_to(folder).as_posix()}", path)


def is_carried(name: str) -> bool:
    """Whether a part is one of these."""
    return name == SETTINGS or name.startswith((JOURNAL, TEMPLATES))


def lay(settings: Settings, carried: list[Part]) -> Laid:
    """Write what was carried into folders of this instance, under names that nothing else has.

    Raises:
        OSError: it cannot be written.

    """
    templates = _free(settings.data_dir / OWN_TEMPLATES)
    journals: list[Path] = []
    told = None
    has_templates = False
    for part in carried:
        if part.name == SETTINGS:
            told = _write(settings.data_dir / f"settings{_FROM_BACKUP}.toml", part.data)
        elif part.name.startswith(JOURNAL):
            stem = part.name.removeprefix(JOURNAL).removesuffix(journal.SUFFIX).replace("/", "-").removesuffix(_FROM_BACKUP)
            journals.append(_write(settings.journal_dir / f"{stem}{_FROM_BACKUP}{journal.SUFFIX}", part.data))
        else:
            has_templates = True
            _write(templates / part.name.removeprefix(TEMPLATES), part.data)
    return Laid(told, tuple(journals), templates if has_templates else None)


def own_journals(settings: Settings) -> tuple[Path, ...]:
    """Give the journals that this host, or somebody on it, put where they belong: they may know more than the backup."""
    return tuple(path for path in journal.files(settings.journal_dir) if not path.stem.endswith(_FROM_BACKUP))


def _of_file(name: str, path: Path) -> Iterator[Part]:
    # A name that is none of ours, such as that of an editor's own copy, is left where it is.
    if is_name(name) and path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST_PART:
        yield Part(name, path.read_bytes())


def _told(settings: Settings) -> str:
    lines = [
        "# The settings of the instance this backup was made of. Secrets, and what may hold one, are named and not told.",
        *(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in sorted(settings.told.items())),
        *(f"# {key} was set" for key in sorted(set(settings.where) - set(settings.told))),
    ]
    return "\n".join(lines) + "\n"


def _free(folder: Path) -> Path:
    return folder if not folder.exists() else folder.with_name(f"{folder.name}{_FROM_BACKUP}")


def _write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(_PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.touch(_PRIVATE)
    path.write_bytes(data)
    return path
