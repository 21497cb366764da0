"""The look of a newsletter at the desk: its theme and tokens, with a letter in it and the contrast of every pair of colours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, Response

from newsletter.errors import BadValue
from newsletter.images import store as images
from newsletter.issues import newsletters, store
from newsletter.issues.model import Look, Newsletter
from newsletter.languages.catalogue import later
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Draft, fill_html
from newsletter.letters.links import Links
from newsletter.letters.samples import PICTURES, Sample, samples
from newsletter.letters.theme import LOGO, Pair, Theme, pairs
from newsletter.letters.webcopy import public_values
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import papers, sheets
from newsletter.web.desk.settings.papers import tabs
from newsletter.web.faults import PageNotFound
from newsletter.web.guard import preview_headers
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# Shown in the frame where nobody chose another one.
USUAL_SAMPLE = "all-blocks"
LAST_ISSUE = "last"

_SAMPLES: Mapping[str, str] = {
    USUAL_SAMPLE: later("A letter with every block"),
    LAST_ISSUE: later("The latest issue"),
    "few": later("A letter with one article"),
    "twenty": later("Twenty articles"),
    "long-words": later("Long words and addresses"),
    "arabic": later("Arabic, from right to left"),
}

_SCHEMES: Mapping[str, str] = {"light": later("light"), "dark": later("dark")}

# What stands before the names of fields that are tokens.
_FIELD = "token."

_HINTS: Mapping[str, str] = {
    "face.text": later("Names of fonts, the wanted one first; readers see the first they have."),
    LOGO: later("The beginning of an image’s key, or its address here."),
}


@dataclass(frozen=True, slots=True)
class Token:
    """One thing of a theme as the form asks for it."""

    key: str
    words: str
    # What the newsletter has of its own; empty: as the theme has it.
    own: str
    usual: str

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{_FIELD}{self.key}"

    @property
    def hint(self) -> str:
        """What else is to be known."""
        return _HINTS.get(self.key, "")


@dataclass(frozen=True, slots=True)
class Group:
    """Tokens that belong together."""

    words: str
    tokens: tuple[Token, ...]
    # The ones that most newsletters change.
    is_open: bool = False


_COLOURS = (
    ("accent", later("Links and what is to be noticed")),
    ("on-accent", later("On the accent")),
    ("ink", later("Text")),
    ("title", later("Titles")),
    ("quiet", later("What may be overlooked")),
    ("paper", later("Behind the text")),
    ("canvas", later("Around the letter")),
    ("tint", later("Behind boxes")),
    ("line", later("Hairlines")),
    ("rule", later("Rules between sections")),
    ("band", later("First band")),
    ("band-2", later("Second band")),
    ("band-3", later("Third band")),
    ("on-band", later("On a band")),
)
_OTHERS = (
    (
        later("Type"),
        (
            ("face.text", later("Fonts of text")),
            ("face.title", later("Fonts of titles")),
            ("face.ui", later("Fonts of small print")),
        ),
    ),
    (
        later("Sizes and gaps, in pixels"),
        (
            ("length.scale", later("Size of type, in percent")),
            ("length.gutter", later("Edge of the column")),
            ("length.section", later("Between sections")),
            ("length.article", later("Between articles")),
            ("length.side", later("Picture beside a feature")),
            ("length.card-gap", later("Between two cards")),
        ),
    ),
    (
        later("Sections"),
        (
            ("looks.first", later("The first section of articles: lead, features, cards, items or links")),
            ("looks.others", later("The other sections of articles")),
            ("show.cover", later("The first large picture as a cover: yes or no")),
            ("show.pictures", later("Pictures: yes or no")),
        ),
    ),
    (
        later("Logo"),
        (
            (LOGO, later("Picture")),
            ("logo.alt", later("Its words for whoever does not see it")),
            ("logo.width", later("Its width in pixels")),
        ),
    ),
)

_ASKED: meanwhile.Form = {
    "theme": Asked(later("Theme")),
    **{key: Asked(words) for key, words in _COLOURS},
    **{f"dark.{key}": Asked(words) for key, words in _COLOURS},
    **{key: Asked(words) for _, tokens in _OTHERS for key, words in tokens},
}


def show(site: Site, visit: Visit) -> Response:
    """Show the look, or, with what is typed in the address, what it would be."""
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
    if "theme" not in visit.query:
        return _page(site, visit, known, known.theme, known.tokens)
    theme, tokens = _typed(visit.query, known)
    return _page(site, visit, known, theme, tokens, is_draft=(theme, tokens) != (known.theme, dict(known.tokens)))


def save(site: Site, visit: Visit) -> Response:
    """Let the letters of a newsletter look so from now on."""
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
    theme, tokens = _typed(visit.form, known)
    try:
        with site.application.database.write() as tx:
            newsletters.take_turn(tx, known.id)
            known, own = newsletters.by_id(tx, known.id), _with_logo(tx, tokens)
            both = meanwhile.look(
                _ASKED, visit.text(SEEN_FIELD), _said(known.theme, known.tokens), _said(theme, own), visit.words
            )
            if both is not None:
                kept = {key: text for key, text in both.merged.items() if text and key != "theme"}
                return _page(site, visit, known, both.merged["theme"], kept, is_draft=True, both=both)
            # Refused here: a letter in it could not be read, or not be composed.
            site.application.templates.in_theme(theme, known.slug, own)
            newsletters.edit(tx, known.id, theme=theme, tokens=own)
            sheets.record(tx, visit, "newsletter.edit", f"newsletter {known.name}", theme=theme, tokens=own)
    except sheets.REFUSALS as error:
        return _page(site, visit, known, theme, tokens, is_draft=True, refused=error)
    return sheets.done(f"{papers.address(known.id)}/look", "look")


def sample(site: Site, visit: Visit) -> Response:
    """Show a letter in the look that the address spells out; a page holding it runs nothing of it.

    Raises:
        BadValue: the look cannot be used.

    """
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        theme, tokens = _typed(visit.query, known)
        worn = replace(known, theme=theme, tokens=_with_logo(tx, tokens))
        shown = _letter(tx, site, worn, visit.query.get("sample", ""))
    application = site.application
    seed = application.keyring.derive("slots")
    issue = shown.issue
    draft = compose_issue(application.templates, shown.newsletter, issue, application.links, seed, shown.shelf).draft
    html = _filled(draft, application.links, known.slug)
    return HTMLResponse(html, headers=preview_headers(html))


def picture(site: Site, visit: Visit) -> Response:
    """Give a picture of a sample: a frame that runs nothing brings no cookie, so these are for everybody."""
    folder = site.application.settings.templates / "samples"
    name = str(visit.path["name"])
    # From a list and never from the address: no path leads elsewhere.
    found = next((file for file in folder.glob("*.png") if file.name == name), None)
    if found is None:
        raise PageNotFound
    return Response(found.read_bytes(), media_type="image/png", headers={"Cache-Control": "public, max-age=86400"})


def _filled(draft: Draft, links: Links, slug: str) -> str:
    """Give the letter as a page: links to what only a letter that was sent has lead to the front door."""
    html = fill_html(draft.html, draft.slots, public_values(links, slug, 1, draft.language)).replace(PICTURES, "/samples/")
    return re.sub(rf'href="{re.escape(links.home().rstrip("/"))}[^"]*"', f'href="{links.home()}"', html)


def _letter(tx: Transaction, site: Site, worn: Newsletter, name: str) -> Sample:
    """Give what is shown in the frame: the latest issue of the newsletter, or a sample in its look and under its name."""
    if name == LAST_ISSUE and (lines := store.issues_of(tx, worn.id, 1)):
        issue = store.load(tx, lines[0].id)
        return Sample(worn, issue, shelf_of(tx, issue, site.application.links))
    known = samples()
    chosen = known.get(name, known[USUAL_SAMPLE])
    # The texts of a sample have a language of their own; who sends it is the newsletter.
    dressed = replace(worn, language=chosen.newsletter.language)
    return Sample(dressed, chosen.issue, chosen.shelf)


def _page(
    site: Site,
    visit: Visit,
    known: Newsletter,
    theme: str,
    tokens: Mapping[str, str],
    *,
    is_draft: bool = False,
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    themes = site.application.templates.themes
    trouble = ""
    measured: tuple[Pair, ...] = ()
    try:
        measured = tuple(pairs(themes.draft(theme, known.slug, tokens)))
        usual = themes.draft(theme, known.slug)
    except BadValue as error:
        trouble = sheets.words_of(error, visit.words)
        usual = themes.draft(known.theme if known.theme in themes.names() else themes.names()[0], known.slug)
    faint = [pair for pair in measured if not pair.is_enough]
    chosen = visit.query.get("sample", visit.form.get("sample", USUAL_SAMPLE))
    asked = {"theme": theme, "sample": chosen, **{f"{_FIELD}{key}": text for key, text in tokens.items()}}
    return sheets.page(
        site,
        visit,
        "look",
        at="newsletters",
        refused=refused,
        both=both,
        # Over what was shown first, however often it was looked at in between.
        seen=("" if both is not None else visit.form.get(SEEN_FIELD, visit.query.get(SEEN_FIELD, "")))
        or meanwhile.stamp(_ASKED, _said(known.theme, known.tokens)),
        newsletter=known,
        tabs=tabs(known, visit.words),
        theme=theme,
        themes=[themes.draft(name) for name in themes.names()],
        groups=_groups(usual, tokens),
        pairs=measured,
        schemes=_SCHEMES,
        faint=faint,
        trouble=trouble,
        is_draft=is_draft,
        samples=_SAMPLES,
        sample=chosen,
        # What cannot be read is not composed.
        frame="" if trouble or faint else f"{papers.address(known.id)}/look/sample?{urlencode(asked)}",
    )


def _groups(usual: Theme, own: Mapping[str, str]) -> tuple[Group, ...]:
    light = Group(later("Colours in the light"), tuple(_colour(usual, "light", *one, own) for one in _COLOURS), is_open=True)
    dark = Group(later("Colours in the dark"), tuple(_colour(usual, "dark", *one, own) for one in _COLOURS))
    others = (
        Group(words, tuple(Token(key, said, own.get(key, ""), _usual(usual, key)) for key, said in tokens))
        for words, tokens in _OTHERS
    )
    return (light, dark, *others)


def _colour(usual: Theme, scheme: str, part: str, words: str, own: Mapping[str, str]) -> Token:
    key = part if scheme == "light" else f"{scheme}.{part}"
    palette = usual.light if scheme == "light" else usual.dark
    return Token(key, words, own.get(key, ""), getattr(palette, part.replace("-", "_")).word)


def _usual(theme: Theme, key: str) -> str:
    """Give what the theme has for a token, as it is written."""
    group, _, part = key.partition(".")
    part = part.replace("-", "_")
    if group == "face":
        return str(getattr(theme.face, part).word)
    if group == "length" and part != "scale":
        return str(getattr(theme.length, part))
    if group == "looks":
        return str(Look(theme.first if part == "first" else theme.others).value)
    if group == "show":
        return "yes" if (theme.has_cover if part == "cover" else theme.has_pictures) else "no"
    return {"length.scale": "100", "logo.width": "120"}.get(key, "")


def _typed(given: Mapping[str, str], known: Newsletter) -> tuple[str, dict[str, str]]:
    """Read theme and tokens; a token that is left empty is as the theme has it."""
    tokens = {
        name.removeprefix(_FIELD): text.strip() for name, text in given.items() if name.startswith(_FIELD) and text.strip()
    }
    return given.get("theme", known.theme).strip(), tokens


def _said(theme: str, tokens: Mapping[str, str]) -> dict[str, str]:
    # A token that is not there is as the theme has it.
    return {**dict.fromkeys(_ASKED, ""), "theme": theme, **tokens}


def _with_logo(tx: Transaction, tokens: Mapping[str, str]) -> dict[str, str]:
    """Give the tokens with the address of the logo, of which people write the address or the beginning of its key."""
    return {**tokens, LOGO: images.address_of(tx, tokens[LOGO])} if LOGO in tokens else dict(tokens)
