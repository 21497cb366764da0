"""Prints HTML as PDF with WeasyPrint, where it is installed (`newsletter[pdf]`); in a child process that reaches nothing."""

import io
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec

from newsletter.confined import Child, ChildFailed
from newsletter.errors import NewsletterError

# A long issue with pictures takes five seconds; fonts and pictures are mapped into the memory of the child.
PRINT_SECONDS = 60.0
PRINT_MEMORY_MB = 2048
# Importing it finds out whether Pango and its kin are there.
LOOK_SECONDS = 20.0

MISSING = "WeasyPrint is not installed; `pip install newsletter[pdf]` brings it"


class NotPrinted(NewsletterError):  # noqa: N818 -- named for the outcome
    """WeasyPrint stumbled over this one."""


@cache
def available() -> str | None:
    """Say why no issue can be printed as PDF; None: it can. Found out once for each process."""
    if find_spec("weasyprint") is None:
        return MISSING
    with Child() as child:
        try:
            reason: str = child.run(look, seconds=LOOK_SECONDS, memory_mb=PRINT_MEMORY_MB)
        except ChildFailed as error:
            return f"WeasyPrint cannot be used: its child process {error.reason}"
    return f"WeasyPrint cannot be used: {reason}" if reason else None


def printed(child: Child, html: str, pictures: Mapping[str, bytes], identifier: str) -> bytes:
    """Give *html* as PDF; the same gives the same.

    *pictures* are all it may show, by their addresses; whatever else it asks for is left out.

    Raises:
        ChildFailed: it took too long, or too much.
        NotPrinted: WeasyPrint stumbled over it.

    """
    return child.run(print_out, html, dict(pictures), identifier, seconds=PRINT_SECONDS, memory_mb=PRINT_MEMORY_MB)


def look() -> str:
    """Say in one line why WeasyPrint cannot be loaded; to be called in a child process."""
    try:
        import weasyprint  # noqa: F401, PLC0415 -- an optional part of the product
    except (ImportError, OSError) as error:
        # The system's libraries are missing; it says which on its first line.
        return str(error).strip().partition("\n")[0][:200]
    return ""


def print_out(html: str, pictures: dict[str, bytes], identifier: str) -> bytes:
    """Print; to be called in a child process."""
    from weasyprint import HTML  # noqa: PLC0415 -- an optional part of the product
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # it ships no types
        """Gives the pictures that were handed over, and opens nothing: no file, no address."""

        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> object:  # noqa: ARG002 -- its signature
            if url not in pictures:
                raise ValueError(f"{url} is not one of ours")
            return URLFetcherResponse(url, io.BytesIO(pictures[url]))

    try:
        # Tagged, with a language and headings: a reader who hears it finds the way (PDF/UA).
        document: bytes = HTML(string=html, url_fetcher=OnlyOurs()).write_pdf(
            pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
        )
    except Exception as error:  # the door of an optional part: whatever it raises may not survive the journey home
        raise NotPrinted(f"It cannot be printed: {type(error).__name__}: {str(error)[:200]}") from error
    return document
