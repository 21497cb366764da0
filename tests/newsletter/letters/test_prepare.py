from dataclasses import replace

import pytest

from newsletter.confined import Child
from newsletter.letters import prepare
from newsletter.letters.content import Unfit
from newsletter.letters.pictures import Picture
from newsletter.letters.plaintext import write
from newsletter.letters.prepare import Needs, Order, Prepared, Take

POST = "https://blog.example.org/2020/01/24/mentoring/"


def an_order(html: str, words: int = 0, take: Take = Take.NONE, css: str = "") -> Order:
    """Ask for an article."""
    return Order(html, POST, words, take, css)


def one(child: Child, order: Order) -> Prepared:
    """Prepare a single article that is fit."""
    (result,) = prepare.prepare_all(child, [order])
    assert isinstance(result, Prepared)
    return result


def test_article_is_prepared_for_both_parts_of_a_mail(child: Child) -> None:
    """HTML with its style, text with its links, and what the editor should know."""
    result = one(child, an_order('<p>See <a href="/x">this</a> <img src="/a.jpg"></p>', css="p { margin: 0; }"))

    assert (
        Prepared(
            html='<p style="margin: 0;">See <a href="https://blog.example.org/x">this</a> '
            '<img src="https://blog.example.org/a.jpg" alt=""></p>',
            text=write('<p>See <a href="https://blog.example.org/x">this</a></p>'),
            picture=None,
            goes_on=False,
            warnings=("1 picture without alt text",),
        )
        == result
    )


def test_excerpt_takes_the_lead_picture_out(child: Child) -> None:
    """The template lays the picture out; the icon before it is none."""
    icon = '<img src="/icon.png" alt="" width="32" height="32">'
    html = icon + '<img src="/hall.jpg" alt="The hall" width="900" height="600"><p>a b c d</p>'

    result = one(child, an_order(html, words=2, take=Take.LEAD))

    assert Picture("https://blog.example.org/hall.jpg", "The hall", 900, 600) == result.picture
    assert "<p>a b…</p>" == result.html
    assert result.goes_on


@pytest.mark.parametrize(
    ("html", "has_portrait"),
    [
        ('<p><img src="/me.jpg" alt="Me" width="200">Dear</p>', True),
        ('<p><img src="/hall.jpg" alt="Hall" width="900">Dear</p>', False),
        ('<p><img src="/me.jpg" alt="Me">Dear</p>', False),
        ('<p>Dear</p><img src="/me.jpg" alt="Me" width="200">', False),
        ("<p>Dear</p>", False),
    ],
)
def test_small_picture_at_the_head_of_a_letter_is_its_portrait(html: str, *, has_portrait: bool, child: Child) -> None:
    """Other pictures of a letter stay where they are."""
    result = one(child, an_order(html, take=Take.PORTRAIT))

    assert has_portrait == (result.picture is not None)
    assert has_portrait == (result.html == "<p>Dear</p>" and "img" in html) or html == "<p>Dear</p>"


# Fifty kilobytes that the parser turns into as many megabytes.
UNCLOSED_FONTS = "".join(f"<font size={size}><p>x" for size in range(1_900))


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 20_000, "nested deeper"),
        ("x" * 2_000_001, "larger than 2 MB"),
        (UNCLOSED_FONTS, "preparing it failed"),
    ],
)
def test_poisoned_article_does_not_harm_its_neighbours(html: str, reason: str, child: Child) -> None:
    """One article is unfit, with its reason; the others come out as ever."""
    before, poisoned, after = prepare.prepare_all(child, [an_order("<p>a</p>"), an_order(html), an_order("<p>b</p>")])

    assert isinstance(before, Prepared)
    assert isinstance(after, Prepared)
    assert ("<p>a</p>", "<p>b</p>") == (before.html, after.html)
    assert isinstance(poisoned, Unfit)
    assert reason in poisoned.reason


def test_article_that_hangs_is_found_among_the_others(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    """When all at once fail, they are tried one by one."""
    # One by one each still gets the three seconds in which even a busy machine starts another child.
    monkeypatch.setattr(prepare, "BATCH_SECONDS", 0.5)
    # Lexbor compares each attribute with all before it: 18 s for these.
    endless = "<p " + " ".join(f"a{number}=1" for number in range(100_000)) + ">"

    before, hanging, after = prepare.prepare_all(child, [an_order("<p>a</p>"), an_order(endless), an_order("<p>b</p>")])

    assert isinstance(before, Prepared)
    assert Unfit("preparing it failed: took longer than 3 seconds") == hanging
    assert isinstance(after, Prepared)


def test_excerpt_ends_where_its_author_broke_the_text(child: Child) -> None:
    """Unless somebody said how many words it is to have."""
    html = "<p>One two.</p><!--more--><p>Three four five six.</p>"
    broken = one(child, an_order(html, words=4))
    counted = one(child, replace(an_order(html, words=4), to_break=False))

    assert ("<p>One two.</p>", True) == (broken.html, broken.goes_on)
    assert "Three" in counted.html


def test_needs_of_an_article_are_its_pictures_and_documents(child: Child) -> None:
    """Of an excerpt only what can lead it; of a hostile article nothing."""
    html = "".join(f'<img src="/{number}.jpg" alt="A">' for number in range(5)) + '<a href="/r.pdf">Report</a>'
    whole, short, none = prepare.needs_of_all(child, [an_order(html), an_order(html, words=1), an_order("<div>" * 20_000)])

    assert (
        Needs(tuple(f"https://blog.example.org/{number}.jpg" for number in range(5)), ("https://blog.example.org/r.pdf",))
        == whole
    )
    assert isinstance(short, Needs)
    assert 3 == len(short.pictures)
    assert isinstance(none, Unfit)
