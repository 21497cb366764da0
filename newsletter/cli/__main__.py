"""The command `newsletter`: its groups, and the one place where errors become sentences and exit codes."""

import json
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from itertools import pairwise

import click

from newsletter import memory  # noqa: F401 -- before anything else is loaded
from newsletter.bootstrap import redacted
from newsletter.cli import findings
from newsletter.cli.door import Door, take_name
from newsletter.cli.exits import MEANINGS, Exit, exit_for
from newsletter.cli.nouns import Nouns
from newsletter.database import DatabaseAway
from newsletter.errors import Blocked
from newsletter.review.finding import Finding

# Whoever gives a folder full of files to it is not stopped by the name of one.
_TAKES_ANY_NAME = ("returns", "classify")

# Kept as lines (\b), for whoever writes a script.
CODES = "\n".join(["\b", "Exit codes:", *(f"  {code.value:<4} {meaning}" for code, meaning in MEANINGS.items())])


@click.group(cls=Nouns, epilog=CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="newsletter", message="%(prog)s %(version)s")
@click.option("--as", "_as", metavar="NAME", expose_value=False, callback=take_name, help="Act as this member of the staff.")
def newsletter() -> None:
    """From the blog's feed to the subscriber's inbox: one editable issue a month, approved by a person.

    Start with `newsletter init`, or look at the whole of it with `newsletter demo`.
    """


def main() -> None:
    """Run the command this process was started as."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A terminal that cannot show a name shows its code; it does not end the command.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str], door: Door | None = None) -> int:
    """Run one command and give its exit code; every error becomes one sentence on stderr."""
    door = door or Door()
    door.as_json = "--json" in arguments
    try:
        _refuse_what_is_no_text(arguments)
        outcome = newsletter.main(list(arguments), prog_name="newsletter", obj=door, standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return _answered(door, Exit.USAGE, error.format_message())
    except click.Abort:
        return _told(door, Exit.INTERRUPTED, "Stopped.")
    except Blocked as error:
        return _blocked(door, error)
    except Exception as error:  # noqa: BLE001 -- the door of the process: everything ends as a sentence and a code
        return _failed(door, error)
    finally:
        door.close()
    return outcome if isinstance(outcome, int) else Exit.DONE


def _refuse_what_is_no_text(arguments: Sequence[str]) -> None:
    if _TAKES_ANY_NAME in pairwise(arguments):
        return
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            raise click.UsageError(f"The argument {argument!r} is not UTF-8.") from error


def _failed(door: Door, error: Exception) -> Exit:
    code = exit_for(error)
    if code is Exit.BUG:
        click.echo(redacted(traceback.format_exc()), err=True)
        return _told(door, code, f"This is a bug in newsletter, please report the lines above ({type(error).__name__}).")
    if isinstance(error, DatabaseAway):
        return _told(door, code, f"The database did not do what was asked: {' '.join(str(error.orig).split())}")
    return _told(door, code, str(error))


def _blocked(door: Door, error: Blocked) -> Exit:
    found = [finding for finding in error.findings if isinstance(finding, Finding)]
    for line in findings.lines(found):
        click.echo(line, err=True)
    click.echo(f"Error: {error} Mend them, or say why they may stand: --override REASON.", err=True)
    return _answered(door, Exit.BLOCKED, str(error), findings=findings.documents(found))


def _told(door: Door, code: Exit, sentence: str) -> Exit:
    click.echo(f"Error: {sentence}", err=True)
    return _answered(door, code, sentence)


def _answered(door: Door, code: Exit, sentence: str, **more: object) -> Exit:
    if door.as_json:
        click.echo(json.dumps({"error": sentence, "exit": int(code), **more}))
    return code


if __name__ == "__main__":
    main()
