"""The reference pages as the code has them; `python -m tests.harness.reference` writes them to docs/reference."""

from collections.abc import Iterator, Mapping, Sequence
from inspect import cleandoc
from pathlib import Path

import click

from newsletter.cli.__main__ import newsletter
from newsletter.cli.exits import MEANINGS
from newsletter.cli.nouns import PLACES, Nouns, load
from newsletter.meters import Metric
from newsletter.settingbook import SETTINGS
from newsletter.watching.readings import METRICS
from newsletter.web.api import assembly, guide

FOLDER = Path(__file__).parents[2] / "docs" / "reference"

SETTINGS_HEAD = """\
# Settings

*This page is made from the code: `python -m tests.harness.reference` writes it, and a test holds it in step.*

Settings are read once, at start, from the environment and from a TOML file. A setting that is unknown, missing or wrong
ends the command with exit code 6 and one sentence that names it. A variable that is empty counts as not set.

| variable | key in the file | default | meaning |
|---|---|---|---|
"""

SETTINGS_FOOT = """
## The file

`NEWSLETTER_CONFIG` names it. The environment wins over it.

```toml
public_url = "https://news.example.org"
database_url = "postgresql://newsletter@db/newsletter"
relay_url = "smtp://newsletter:password@mail.example.org:587?tls=starttls&connections=5"
tick_seconds = 20
```

## The secret key

On a loopback public address `newsletter init` makes a key and keeps it in `secret.key` in the data folder, readable by
its owner only. For an address that readers reach, `NEWSLETTER_SECRET_KEY` must be set; without it nothing starts.

The links in every mail that was ever sent, and the hashes by which addresses are remembered that must not be written to,
rest on this key; the keys that sign mail are sealed with it. Back it up with the database, and keep the backup as safe as
the database. A database opened with another key is refused and nothing in it is changed.
"""

CLI_HEAD = """\
# Command line

*This page is made from the code: `python -m tests.harness.reference` writes it, and a test holds it in step.*

`newsletter` and `python -m newsletter.cli` are the same. Every command takes `--json`, which ends stdout with one object
on one line, also when it fails (`{"error": …, "exit": …}`); logs, notes and progress bars go to stderr. Commands act as
the local operator, or `--as NAME`. Nothing asks a question without a terminal; on one, what cannot be undone is asked
about unless `--yes` is given.

## Exit codes

| code | meaning |
|---|---|
"""


METRICS_HEAD = """\
# Metrics

*This page is made from the code: `python -m tests.harness.reference` writes it, and a test holds it in step.*

`GET /metrics` tells these to whoever has `NEWSLETTER_METRICS_TOKEN`, and to this machine on the port of
`NEWSLETTER_METRICS_LISTEN`; [Watch it](../watching/watch-it.md) says how they are collected. Those up to
`newsletter_issue_people` tell how the instance stands and are the same from every host (take their `max`); the others tell
what one process has done since it started (add them up). Beside these stand `process_*`, as from any process: memory, files,
time.

No label holds an address of anybody, and none has more than 200 values: what comes beyond is counted as `other`.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


API_HEAD = """\
# API

*This page is made from the code: `python -m tests.harness.reference` writes it, and a test holds it in step.*

The same stands at `/api/v1/docs` of every instance, and for machines at `/api/v1/openapi.json` (OpenAPI 3.1). How keys,
pages, versions, files and requests that come twice work is told in [Use the API](../how-to/use-the-api.md), and by examples in
[Drive it from scripts](../how-to/drive-it-from-scripts.md).

All addresses begin with `/api/v1`. What is in *italics* may be left out. A list with `items` and `next` goes on with `next` as
the `cursor` of the next request.
"""

PROBLEMS_HEAD = """
## What can go wrong

Answers that fail are `application/problem+json`; the last part of their `type` is one of these names.

| name | status | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """Give the reference of the settings."""
    rows = (f"| `{one.name}` | {_key(one.key)} | {one.default} | {one.meaning} |\n" for one in SETTINGS)
    return f"{SETTINGS_HEAD}{''.join(rows)}{SETTINGS_FOOT}"


def cli_page() -> str:
    """Give the reference of the commands."""
    codes = "".join(f"| {code.value} | {meaning} |\n" for code, meaning in MEANINGS.items())
    return f"{CLI_HEAD}{codes}{''.join(_commands(newsletter, ('newsletter',)))}"


def metrics_page() -> str:
    """Give the reference of the metrics."""
    rows = (f"| `{one.name}` | {one.kind} | {_labels(one)} | {one.meaning} |\n" for one in METRICS)
    return f"{METRICS_HEAD}{''.join(rows)}"


def api_page() -> str:
    """Give the reference of the API."""
    told = guide.guide(assembly.described(""))
    rows = (f"| `{one.name}` | {one.status} | {_cell(f'{one.title}. {one.detail}')} |\n" for one in told.problems)
    return f"{API_HEAD}{''.join(map(_room, told.rooms))}{_objects(told.objects)}{PROBLEMS_HEAD}{''.join(rows)}"


def _room(room: guide.Room) -> str:
    title = f"{room.name[:1].upper()}{room.name[1:]}"
    return f"\n## {title}\n\n{room.about}\n{''.join(map(_operation, room.operations))}"


def _operation(one: guide.Operation) -> str:
    scope = f"Takes the scope `{one.scope}` {one.where}".strip() + "." if one.scope else "Open to everybody."
    parts = [f"\n### {one.method} {one.path}\n\n{_text(f'{one.title} {one.about}')} {scope}\n"]
    parts += [_fields("In the address", one.parameters), _fields("In the body", one.body)]
    parts += [_fields(f"Answers with {one.answer}", one.answers)]
    return "".join(parts)


def _objects(objects: Sequence[guide.Object]) -> str:
    told = (f"\n### {one.name}\n\n{_text(one.about)}\n{_fields('It has', one.fields)}" for one in objects)
    return f"\n## What stands within answers and bodies\n{''.join(told)}"


def _fields(title: str, fields: Sequence[guide.Field]) -> str:
    if not fields:
        return ""
    rows = [f"- {_name(one)} ({_kind(one)}){f': {_text(one.about)}' if one.about else ''}\n" for one in fields]
    return f"\n{title}:\n\n{''.join(rows)}"


def _kind(field: guide.Field) -> str:
    if not field.object:
        return field.kind
    return field.kind.replace(field.object, f"[{field.object}](#{field.object.lower().replace(' ', '-')})", 1)


def _name(field: guide.Field) -> str:
    return f"`{field.name}`" if field.is_required else f"*`{field.name}`*"


def _text(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;")


def write() -> None:
    """Write all pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "settings.md").write_text(settings_page())
    (FOLDER / "cli.md").write_text(cli_page())
    (FOLDER / "metrics.md").write_text(metrics_page())
    (FOLDER / "api.md").write_text(api_page())


def _labels(metric: Metric) -> str:
    return ", ".join(f"`{one}`" for one in metric.labels) or "–"


def _key(key: str) -> str:
    return "–" if key == "config" else f"`{key}`"


def subcommands(group: click.Group) -> Mapping[str, click.Command]:
    """Give the commands right below *group* in the order in which they are told of."""
    if isinstance(group, Nouns):
        return {word: load(place) for word, place in PLACES.items()}
    return group.commands


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[str]:
    for name, command in subcommands(group).items():
        here = (*path, name)
        if isinstance(command, click.Group):
            yield f"\n## {' '.join(here)}\n\n{command.help}\n"
            yield from _commands(command, here)
        else:
            yield _command(command, here)


def _command(command: click.Command, path: tuple[str, ...]) -> str:
    context = click.Context(command, info_name=" ".join(path))
    usage = " ".join([" ".join(path), *command.collect_usage_pieces(context)])
    text, _, example = cleandoc(command.help or "").partition("Example: ")
    level = "###" if len(path) > 2 else "##"
    parts = [f"\n{level} {' '.join(path)}\n\n```\n{usage}\n```\n\n{text.strip()}\n", _options(command, context)]
    return "".join([*parts, f"\n```\n{' '.join(example.split())}\n```\n"])


def _options(command: click.Command, context: click.Context) -> str:
    # What every command has stands at the top of the page.
    own = [one for one in command.params if isinstance(one, click.Option) and one.name not in {"_json", "_as"}]
    records = [record for record in (one.get_help_record(context) for one in own) if record]
    return "\n| option | meaning |\n|---|---|\n" + "".join(_row(*record) for record in records) if records else ""


def _row(option: str, meaning: str) -> str:
    return f"| `{_cell(option)}` | {_cell(meaning).replace('<', '&lt;')} |\n"


def _cell(text: str) -> str:
    """Keep a table in one piece, and blanks single."""
    return " ".join(text.replace("|", "\\|").split())


if __name__ == "__main__":
    write()
