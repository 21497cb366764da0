"""The HTML that letters are written in, said again and apart from the product's own table."""

import re

import nh3

_ALLOWED = (
    "p br hr h4 h5 h6 ul ol li dl dt dd blockquote cite q a strong b em i u s del ins sup sub small mark code pre kbd abbr "
    "span div figure figcaption img table caption thead tbody tfoot tr th td time"
)
_CLEANER = nh3.Cleaner(
    tags=set(_ALLOWED.split()),
    attributes={
        "a": {"href"},
        "img": {"src", "alt", "width"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
        "ol": {"start"},
        "*": {"lang", "dir"},
    },
    url_schemes={"http", "https", "mailto", "tel"},
    link_rel=None,
    tag_attribute_values={"table": {"role": {"presentation"}}},
)
_RUNS = re.compile(r"<[^>]*(javascript:|\son\w+=|style=|class=|<script)", re.IGNORECASE)


def assert_in_dialect(html: str) -> None:
    """Fail unless sanitising *html* would change nothing, and nothing in it runs."""
    assert html == _CLEANER.clean(html).strip()
    assert not _RUNS.search(html)
