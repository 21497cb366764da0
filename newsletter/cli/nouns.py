"""The first words after `newsletter`, each loaded only when it is said: whoever reads one noun does not wait for forty."""

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

import click

# The word, and the module of this package and the name in it where its command is; in the order of the help.
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "init": "running.init",
        "serve": "running.serve",
        "worker": "running.worker",
        "workers": "workers.workers",
        "demo": "running.demo",
        "doctor": "doctor.doctor",
        "newsletters": "newsletters.newsletters",
        "templates": "templates.templates",
        "feeds": "feeds.feeds",
        "posts": "posts.posts",
        "issues": "issues.issues",
        "images": "images.images",
        "authors": "authors.authors",
        "snippets": "snippets.snippets_",
        "clicks": "clicks.clicks",
        "uncertain": "doubts.uncertain_",
        "reconcile": "reconciling.reconcile_",
        "subscribers": "subscribers.subscribers",
        "consent": "consent.consent",
        "lists": "lists.lists",
        "imports": "imports.imports",
        "topics": "topics.topics",
        "attributes": "attributes.attributes",
        "segments": "segments.segments",
        "relays": "relays.relays",
        "returns": "returning.returns",
        "hooks": "hooks.hooks",
        "domains": "domains.domains",
        "staff": "staff.staff",
        "keys": "keys.keys",
        "archive": "archive.archive",
        "digests": "digests.digests",
        "alerts": "alerts.alerts",
        "dkim": "dkim.dkim",
        "suppressions": "suppressions.suppressions",
        "privacy": "privacy.privacy",
        "retention": "privacy.retention_",
        "journal": "journal.journal",
        "adopt": "journal.adopt",
        "backup": "backups.backup",
        "restore": "backups.restore",
        "database": "databases.database",
        "departures": "departures.departures",
        "notices": "notices.notices",
    },
)


class Nouns(click.Group):
    """A group whose commands are looked up in `PLACES`; its help loads them all."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the words in alphabetical order, as a group does."""
        del ctx
        return sorted(PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load the command of one word; None when there is no such word."""
        del ctx
        place = PLACES.get(cmd_name)
        return load(place) if place is not None else None


def load(place: str) -> click.Command:
    """Load the command at *place*, such as `running.init`."""
    module, _, name = place.partition(".")
    command: click.Command = getattr(import_module(f"newsletter.cli.{module}"), name)
    return command
