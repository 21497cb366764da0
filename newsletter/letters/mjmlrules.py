"""What MJML allows: which element may stand in which, and with which attributes; facts from its documentation, pure.

mrml accepts anything and says nothing; so this table does. What it leaves out on purpose: fonts (readers' programs would fetch
them), includes (they recurse until the process dies), and what mrml does not know.
"""

from collections.abc import Mapping
from types import MappingProxyType

_PADDING = "padding padding-top padding-right padding-bottom padding-left"
_BORDER = "border border-top border-right border-bottom border-left border-radius"
_INNER = (
    "inner-background-color inner-border inner-border-top inner-border-right inner-border-bottom inner-border-left "
    "inner-border-radius"
)
_BACKGROUND = (
    "background-color background-url background-repeat background-size background-position background-position-x "
    "background-position-y"
)
_TYPE = "color font-family font-size font-style font-weight letter-spacing line-height text-decoration text-transform"
_LINK = "href rel target title name"

_ATTRIBUTES = {
    "mjml": "lang dir owa",
    "mj-head": "",
    "mj-body": "width background-color",
    "mj-title": "",
    "mj-preview": "",
    "mj-breakpoint": "width",
    "mj-style": "",
    "mj-raw": "position",
    "mj-attributes": "",
    "mj-all": f"{_PADDING} {_TYPE} align direction background-color",
    "mj-class": f"name {_PADDING} {_BORDER} {_TYPE} align direction width height background-color css-class",
    "mj-wrapper": f"{_BACKGROUND} {_BORDER} {_PADDING} full-width text-align",
    "mj-section": f"{_BACKGROUND} {_BORDER} {_PADDING} direction full-width text-align text-padding",
    "mj-group": "background-color direction vertical-align width",
    "mj-column": f"background-color {_BORDER} {_INNER} {_PADDING} direction vertical-align width",
    "mj-hero": f"{_BACKGROUND} {_PADDING} background-height background-width border-radius height mode vertical-align width",
    "mj-text": f"{_PADDING} {_TYPE} align background-color container-background-color height vertical-align",
    "mj-button": (
        f"{_PADDING} {_BORDER} {_TYPE} {_LINK} align background-color container-background-color height inner-padding "
        "text-align vertical-align width"
    ),
    "mj-image": (
        f"{_PADDING} {_BORDER} {_LINK} align alt container-background-color fluid-on-mobile font-size height max-height sizes "
        "src srcset usemap width"
    ),
    "mj-divider": f"{_PADDING} align border-color border-style border-width container-background-color width",
    "mj-spacer": f"{_PADDING} container-background-color height",
    "mj-table": (
        f"{_PADDING} align border cellpadding cellspacing color container-background-color font-family font-size line-height "
        "role table-layout width"
    ),
    "mj-social": (
        f"{_PADDING} {_TYPE} align border-radius container-background-color icon-height icon-padding icon-size inner-padding "
        "mode table-layout text-padding"
    ),
    "mj-social-element": (
        f"{_PADDING} {_TYPE} {_LINK} align alt background-color border-radius icon-height icon-padding icon-position icon-size "
        "sizes src srcset text-padding vertical-align"
    ),
    "mj-navbar": f"{_PADDING} align base-url hamburger ico-align ico-close ico-color ico-open ico-font-size",
    "mj-navbar-link": f"{_PADDING} {_TYPE} {_LINK}",
    "mj-accordion": f"{_PADDING} border container-background-color font-family icon-align icon-height icon-position icon-width",
    "mj-accordion-element": "background-color border font-family icon-align icon-height icon-position icon-width",
    "mj-accordion-title": f"{_PADDING} {_TYPE} background-color",
    "mj-accordion-text": f"{_PADDING} {_TYPE} background-color",
}

ATTRIBUTES: Mapping[str, frozenset[str]] = MappingProxyType(
    # What every element may have, in the body.
    {name: frozenset({*words.split(), "css-class", "mj-class"}) for name, words in _ATTRIBUTES.items()}
)

_IN_COLUMN = frozenset(
    (
        "mj-accordion",
        "mj-button",
        "mj-divider",
        "mj-image",
        "mj-navbar",
        "mj-raw",
        "mj-social",
        "mj-spacer",
        "mj-table",
        "mj-text",
    )
)

# What may stand directly in what. What is not a key holds text and HTML, or nothing.
CHILDREN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "": frozenset({"mjml"}),
        "mjml": frozenset({"mj-head", "mj-body"}),
        "mj-head": frozenset({"mj-attributes", "mj-breakpoint", "mj-preview", "mj-raw", "mj-style", "mj-title"}),
        "mj-attributes": frozenset({"mj-all", "mj-class", *(name for name in _ATTRIBUTES if name.startswith("mj-"))}),
        "mj-body": frozenset({"mj-hero", "mj-raw", "mj-section", "mj-wrapper"}),
        "mj-wrapper": frozenset({"mj-hero", "mj-raw", "mj-section"}),
        "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
        "mj-group": frozenset({"mj-column", "mj-raw"}),
        "mj-column": _IN_COLUMN,
        "mj-hero": _IN_COLUMN,
        "mj-social": frozenset({"mj-raw", "mj-social-element"}),
        "mj-navbar": frozenset({"mj-navbar-link", "mj-raw"}),
        "mj-accordion": frozenset({"mj-accordion-element", "mj-raw"}),
        "mj-accordion-element": frozenset({"mj-accordion-text", "mj-accordion-title", "mj-raw"}),
    }
)

# They hold text and HTML.
WITH_HTML = frozenset(
    "mj-text mj-button mj-raw mj-table mj-social-element mj-navbar-link mj-accordion-title mj-accordion-text".split()  # noqa: SIM905 -- reads as the list it is
)
# They hold text alone.
WITH_TEXT = frozenset({"mj-title", "mj-preview", "mj-style"})

# What mrml needs, or what a letter must not lack.
REQUIRED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        # mrml writes no alt where there is none, and screen readers spell the address.
        "mj-image": frozenset({"src", "alt"}),
        "mj-social-element": frozenset({"alt"}),
        "mj-button": frozenset({"href"}),
        "mj-class": frozenset({"name"}),
        "img": frozenset({"src", "alt"}),
    }
)

# Known, and refused for a reason.
REFUSED: Mapping[str, str] = MappingProxyType(
    {
        "mj-font": "mail programs would fetch the font from elsewhere",
        "mj-include": "an include can hold itself and end the process; use {% include %}",
        "mj-html-attributes": "mrml does not know it",
        "mj-carousel": "most mail programs show its pictures one below the other",
    }
)

# HTML elements that have no end.
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())  # noqa: SIM905 -- as said
