"""Texts from files: plain, Markdown and HTML, or rich text as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from newsletter.cli.parameters import read_text
from newsletter.errors import BadValue
from newsletter.issues import document
from newsletter.issues.richhtml import to_html
from newsletter.letters import prose


@dataclass(frozen=True, slots=True)
class Written:
    """A text as somebody handed it in."""

    # HTML.
    content: str
    # Rich text, where it was that.
    document: Mapping[str, Any] | None = None


def read_written(path: str) -> Written:
    """Read the text in a file: `.json` as rich text, `.md`, `.html`, anything else as plain text; `-` is stdin.

    Raises:
        BadValue: it cannot be read, or is no text of this kind.

    """
    text = read_text(path)
    if PurePath(path).suffix.lower() != ".json":
        return Written(prose.to_html(text, path))
    try:
        given = json.loads(text)
    # RecursionError: brackets within brackets by the thousand.
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadValue("file", path, "is no JSON") from error
    read = document.read(given)
    return Written(to_html(read), document.write(read))
