"""What was kept, made ready to be read."""

from newsletter.archive.reading import bare, on_a_page, said_to_nobody
from newsletter.letters.letter import Draft, LetterKind, SlotName
from newsletter.letters.pieces import Piece


def test_headings_rise_below_the_title_of_the_page() -> None:
    """With what they are and hold; others stay."""
    html = '<h4 id="a" dir="rtl">Why <em>so</em></h4><h5>How</h5><p>h4</p>'

    assert '<h2 id="a" dir="rtl">Why <em>so</em></h2><h3>How</h3><p>h4</p>' == on_a_page(html)
    assert "" == on_a_page("")


def test_bare_words_stand_apart() -> None:
    """As the eye reads them, without styles."""
    html = "<style>p { color: red }</style><p>One<br>two</p><ul><li>three</li><li>f<b>our</b></li></ul>"

    assert "One two three four" == bare(html)
    assert "" == bare("")


def test_nobody_is_called_by_name() -> None:
    """Values are escaped, and what nobody answered has its other words."""
    draft = Draft(
        LetterKind.ISSUE,
        "",
        "",
        "",
        "",
        "",
        "en",
        "",
        "",
        {SlotName.NAME: "slotname"},
        "",
        {"library|your <library>": "slotlib"},
    )
    piece = Piece("", "", "", "", "<p>Dear slotname, slotlib</p>")

    assert "<p>Dear &lt;all&gt;, your &lt;library&gt;</p>" == said_to_nobody(piece, draft, {SlotName.NAME: "<all>"}).html
