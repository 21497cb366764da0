"""What locks and opens files of ours: passphrases and keys as commands are given them."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from newsletter.backups import age, reading
from newsletter.backups.age import Passphrase
from newsletter.backups.reading import Key
from newsletter.backups.writing import Lock
from newsletter.cli.door import Door
from newsletter.cli.parameters import read_text
from newsletter.errors import BadValue

# NIST SP 800-63B 5.1.1.2; a file that is stolen can be tried for ever.
SHORTEST_PASSPHRASE = 12

_RECIPIENT = "Encrypt it for whoever has the other half of age1…"


def given(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command be told by what the file it writes is encrypted: `asks`, `passphrase_file` and `recipients`."""
    for option in (
        click.option("--recipient", "recipients", metavar="KEY", multiple=True, help=_RECIPIENT),
        click.option("--passphrase-file", metavar="FILE", help="Encrypt it with the passphrase on the first line of a file."),
        click.option("--encrypt", "asks", is_flag=True, help="Encrypt it with a passphrase that is asked for on the terminal."),
    ):
        command = option(command)
    return command


def lock(door: Door, recipients: Sequence[str], passphrase_file: str | None, *, asks: bool) -> Lock:
    """Give what a file is to be encrypted with, None for nothing."""
    if sum((bool(recipients), passphrase_file is not None, asks)) > 1:
        raise click.UsageError("--encrypt, --passphrase-file and --recipient exclude each other.")
    if recipients:
        return [age.read_recipient(one) for one in recipients]
    if passphrase_file is None and not asks:
        return None
    words = _first_line(passphrase_file) if passphrase_file is not None else _asked(door, confirms=True)
    if len(words) < SHORTEST_PASSPHRASE:
        raise BadValue("passphrase", "it", f"is shorter than {SHORTEST_PASSPHRASE} characters")
    return Passphrase(words)


def key(door: Door, file: Path, passphrase_file: str | None, identity: str | None) -> Key:
    """Give what opens a file, None for nothing; asks for the passphrase on a terminal."""
    if passphrase_file is not None and identity is not None:
        raise click.UsageError("--passphrase-file and --identity exclude each other.")
    if identity is not None:
        return age.read_identities(read_text(identity))
    if passphrase_file is not None:
        return Passphrase(_first_line(passphrase_file))
    if sys.stdin.isatty() and reading.is_locked_by_words(file):
        return Passphrase(_asked(door, confirms=False))
    return None


def _first_line(path: str) -> str:
    lines = read_text(path).splitlines()
    return lines[0] if lines else ""


def _asked(door: Door, *, confirms: bool) -> str:
    if not door.is_terminal:
        raise click.UsageError("--encrypt asks on a terminal, and there is none; use --passphrase-file.")
    words: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirms, err=True)
    return words
