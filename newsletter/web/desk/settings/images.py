"""The library of images: what each is called and shows, whose it is, what a card keeps of it, and whether it is offered."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from starlette.responses import Response

from newsletter.images import library, store
from newsletter.images.fetching import LONGEST_NAME
from newsletter.images.model import Focus, Image
from newsletter.languages.catalogue import later
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.oneline import one_line

HERE = "/desk/settings/images"

# Of a page; each is a picture that the browser fetches.
AT_ONCE = 24

_FIELDS = ("name", "alt", "credit", "focus")

# Cards are cut around it. Where the eye goes elsewhere stays as it is.
FOCI: Mapping[str, str] = MappingProxyType(
    {
        "0.5,0.5": later("the middle"),
        "0.5,0.2": later("the upper part"),
        "0.5,0.8": later("the lower part"),
        "0.2,0.5": later("the left side"),
        "0.8,0.5": later("the right side"),
    }
)


def show(site: Site, visit: Visit) -> Response:
    """Show what is in the library, the newest first."""
    return _page(site, visit)


def change(site: Site, visit: Visit) -> Response:
    """Describe an image anew, take it out of the library, or put one back."""
    deed, key = {"remove": _remove, "restore": _restore}.get(visit.text("act"), _describe), str(visit.path["key"])
    try:
        return deed(site, visit, key)
    except sheets.REFUSALS as error:
        return _page(site, visit, error, key)


def _describe(site: Site, visit: Visit, key: str) -> Response:
    application = site.application
    with application.database.read() as tx:
        known = store.find(tx, key)
    wanted = replace(
        known.facts,
        name=one_line(visit.text("name"), LONGEST_NAME) or known.facts.name,
        alt=visit.text("alt"),
        credit=visit.text("credit"),
        focus=Focus.parse(visit.text("focus")) if visit.text("focus") else known.facts.focus,
    )
    edited = library.edit(application.database, application.child, application.clock, known.key, wanted)
    with application.database.write() as tx:
        sheets.record(tx, visit, "image.edit", f"image {edited.key}")
    return sheets.led(f"{HERE}?said=image-saved#i{edited.key}")


def _remove(site: Site, visit: Visit, key: str) -> Response:
    with site.application.database.write() as tx:
        known = store.find(tx, key)
        store.take_out(tx, known)
        sheets.record(tx, visit, "image.take_out", f"image {known.key}", name=known.facts.name)
    return sheets.led(f"{HERE}?said=image-out&gone={known.key}")


def _restore(site: Site, visit: Visit, key: str) -> Response:
    with site.application.database.write() as tx:
        known = store.find(tx, key)
        store.put_back(tx, known.key)
        sheets.record(tx, visit, "image.put_back", f"image {known.key}", name=known.facts.name)
    return sheets.led(f"{HERE}?said=image-back#i{known.key}")


def _page(site: Site, visit: Visit, refused: Exception | None = None, key: str = "") -> Response:
    """Show a page of the library; with a *key* the one of this image, whose form has what was typed."""
    with site.application.database.read() as tx:
        images = store.library(tx)
    place = next((place for place, one in enumerate(images) if one.key == key), None)
    asked = max(1, whole_number(visit.query.get("page", "")) or 1)
    page = asked if place is None else place // AT_ONCE + 1
    begin = (page - 1) * AT_ONCE
    return sheets.page(
        site,
        visit,
        "images",
        at="images",
        refused=refused,
        images=images[begin : begin + AT_ONCE],
        count=len(images),
        # The button that puts an image back sends nothing that was typed.
        changed=key if "name" in visit.form else "",
        typed={name: visit.text(name) for name in _FIELDS},
        foci=FOCI,
        gone=_gone(visit, images) if refused is None else "",
        newer=f"{HERE}?page={page - 1}" if begin else "",
        older=f"{HERE}?page={page + 1}" if begin + AT_ONCE < len(images) else "",
    )


def _gone(visit: Visit, images: tuple[Image, ...]) -> str:
    """Give the key of an image that was just taken out, for the button that puts it back."""
    key = visit.query.get("gone", "")
    is_out = key.isascii() and key.isalnum() and key not in {one.key for one in images}
    return key if is_out and visit.query.get("said") == "image-out" else ""
