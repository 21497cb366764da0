"""A theme as values: its colours, faces, sizes and lengths, each checked when it is read; pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from newsletter.errors import BadValue
from newsletter.images.model import own_file
from newsletter.issues.model import Look
from newsletter.letters.holes import Style
from newsletter.letters.legibility import LEAST_CONTRAST, LEAST_CONTRAST_LARGE, contrast
from subscribers.oneline import one_line
from subscribers.sentence import say

SCHEMES = ("light", "dark")

# The sizes of type at scale 100, in pixels: one scale for everything.
SIZES: Mapping[str, int] = MappingProxyType({"small": 13, "note": 15, "text": 17, "head": 20, "title": 25, "display": 32})

# What stands on what, and whether it is large; a pair that cannot be read is refused.
_PAIRS: Sequence[tuple[str, str, bool]] = (
    ("ink", "paper", False),
    ("quiet", "paper", False),
    ("accent", "paper", False),
    ("ink", "tint", False),
    ("quiet", "tint", False),
    ("accent", "tint", False),
    ("on_accent", "accent", False),
    ("on_band", "band", False),
    ("on_band", "band_2", False),
    ("on_band", "band_3", False),
    ("title", "paper", True),
)
_COLOURS = frozenset({"canvas", "line", "rule"} | {colour for pair in _PAIRS for colour in pair[:2]})
_FACES = frozenset({"text", "title", "ui"})
# Least and most, in pixels; the scale in percent. What is beyond breaks a column of 600 pixels, or a phone.
_LENGTHS: Mapping[str, range] = MappingProxyType(
    {
        "scale": range(90, 151),
        "gutter": range(16, 49),
        "section": range(16, 81),
        "article": range(8, 65),
        "side": range(96, 241),
        "card_gap": range(8, 41),
    }
)
# How sections of articles look where their plan leaves it to the theme: the first of an issue, and the others.
_PLACES = frozenset({"first", "others"})
_CHOICES = (Look.LEAD, Look.FEATURES, Look.CARDS, Look.ITEMS, Look.LINKS)
_FLAGS = frozenset({"cover", "pictures"})
_WORDS = frozenset({"lead", "features", "cards", "items", "links", "events"})
_MOST_WORDS = 1_000
_LOGO = frozenset({"src", "alt", "width"})
_LOGO_WIDTHS = range(16, 537)
_GROUPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "light": _COLOURS,
        "dark": _COLOURS,
        "face": _FACES,
        "length": frozenset(_LENGTHS),
        "words": _WORDS,
        "looks": _PLACES,
        "show": _FLAGS,
        "logo": _LOGO,
    }
)
_MAY_LACK = frozenset({"logo"})
LOGO = "logo.src"
_TOKEN = say("token")
_IMAGES = "/images/"
# Where a picture is to come from, for whoever took it from elsewhere.
OWN_IMAGE = say("take it into your own images (newsletter images add), and use the address that newsletter images show tells")
_COLOUR = re.compile("#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE | re.ASCII)
# Names of fonts, quoted singly as they stand in an attribute; nothing that could end one.
_FACE = re.compile(r"[A-Za-z0-9 ,'.-]{1,300}", re.ASCII)

COLUMN_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one scheme."""

    # Around the column; the column itself; boxes on it.
    canvas: Style
    paper: Style
    tint: Style
    # Text; large titles; what may be overlooked; links.
    ink: Style
    title: Style
    quiet: Style
    accent: Style
    # On a button.
    on_accent: Style
    # Hairlines, and the rules that part sections.
    line: Style
    rule: Style
    # Bands across the column, in turn, and what stands on them.
    band: Style
    band_2: Style
    band_3: Style
    on_band: Style

    def of_turn(self, turn: int) -> Style:
        """Give the colour of the band of the section that is the *turn*-th, from 1."""
        return (self.band, self.band_2, self.band_3)[(turn - 1) % 3]


@dataclass(frozen=True, slots=True)
class Face(Style):
    """A list of fonts that readers have, the wanted one first."""

    @property
    def for_outlook(self) -> Style:
        """The one that Outlook has, which takes Times when it lacks the first of a list."""
        return Style("Arial, sans-serif" if self.word.endswith("sans-serif") else "Georgia, serif")


@dataclass(frozen=True, slots=True)
class Faces:
    """What text is set in, and titles, and what stands around them."""

    text: Face
    title: Face
    ui: Face


@dataclass(frozen=True, slots=True)
class Sizes:
    """Sizes of type in pixels."""

    small: int
    note: int
    text: int
    head: int
    title: int
    display: int


@dataclass(frozen=True, slots=True)
class Lengths:
    """Widths and gaps in pixels."""

    gutter: int
    section: int
    article: int
    # The picture beside a feature.
    side: int
    card_gap: int

    @property
    def column(self) -> int:
        """What is left between the gutters."""
        return COLUMN_WIDTH - 2 * self.gutter

    @property
    def card(self) -> int:
        """The width of one of two cards."""
        return (self.column - self.card_gap) // 2


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in the masthead, one of our own images."""

    # From where our pages begin; letters show it from our public address (`Theme.at`).
    src: str
    alt: str
    width: int


@dataclass(frozen=True, slots=True)
class Theme:
    """How the letters of a newsletter look; read from one file of TOML, and what the newsletter changed of it."""

    name: str
    about: str
    light: Palette
    dark: Palette
    face: Faces
    size: Sizes
    length: Lengths
    # How long excerpts are, by look.
    words: Mapping[Look, int]
    first: Look
    others: Look
    # Whether the first large picture stands on the cover, and whether pictures are laid out at all.
    has_cover: bool
    has_pictures: bool
    logo: Logo | None

    def at(self, images: str) -> "Theme":
        """Give the same theme with its logo shown from *images*, where all our images have their addresses."""
        if self.logo is None:
            return self
        return replace(self, logo=replace(self.logo, src=images + self.logo.src.removeprefix(_IMAGES)))


@dataclass(frozen=True, slots=True)
class Pair:
    """A colour that stands on another one in a scheme, and how well it is read there."""

    scheme: str
    # Tokens as they are written.
    front: str
    back: str
    front_colour: str
    back_colour: str
    is_large: bool
    contrast: float

    @property
    def least(self) -> float:
        """What it needs to be read."""
        return LEAST_CONTRAST_LARGE if self.is_large else LEAST_CONTRAST

    @property
    def is_enough(self) -> bool:
        """Whether it can be read."""
        return self.contrast >= self.least

    @property
    def shown(self) -> str:
        """Its contrast, cut and not rounded: 4.48 is not enough, and must not look like it."""
        return f"{int(self.contrast * 100) / 100:.2f}"


def pairs(theme: Theme) -> Iterator[Pair]:
    """Give every pair of colours that must be told apart."""
    for scheme, palette in (("light", theme.light), ("dark", theme.dark)):
        for upper, lower, is_large in _PAIRS:
            front, back = getattr(palette, upper).word, getattr(palette, lower).word
            yield Pair(scheme, _key(scheme, upper), _key(scheme, lower), front, back, is_large, contrast(front, back))


def draft_theme(name: str, document: Mapping[str, object], changes: Mapping[str, str] = MappingProxyType({})) -> Theme:
    """Make a theme as `read_theme` does, also one whose colours cannot be told apart.

    Raises:
        BadValue: a key is missing, unknown or cannot be used; the reason names it.

    """
    about = one_line(str(document.get("about", "")), 200)
    groups = _groups(name, {key: value for key, value in document.items() if key != "about"})
    for key, text in changes.items():
        group, part = _place_of(key)
        groups.setdefault(group, {})[part] = text
    _require_whole(name, groups)
    return _theme(name, about, groups)


def read_theme(name: str, document: Mapping[str, object], changes: Mapping[str, str] = MappingProxyType({})) -> Theme:
    """Make a theme of what stands in its file, with *changes* by key: `accent`, `dark.accent`, `face.title`, `length.scale`.

    Raises:
        BadValue: a key is missing, unknown or cannot be used, or two colours cannot be told apart; the reason names them.

    """
    theme = draft_theme(name, document, changes)
    _require_contrast(theme)
    return theme


def token_keys() -> tuple[str, ...]:
    """Give every key that can be changed, as it is written."""
    return tuple(sorted(_key(group, part) for group, parts in _GROUPS.items() for part in parts))


def require_token(key: str) -> str:
    """Give *key* as it is kept.

    Raises:
        BadValue: no theme has it.

    """
    group, part = _place_of(key)
    return _key(group, part)


def _key(group: str, part: str) -> str:
    part = part.replace("_", "-")
    return part if group == "light" else f"{group}.{part}"


def _place_of(key: str) -> tuple[str, str]:
    group, dot, part = key.strip().lower().partition(".")
    if not dot:
        group, part = "light", group
    part = part.replace("-", "_")
    if part not in _GROUPS.get(group, frozenset()):
        raise BadValue(_TOKEN, key, say("there is no such token; there are %(keys)s", keys=", ".join(token_keys())))
    return group, part


def _groups(name: str, document: Mapping[str, object]) -> dict[str, dict[str, object]]:
    groups: dict[str, dict[str, object]] = {}
    for group, table in document.items():
        if group not in _GROUPS or not isinstance(table, Mapping):
            raise BadValue(say("theme"), name, f"{group} is no group of tokens; there are {', '.join(_GROUPS)}")
        groups[group] = {str(part).replace("-", "_"): value for part, value in table.items()}
        for part in groups[group]:
            if part not in _GROUPS[group]:
                raise BadValue(say("theme"), name, say("there is no token %(key)s", key=_key(group, part)))
    return groups


def _require_whole(name: str, groups: Mapping[str, Mapping[str, object]]) -> None:
    for group, parts in _GROUPS.items():
        missing = sorted(parts - groups.get(group, {}).keys())
        if missing and group not in _MAY_LACK:
            raise BadValue(say("theme"), name, say("the token %(key)s is missing", key=_key(group, missing[0])))


def _theme(name: str, about: str, groups: Mapping[str, Mapping[str, object]]) -> Theme:
    lengths = {part: _number(_key("length", part), value, _LENGTHS[part]) for part, value in groups["length"].items()}
    scale = lengths.pop("scale")
    return Theme(
        name=name,
        about=about,
        light=_palette("light", groups["light"]),
        dark=_palette("dark", groups["dark"]),
        face=Faces(**{part: _face(part, value) for part, value in groups["face"].items()}),
        size=Sizes(**{part: round(size * scale / 100) for part, size in SIZES.items()}),
        length=Lengths(**lengths),
        words={
            Look(part): _number(_key("words", part), value, range(_MOST_WORDS + 1)) for part, value in groups["words"].items()
        },
        first=_look("first", groups["looks"]["first"]),
        others=_look("others", groups["looks"]["others"]),
        has_cover=_flag("cover", groups["show"]["cover"]),
        has_pictures=_flag("pictures", groups["show"]["pictures"]),
        logo=_logo(groups.get("logo", {})),
    )


def _palette(scheme: str, table: Mapping[str, object]) -> Palette:
    return Palette(**{part: _colour(_key(scheme, part), value) for part, value in table.items()})


def _colour(key: str, value: object) -> Style:
    if not isinstance(value, str) or not _COLOUR.fullmatch(value.strip()):
        raise BadValue(_TOKEN, f"{key}={value}", say("a colour is written as #0f5c63"))
    digits = value.strip().lower()
    if len(digits) == len("#abc"):
        digits = "#" + "".join(digit * 2 for digit in digits[1:])
    return Style(digits)


def _face(part: str, value: object) -> Face:
    if not isinstance(value, str) or not _FACE.fullmatch(value) or value.count("'") % 2:
        reason = say("a face is a list of names of fonts, those of several words in single quotes")
        raise BadValue(_TOKEN, f"face.{part}={value}", reason)
    return Face(value)


def _number(key: str, value: object, within: range) -> int:
    try:
        number = int(str(value))
    except ValueError:
        number = -1
    if number not in within:
        raise BadValue(_TOKEN, f"{key}={value}", say("it is a whole number from %(a)s to %(b)s", a=within[0], b=within[-1]))
    return number


def _look(part: str, value: object) -> Look:
    if not isinstance(value, str) or value not in _CHOICES:
        raise BadValue(_TOKEN, f"looks.{part}={value}", say("it is one of %(choices)s", choices=", ".join(_CHOICES)))
    return Look(value)


def _flag(part: str, value: object) -> bool:
    flags = {"true": True, "yes": True, "false": False, "no": False}
    if str(value).lower() not in flags:
        raise BadValue(_TOKEN, f"show.{part}={value}", say("it is yes or no"))
    return flags[str(value).lower()]


def _logo(table: Mapping[str, object]) -> Logo | None:
    src = str(table.get("src", ""))
    if not src:
        return None
    file = own_file(src)
    if not file:
        raise BadValue(_TOKEN, f"logo.src={src}", say("it tells another server who reads; %(own)s", own=OWN_IMAGE))
    alt = one_line(str(table.get("alt", "")), 200)
    if not alt:
        raise BadValue(_TOKEN, f"logo.src={src}", say("a logo needs words for whoever does not see it; set logo.alt, too"))
    return Logo(_IMAGES + file, alt, _number("logo.width", table.get("width", 120), _LOGO_WIDTHS))


def _require_contrast(theme: Theme) -> None:
    for pair in pairs(theme):
        if not pair.is_enough:
            size = say("large text") if pair.is_large else say("text")
            facts = {"shown": pair.shown, "scheme": pair.scheme, "least": f"{pair.least:g}", "size": size}
            reason = say("its contrast is %(shown)s in the %(scheme)s scheme, and %(size)s needs %(least)s to be read", **facts)
            named = f"{theme.name}, {pair.front} {pair.front_colour} on {pair.back} {pair.back_colour}"
            raise BadValue(say("theme"), named, reason)
