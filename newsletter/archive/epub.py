"""A published issue as a book for reading devices (EPUB 3.3): what was taken into the archive, with our own pictures only."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.archive.index import PublishedIssue
from newsletter.archive.reading import on_a_page
from newsletter.archive.shelf import KeptArticle
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words
from newsletter.letters.links import Links
from newsletter.letters.view import is_right_to_left, language_tag
from newsletter.letters.webcopy import Correction

MEDIA_TYPE = "application/epub+zip"

XHTML = "http://www.w3.org/1999/xhtml"
OPS = "http://www.idpf.org/2007/ops"
OPF = "http://www.idpf.org/2007/opf"
DC = "http://purl.org/dc/elements/1.1/"
_PREFIXES = {"": XHTML, "epub": OPS, "opf": OPF, "dc": DC}

# What no XML document may hold (XML 1.0, 2.2), escaped or not.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)

_CORRECTIONS = "corrections.xhtml"

_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="content.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""


@dataclass(frozen=True, slots=True)
class Volume:
    """An issue that is to be a book."""

    # As it was called when the issue was approved.
    newsletter: Newsletter
    issue: PublishedIssue
    articles: tuple[KeptArticle, ...]
    # All it may show, by their addresses.
    pictures: Mapping[str, bytes]
    # What was told since it was sent, and when something was last; a chapter of its own before the others.
    corrections: tuple[Correction, ...] = ()
    corrected_at: datetime | None = None

    @property
    def told(self) -> tuple[KeptArticle, ...]:
        """The articles that have a chapter."""
        return tuple(one for one in self.articles if one.slug)

    @property
    def files(self) -> dict[str, str]:
        """Where in the book each picture lies, by its address."""
        return {address: f"pictures/{address.rpartition('/')[2]}" for address in self.pictures}


def book(volume: Volume, links: Links, words: Words) -> bytes:
    """Give an issue as a book; the same issue gives the same bytes."""
    files = volume.files
    moment = volume.issue.published_at.astimezone(UTC)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:

        def put(name: str, content: bytes | str, how: int = zipfile.ZIP_DEFLATED) -> None:
            entry = zipfile.ZipInfo(name, (max(moment.year, 1980), *moment.timetuple()[1:6]))
            entry.compress_type = how
            archive.writestr(entry, content)

        # OCF 3.3, 4.3: first, and as it stands.
        put("mimetype", MEDIA_TYPE, zipfile.ZIP_STORED)
        put("META-INF/container.xml", _CONTAINER)
        put("content.opf", _package(volume, links))
        put("nav.xhtml", _contents(volume, words))
        if volume.corrections:
            put(_CORRECTIONS, _corrections(volume, words))
        for one in volume.told:
            put(f"{one.position}.xhtml", _chapter(volume.newsletter, one, files, words))
        for name, data in sorted({files[address]: data for address, data in volume.pictures.items()}.items()):
            put(name, data)
    return packed.getvalue()


def _package(volume: Volume, links: Links) -> bytes:
    newsletter, issue = volume.newsletter, volume.issue
    package = ET.Element(f"{{{OPF}}}package", {"version": "3.0", "unique-identifier": "id"})
    about = ET.SubElement(package, f"{{{OPF}}}metadata")
    _say(about, f"{{{DC}}}identifier", links.issue(newsletter.slug, issue.number)).set("id", "id")
    _say(about, f"{{{DC}}}title", f"{newsletter.name}: {issue.title}")
    _say(about, f"{{{DC}}}language", language_tag(newsletter.language))
    _say(about, f"{{{DC}}}creator", newsletter.sender_name or newsletter.name)
    moment = f"{(volume.corrected_at or issue.published_at).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    _say(about, f"{{{OPF}}}meta", moment).set("property", "dcterms:modified")
    manifest, spine = (ET.SubElement(package, f"{{{OPF}}}{name}") for name in ("manifest", "spine"))
    if is_right_to_left(newsletter.language):
        spine.set("page-progression-direction", "rtl")
    _item(manifest, "nav", "nav.xhtml", "application/xhtml+xml").set("properties", "nav")
    chapters = {"nav": "", **({"corrections": _CORRECTIONS} if volume.corrections else {})}
    chapters |= {f"a{one.position}": f"{one.position}.xhtml" for one in volume.told}
    for name, file in chapters.items():
        if file:
            _item(manifest, name, file, "application/xhtml+xml")
        ET.SubElement(spine, f"{{{OPF}}}itemref", {"idref": name})
    for number, name in enumerate(sorted(set(volume.files.values()))):
        _item(manifest, f"p{number}", name, "image/png" if name.endswith(".png") else "image/jpeg")
    return _written(package)


def _contents(volume: Volume, words: Words) -> bytes:
    newsletter, issue = volume.newsletter, volume.issue
    page, body = _page(newsletter, issue.title)
    _say(body, "h1", f"{newsletter.name}: {issue.title}")
    nav = ET.SubElement(body, f"{{{XHTML}}}nav", {f"{{{OPS}}}type": "toc"})
    _say(nav, "h2", words.gettext("Inside this issue"))
    rows = ET.SubElement(nav, f"{{{XHTML}}}ol")
    lines = {_CORRECTIONS: words.gettext("Corrections")} if volume.corrections else {}
    for file, title in {**lines, **{f"{one.position}.xhtml": one.title for one in volume.told}}.items():
        row = ET.SubElement(rows, f"{{{XHTML}}}li")
        _say(row, "a", title).set("href", file)
    return _written(page)


def _corrections(volume: Volume, words: Words) -> bytes:
    title = words.gettext("Corrections")
    page, body = _page(volume.newsletter, title)
    _say(body, "h1", title)
    for one in volume.corrections:
        _say(body, "h2", one.head(words))
        for paragraph in one.paragraphs:
            _say(body, "p", paragraph)
    return _written(page)


def _chapter(newsletter: Newsletter, article: KeptArticle, files: Mapping[str, str], words: Words) -> bytes:
    page, body = _page(newsletter, article.title)
    _say(body, "p", article.section)
    _say(body, "h1", article.title)
    for line in (article.byline, article.happens):
        if line:
            _say(body, "p", line)
    _show(body, article.picture if article.picture not in article.html else "", article.picture_alt, files)
    _show(body, article.portrait, article.portrait_alt, files)
    if article.picture_credit:
        _say(body, "p", words.gettext("Picture: %(name)s", name=article.picture_credit))
    if article.portrait_credit:
        _say(body, "p", words.gettext("Portrait: %(name)s", name=article.portrait_credit))
    root = LexborHTMLParser(on_a_page(article.html) or "<p></p>").body
    assert root is not None
    _copy(root, ET.SubElement(body, f"{{{XHTML}}}div"), files)
    if article.link:
        _say(ET.SubElement(body, f"{{{XHTML}}}p"), "a", article.link).set("href", _clean(article.link))
    return _written(page)


def _show(body: ET.Element, address: str, alt: str, files: Mapping[str, str]) -> None:
    if address in files:
        picture = {"src": files[address], "alt": _clean(alt)}
        ET.SubElement(ET.SubElement(body, f"{{{XHTML}}}p"), f"{{{XHTML}}}img", picture)


def _page(newsletter: Newsletter, title: str) -> tuple[ET.Element, ET.Element]:
    tag = language_tag(newsletter.language)
    direction = "rtl" if is_right_to_left(newsletter.language) else "ltr"
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    page = ET.Element(f"{{{XHTML}}}html", {"lang": tag, language: tag, "dir": direction})
    _say(ET.SubElement(page, f"{{{XHTML}}}head"), "title", title)
    return page, ET.SubElement(page, f"{{{XHTML}}}body")


def _copy(node: LexborNode, into: ET.Element, files: Mapping[str, str]) -> None:
    """Copy what is below *node*; a picture that is not among *files* is told by its words."""
    last: ET.Element | None = None
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        attributes = dict(_attributes(child))
        if tag == "img" and attributes.get("src") in files:
            attributes["src"] = files[attributes["src"]]
            attributes.setdefault("alt", "")
        elif tag == "img" or not _NAME.fullmatch(tag):
            words = attributes.get("alt", "") if tag == "img" else (child.text_content or "") if tag == "-text" else ""
            _add_text(into, last, _clean(words))
            continue
        last = ET.SubElement(into, f"{{{XHTML}}}{tag}", attributes)
        _copy(child, last, files)


def _attributes(node: LexborNode) -> Iterator[tuple[str, str]]:
    for name, value in node.attributes.items():
        if _NAME.fullmatch(name):
            yield name, _clean(value or "")


def _add_text(into: ET.Element, last: ET.Element | None, words: str) -> None:
    if last is None:
        into.text = (into.text or "") + words
    else:
        last.tail = (last.tail or "") + words


def _item(manifest: ET.Element, name: str, href: str, media_type: str) -> ET.Element:
    return ET.SubElement(manifest, f"{{{OPF}}}item", {"id": name, "href": href, "media-type": media_type})


def _say(parent: ET.Element, name: str, text: str) -> ET.Element:
    said = ET.SubElement(parent, name if name.startswith("{") else f"{{{XHTML}}}{name}")
    said.text = _clean(text)
    return said


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _written(root: ET.Element) -> bytes:
    for prefix, name in _PREFIXES.items():
        ET.register_namespace(prefix, name)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
