"""The picture that a feed gives beside a post."""

import pytest

from newsletter.feeds.model import Enclosure
from newsletter.issues.leading import with_picture

TEXT = "<p>Two boats.</p>"


@pytest.mark.parametrize(
    ("href", "media_type"),
    [
        ("https://blog.example.org/a.jpg", "image/jpeg"),
        ("https://blog.example.org/a", "image"),
        ("https://blog.example.org/a.PNG?w=800", ""),
    ],
)
def test_text_without_a_picture_is_led_by_the_one_beside_it(href: str, media_type: str) -> None:
    """Whatever is behind it, such as a recording, is none."""
    enclosures = (Enclosure("https://blog.example.org/talk.mp3", "audio/mpeg", 7), Enclosure(href, media_type, 0))

    assert f'<figure><img src="{href}" alt=""></figure>\n{TEXT}' == with_picture(TEXT, enclosures)


@pytest.mark.parametrize("href", ["javascript:alert(1).jpg", "https://blog.example.org/a.pdf", "ftp://example.org/a.jpg"])
def test_what_is_no_picture_of_the_web_leads_nothing(href: str) -> None:
    """A file is known by its kind, or by its name where nobody says its kind."""
    assert TEXT == with_picture(TEXT, [Enclosure(href, "", 0)])


def test_text_that_shows_a_picture_keeps_its_own() -> None:
    """The one beside it is the same as a rule."""
    text = '<p><IMG src="/a.jpg"> Two boats.</p>'

    assert text == with_picture(text, [Enclosure("https://blog.example.org/b.jpg", "image/jpeg", 0)])


def test_an_address_ends_no_attribute() -> None:
    """A feed may hold anything."""
    led = with_picture(TEXT, [Enclosure('https://x.example/"onload="x.jpg', "image/jpeg", 0)])

    assert '<img src="https://x.example/&quot;onload=&quot;x.jpg" alt="">' in led
