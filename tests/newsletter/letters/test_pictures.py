import re

import pytest

from newsletter.images.model import Hosted, Shelf
from newsletter.letters.content import Fit, make_fit
from newsletter.letters.pictures import Picture, lift_first

POST = "https://blog.example.org/2020/01/24/mentoring/"
ROOT = "https://blog.example.org"

CASES = {
    "the smallest version that is large enough": (
        '<img alt="A" src="/s.jpg" srcset="/300.jpg 300w, /1200.jpg 1200w, /4000.jpg 4000w">',
        f'<img src="{ROOT}/1200.jpg" alt="A">',
    ),
    "the largest version when none is large enough": (
        '<img alt="A" src="/s.jpg" srcset="/300.jpg 300w, /600.jpg 600w">',
        f'<img src="{ROOT}/600.jpg" alt="A">',
    ),
    "an address with a comma": ('<img alt="A" srcset="/a,b.jpg 1200w">', f'<img src="{ROOT}/a,b.jpg" alt="A">'),
    "versions by density": ('<img alt="A" srcset="/1.jpg 1x, /2.jpg 2x">', f'<img src="{ROOT}/1.jpg" alt="A">'),
    "a lazy picture": (
        '<img alt="A" src="data:image/gif;base64,R0" data-lazy-src="/real.jpg">',
        f'<img src="{ROOT}/real.jpg" alt="A">',
    ),
    "what the twin without scripts knows": (
        '<img src="data:,x"><noscript><img src="/real.jpg" alt="A"></noscript>',
        f'<img src="{ROOT}/real.jpg" alt="A">',
    ),
    "a picture only for readers without scripts": (
        '<p>x</p><noscript><img src="/real.jpg" alt="A"></noscript>',
        f'<img src="{ROOT}/real.jpg" alt="A">',
    ),
    "a wide picture is as wide as the column": (
        '<img alt="A" src="/a.jpg" width="1024">',
        f'<img src="{ROOT}/a.jpg" alt="A" width="536">',
    ),
    "a narrow picture stays narrow": (
        '<img alt="A" src="/a.jpg" width="200">',
        f'<img src="{ROOT}/a.jpg" alt="A" width="200">',
    ),
    "no alternative text is said to be none": ('<img src="/a.jpg">', f'<img src="{ROOT}/a.jpg" alt="">'),
}


def fit(html: str) -> Fit:
    """Make *html* fit."""
    result = make_fit(html, POST)
    assert isinstance(result, Fit)
    return result


@pytest.mark.parametrize("case", CASES)
def test_of_many_versions_the_right_one_is_taken(case: str) -> None:
    """A letter shows what the page meant, whatever script would have loaded it."""
    written, expected = CASES[case]

    assert expected in fit(written).html


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://pixel.wp.com/g.gif?blog=1" alt="">',
        '<img src="/x.gif" width="1" height="1">',
        '<img src="/x.gif" width="0">',
        '<noscript><img src="https://example.org/t.gif" width="1" height="1"></noscript>',
        '<img src="data:image/png;base64,AA">',
        '<img src="file:///etc/passwd">',
        '<img src="http://[half/x.png">',
        "<img alt='nothing'>",
    ],
)
def test_what_is_no_picture_goes(html: str) -> None:
    """Tracking pixels, data and files are not mailed."""
    assert "<p>Text</p>" == fit(f"<p>Text</p>{html}").html


def test_tracker_beside_a_lazy_picture_does_not_take_it_along() -> None:
    """The size of a pixel is not given to the picture before it."""
    html = '<img data-src="/a.jpg" alt="A"><noscript><img src="/t.gif" width="1" height="1"></noscript>'

    assert f'<p><img src="{ROOT}/a.jpg" alt="A"></p>' == fit(html).html


def test_pictures_are_listed_with_their_true_size() -> None:
    """The layout decides by what the article says of its pictures."""
    pictures = fit('<img src="/a.jpg" alt="A  b" width="1024" height="683"><img src="/b.jpg" width="100%">').article.pictures

    assert (Picture(f"{ROOT}/a.jpg", "A b", 1024, 683), Picture(f"{ROOT}/b.jpg", "", 0, 0)) == pictures


def test_a_caption_excuses_a_missing_alternative_text() -> None:
    """What stands beside the picture describes it."""
    assert () == fit('<figure><img src="/a.jpg"><figcaption>The hall</figcaption></figure>').article.remarks
    assert ("1 picture without alt text",) == fit('<figure><img src="/a.jpg"></figure>').article.remarks


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<p><img src="a" alt=""></p><p>Dear</p>', "<p>Dear</p>"),
        ('<p><img src="a" alt="">Dear</p>', "<p>Dear</p>"),
        ('<figure><img src="a" alt=""><figcaption>Me</figcaption></figure><p>Dear</p>', "<p>Dear</p>"),
        ('<img src="a" alt=""><p>Dear</p>', "<p>Dear</p>"),
        ('<p>Dear</p><img src="a" alt="">', None),
        ("<p>Dear</p>", None),
    ],
)
def test_first_picture_is_lifted_when_nothing_is_said_before_it(html: str, expected: str | None) -> None:
    """A portrait stands at the head of a letter."""
    assert expected == lift_first(html)


@pytest.mark.parametrize(
    ("caption", "credit"),
    [
        ("The hall in Athens (Photo by Ann Lee)", "Ann Lee"),
        ("The hall. Photo: Ann Lee, IFLA", "Ann Lee, IFLA"),
        ("Foto: Jürgen Groß", "Jürgen Groß"),
        ("Crédit photo : Anne Durand | Paris", "Anne Durand"),
        ("Image courtesy of the Library of Congress", "courtesy of the Library of Congress"),
        ("Photo credit: Ann Lee", "Ann Lee"),
        ("The hall © Ann Lee", "© Ann Lee"),
        ("The hall <cite>Ann Lee</cite>", "Ann Lee"),
        ("Picture books by the shelf", ""),
        ("The hall", ""),
    ],
)
def test_caption_says_whose_a_picture_is(caption: str, credit: str) -> None:
    """For a picture that leads its article, whose caption stays behind."""
    (picture,) = fit(f'<figure><img src="/a.jpg" alt="A"><figcaption>{caption}</figcaption></figure>').article.pictures

    assert credit == picture.credit


def test_link_to_the_same_picture_in_large_goes() -> None:
    """Whoever follows it leaves the letter for a picture they have seen."""
    html = fit('<a href="/a-large.jpg"><img src="/a.jpg" alt="A"></a> <a href="/page"><img src="/b.jpg" alt="B"></a>').html

    assert ["https://blog.example.org/page"] == re.findall('href="([^"]*)"', html)


@pytest.mark.parametrize(
    "source", ["https://s.w.org/images/core/emoji/13/72x72/1f600.png", "/wp-includes/images/smilies/icon_smile.gif"]
)
def test_emoji_of_any_blog_are_characters(source: str) -> None:
    """Known by their address where the class is gone."""
    assert "<p>Hi 😀</p>" == fit(f'<p>Hi <img src="{source}" alt="😀"></p>').html


def test_still_that_is_not_there_leaves_its_link() -> None:
    """Whatever stands around it: selectors look above the place that is looked through."""
    html = '<figcaption><a href="/x"><iframe src="//youtu.be/abcdefgh" title="A talk"></iframe></a></figcaption>'
    result = make_fit(html, POST, Shelf())

    assert isinstance(result, Fit)
    assert "<img" not in result.html
    assert '<a href="https://youtu.be/abcdefgh">Watch: A talk</a>' in result.html
    assert result.article.settled.lost == (
        "the still of a film is left out, and its link stays: the picture has not been fetched yet",
    )


def test_card_and_true_size_come_from_the_shelf() -> None:
    """What a page says is the size of its own column; a picture shown small stays small."""
    hosted = Hosted(
        "https://n.example.org/images/1.jpg", 900, 600, "https://n.example.org/images/2.jpg", "From the library", "Ann"
    )
    shelf = Shelf(by_source={"https://blog.example.org/a.jpg": hosted, "https://blog.example.org/b.jpg": hosted})
    result = make_fit('<img src="/a.jpg" width="5000" alt=""><img src="/b.jpg" width="100" alt="B">', POST, shelf)

    assert isinstance(result, Fit)
    assert [
        Picture(hosted.src, "From the library", 900, 600, hosted.card, "Ann"),
        Picture(hosted.src, "B", 100, 600, hosted.card, "Ann"),
    ] == list(result.article.pictures)
