import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.images.model import Hosted, Shelf
from newsletter.letters import content
from newsletter.letters.content import Fit, Unfit, make_fit
from tests.harness.dialect import assert_in_dialect
from tests.harness.hostile import ARTICLES

POST = "https://blog.example.org/2020/01/24/mentoring/"

# What a blog writes, and what the letter gets.
CASES = {
    "emoji become characters": (
        '<p>Hi <img class="wp-smiley" alt="😀" src="https://s.w.org/72x72/1f600.png"></p>',
        "<p>Hi 😀</p>",
    ),
    "a YouTube player becomes a still and a link": (
        '<iframe src="https://www.youtube-nocookie.com/embed/abc_123-x" title="A talk"></iframe>',
        (
            '<figure><a href="https://youtu.be/abc_123-x">'
            '<img src="https://i.ytimg.com/vi/abc_123-x/hqdefault.jpg#play" alt="Film: A talk"></a>'
            '<figcaption><a href="https://youtu.be/abc_123-x">Watch: A talk</a></figcaption></figure>'
        ),
    ),
    "a Vimeo player becomes a link": (
        '<iframe src="//player.vimeo.com/video/76979871" title="vimeo-player"></iframe>',
        '<p><a href="https://vimeo.com/76979871">Watch the video on Vimeo</a></p>',
    ),
    "a recording becomes a link": (
        '<audio><source src="/talk.mp3"></audio>',
        '<p><a href="https://blog.example.org/talk.mp3">Listen to the recording on blog.example.org</a></p>',
    ),
    "an embedded page becomes a link": (
        '<iframe src="https://maps.example.org/x"></iframe>',
        '<p><a href="https://maps.example.org/x">Open: maps.example.org</a></p>',
    ),
    "a quotation embedded by WordPress keeps its own link": (
        (
            '<blockquote class="wp-embedded-content"><a href="/other/">Other</a></blockquote>'
            '<iframe class="wp-embedded-content" src="/other/embed/"></iframe>'
        ),
        '<blockquote><a href="https://blog.example.org/other/">Other</a></blockquote>',
    ),
    "a file is linked once": (
        '<div class="wp-block-file"><a href="/r.pdf">Report</a><a class="wp-block-file__button" href="/r.pdf">Save</a></div>',
        '<p><a href="https://blog.example.org/r.pdf">Report (PDF)</a></p>',
    ),
    "share buttons, forms and scripts go": (
        "<p>Text</p><div class='sharedaddy'>Share</div><form><p>Mail</p></form><script>x()</script><style>p{}</style>",
        "<p>Text</p>",
    ),
    "the line of syndication plugins goes": (
        '<p>Text</p><p>The post <a href="/x">X</a> appeared first on <a href="/">Blog</a>.</p>',
        "<p>Text</p>",
    ),
    "known shortcodes go, other brackets stay": (
        '<p>[gallery ids="1,2"]Text [1] and [sic]</p>',
        "<p>Text [1] and [sic]</p>",
    ),
    "links lead out of the letter": (
        '<p><a href="../about/">About</a> <a href="#note">Note</a></p>',
        (
            '<p><a href="https://blog.example.org/2020/01/24/about/">About</a> '
            '<a href="https://blog.example.org/2020/01/24/mentoring/#note">Note</a></p>'
        ),
    ),
    "links that lead nowhere are words": (
        '<p><a href="javascript:x()">one</a> <a>two</a> <a href="http://[half">three</a> <a href="data:text,x">four</a></p>',
        "<p>one two three four</p>",
    ),
    "headings begin below the article's title and skip no level": (
        "<h1>A</h1><h3>B</h3><h6>C</h6><h1>D</h1>",
        "<h4>A</h4><h5>B</h5><h6>C</h6><h4>D</h4>",
    ),
    "a caption is a figure's caption": (
        '<div class="wp-caption" style="width:300px"><img src="/a.jpg" alt="A"><p class="wp-caption-text">By B</p></div>',
        '<figure><img src="https://blog.example.org/a.jpg" alt="A"><figcaption>By B</figcaption></figure>',
    ),
    "a gallery of one picture is a figure": (
        (
            '<div class="gallery"><dl class="gallery-item"><dt class="gallery-icon"><img src="/a.jpg" alt="A"></dt>'
            '<dd class="gallery-caption">By B</dd></dl></div>'
        ),
        '<figure><img src="https://blog.example.org/a.jpg" alt="A"><figcaption>By B</figcaption></figure>',
    ),
    "a gallery is set two by two": (
        (
            '<figure class="wp-block-gallery"><figure class="wp-block-image"><a href="/a.jpg"><img src="/a.jpg" alt="A"></a>'
            "<figcaption>One</figcaption></figure>"
            '<figure class="wp-block-image"><img src="/b.jpg" alt="B" width="900"></figure>'
            '<figcaption class="blocks-gallery-caption">Both</figcaption></figure>'
        ),
        (
            '<table role="presentation"><caption>Both</caption><tbody><tr>'
            '<td><img src="https://blog.example.org/a.jpg" alt="A" width="260"><br>One</td>'
            '<td><img src="https://blog.example.org/b.jpg" alt="B" width="260"></td></tr></tbody></table>'
        ),
    ),
    "a bare address in the place of a player is one": (
        '<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">https://vimeo.com/76979871</div></figure>',
        '<p><a href="https://vimeo.com/76979871">Watch the video on Vimeo</a></p>',
    ),
    "shortcodes that hold what they show are done": (
        (
            '[caption id="x" width="300"]<img src="/a.jpg" alt="A"> The hall[/caption]'
            '[embed]https://vimeo.com/76979871[/embed][audio mp3="https://x.example.org/a.mp3"][/audio]'
        ),
        (
            '<figure><img src="https://blog.example.org/a.jpg" alt="A"><figcaption>The hall</figcaption></figure>'
            '<p><a href="https://vimeo.com/76979871">Watch the video on Vimeo</a></p>'
            '<p><a href="https://x.example.org/a.mp3">Listen to the recording on x.example.org</a></p>'
        ),
    ),
    "footnotes are numbers, and notes without a way back": (
        (
            '<p>Text<sup class="fn"><a href="#fn1" id="r1">1</a></sup></p>'
            '<ol class="wp-block-footnotes"><li id="fn1">A note <a href="#r1">↩︎</a></li></ol>'
        ),
        "<p>Text<sup>[1]</sup></p><ol><li>A note </li></ol>",
    ),
    "documents say what they are once": (
        (
            '<p><a href="/r.pdf">Report</a> <a href="/r.pdf">Report here</a> [PDF] '
            '<a href="/s.docx?x=1">Notes</a> <a href="/r.pdf">A PDF</a></p>'
        ),
        (
            '<p><a href="https://blog.example.org/r.pdf">Report (PDF)</a> '
            '<a href="https://blog.example.org/r.pdf">Report here</a> [PDF] '
            '<a href="https://blog.example.org/s.docx?x=1">Notes (Word)</a> '
            '<a href="https://blog.example.org/r.pdf">A PDF</a></p>'
        ),
    ),
    "paragraphs run as their script does": (
        "<p>Dear all</p><p>مرحبا</p><ul><li>شيء</li><li>Latin</li></ul>",
        '<p>Dear all</p><p dir="rtl">مرحبا</p><ul dir="rtl"><li>شيء</li><li dir="ltr">Latin</li></ul>',
    ),
    "wide tables are told row by row": (
        (
            "<table><tr><th>Day</th><th>A</th><th>B</th><th>C</th><th>D</th></tr>"
            "<tr><td>Mo</td><td>1</td><td>2</td><td></td><td>4</td></tr></table>"
        ),
        "<p><strong>Mo</strong></p><ul><li>A: 1</li><li>B: 2</li><li>D: 4</li></ul>",
    ),
    "tables that only lay out are unwrapped": (
        "<table><tr><td>left</td><td><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td></tr></table>",
        "<p>left</p><table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>",
    ),
    "bare words become paragraphs": ("One <b>two</b><p>Three</p>four", "<p>One <b>two</b></p><p>Three</p><p>four</p>"),
    "wrappers of page builders go": (
        "<section><div><div>Words</div><div><p>More</p></div></div></section>",
        "<p>Words</p><p>More</p>",
    ),
    "classes, styles and identifiers go, language and direction stay": (
        '<p class="a" style="color:red" id="x" onclick="x()" lang="ar" dir="rtl">نص</p>',
        '<p lang="ar" dir="rtl">نص</p>',
    ),
    "header cells say what they head": (
        "<table><tr><th>A<th>B<tr><th>C<td>1</table>",
        (
            '<table><tbody><tr><th scope="col">A</th><th scope="col">B</th></tr>'
            '<tr><th scope="row">C</th><td>1</td></tr></tbody></table>'
        ),
    ),
    "empty blocks go": ("<p>&nbsp;</p><div><p> </p></div><p>Text</p><ul><li></li></ul>", "<p>Text</p>"),
    "unclosed and upper-case tags are closed": ("<P>one<BR><p>two <B>three", "<p>one<br></p><p>two <b>three</b></p>"),
    "control characters go": ("<p>a\x00b\x0bc\ud800d</p>", "<p>abcd</p>"),
}


def fit(html: str) -> Fit:
    """Make *html* fit."""
    result = make_fit(html, POST)
    assert isinstance(result, Fit)
    return result


@pytest.mark.parametrize("case", CASES)
def test_what_a_blog_writes_is_made_fit(case: str) -> None:
    """Every wart of WordPress and its plugins has its cure."""
    written, expected = CASES[case]

    assert expected == fit(written).html


def test_editor_is_told_what_was_changed() -> None:
    """Nothing disappears in silence."""
    warnings = fit(
        '<iframe src="https://youtu.be/x"></iframe><img src="/a.jpg"><img src="/b.jpg" alt=" ">[gallery]'
    ).article.remarks

    assert (
        "shortcodes that the blog did not render were removed: [gallery]",
        "iframe replaced by a link to https://youtu.be/x",
        "2 pictures without alt text",
    ) == warnings


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("<div>" * 20_000, "it is nested deeper than 2,000 levels"),
        ("<b>x" * 3_000, "it is nested deeper than 2,000 levels"),
        ("<ul><li>x" * 150, "it is nested deeper than 100 levels"),
        ("x" * 2_000_001, "it is larger than 2 MB"),
        ("é" * 1_000_001, "it is larger than 2 MB"),
    ],
)
def test_markup_that_could_take_the_process_down_is_refused(html: str, reason: str) -> None:
    """Depth is counted before anything parses it."""
    assert Unfit(reason) == make_fit(html, POST)


@pytest.mark.parametrize(
    "html", ["<p>one" * 5_000, "<ul>" + "<li>one" * 5_000, "<table><tr>" + "<td>1" * 3_000, "<br>" * 5_000]
)
def test_tags_that_close_by_themselves_are_not_depth(html: str) -> None:
    """A long post with sloppy tags is no attack."""
    assert content.nesting(html) <= 1
    assert isinstance(make_fit(html, POST), Fit)


@pytest.mark.parametrize(
    "clutter",
    [
        '<div class="x sharedaddy">Share</div>',
        '<div class="SHAREDADDY">Share</div>',
        '<div class="share&#100;addy">Share</div>',
        '<div class="jp-relatedposts">More posts</div>',
        '<a class="wp-block-file__button" href="/r.pdf">Save</a>',
        '<p class="screen-reader-text">For programs</p>',
        '<div class="wp-block-spacer">Room</div>',
        '<a class="more-link" href="/more">More</a>',
        '<div class="addtoany_share_save_container">Share</div>',
        '<p class="post-views">12 views</p>',
        "<span aria-hidden=true>*</span>",
        "<p>The post <a href='/x'>X</a> appe&#97;red first on <a href='/'>Blog</a>.</p>",
    ],
)
def test_clutter_of_a_page_is_left_out(clutter: str) -> None:
    """What a page has around its text goes, in whatever letters its class is written."""
    fit = make_fit(f"<p>Text</p>{clutter}", POST)

    assert isinstance(fit, Fit)
    assert fit.html == "<p>Text</p>"


@pytest.mark.parametrize("tag", ["div", "SECTION", "details", "font", "center", "span"])
def test_wrapper_leaves_its_words(tag: str) -> None:
    """Each of what wraps words on a page is taken away, however its name is written."""
    fit = make_fit(f"<{tag}>Words</{tag}>", POST)

    assert isinstance(fit, Fit)
    assert fit.html == "<p>Words</p>"


# On a busy machine any of them may take long.
@settings(deadline=None)
@given(ARTICLES, st.sampled_from(["ltr", "rtl"]))
def test_sanitising_a_fit_article_changes_nothing(html: str, runs: str) -> None:
    """Whatever comes in, what comes out is already in the sanitiser's dialect, with nothing in it that runs."""
    result = make_fit(html, POST, runs=runs)

    assert isinstance(result, Fit)
    assert content.BREAK not in result.html
    assert_in_dialect(result.html)


SHELF = Shelf(by_source={f"{POST}a.jpg": Hosted("https://news.example.org/images/1.jpg", 900, 600)})


@settings(deadline=None)
@given(ARTICLES)
def test_article_loads_nothing_from_elsewhere(html: str) -> None:
    """Every picture is one of the shelf, whatever the article tries; and nothing else in mail loads by itself."""
    result = make_fit(html, POST, SHELF)

    assert isinstance(result, Fit)
    assert {"https://news.example.org/images/1.jpg"} >= set(re.findall(r'<img src="([^"]*)"', result.html))
    assert result.html.count("<img") == result.html.count('<img src="https://news.example.org/images/1.jpg"')


def test_what_a_letter_cannot_show_is_told() -> None:
    """Forms, drawings, formulas, pictures inside the page, players without an address."""
    html = (
        '<form><input></form><svg></svg><math><mi>x</mi></math><img src="data:image/png;base64,AA" alt="A">'
        '<iframe srcdoc="x"></iframe>'
        "<table><tr><td>1</td><td>2</td><td>3</td><td>4</td><td>5</td></tr><tr><td>1</td></tr></table>"
    )

    assert {
        "an iframe without an address one can go to is left out",
        "a formula is left out",
        "a drawing (SVG) is left out",
        "a form is left out; link to its page instead",
        "a picture that is written into the page itself (data:) is left out",
        "a table of 5 columns is told row by row, because phones have no room for it",
    } == set(fit(html).article.remarks)


def test_documents_say_how_large_they_are() -> None:
    """Where their server told it."""
    shelf = Shelf(sizes={"https://blog.example.org/r.pdf": 1_234_567, "https://blog.example.org/s.pdf": 9_400})
    result = make_fit('<p><a href="/r.pdf">Full report</a> <a href="/s.pdf">The PDF</a></p>', POST, shelf)

    assert isinstance(result, Fit)
    assert "Full report (PDF, 1.2 MB)</a>" in result.html
    assert "The PDF (9 KB)</a>" in result.html
    assert ("https://blog.example.org/r.pdf", "https://blog.example.org/s.pdf") == result.article.documents


@pytest.mark.parametrize("mark", ["<!--more-->", "<!-- more Read on -->", '<span id="more-12"></span>'])
def test_break_of_an_author_is_marked_in_the_tree(mark: str) -> None:
    """An excerpt can be cut there; in the whole text nothing is left of it."""
    result = fit(f"<p>One.</p><p>Two <b>bold{mark} rest</b></p><p>Three.</p>")

    assert "<p>One.</p><p>Two <b>bold rest</b></p><p>Three.</p>" == result.html
    assert result.article.is_broken
    assert "bold\uf8ff rest" in result.article.root.text()


def test_frames_are_no_article() -> None:
    """A page of them has no text of its own."""
    assert Unfit("it is a page of frames") == make_fit("<frameset><frame></frameset>", POST)


def test_shortcode_that_a_blog_shows_stays() -> None:
    """Who writes about shortcodes spells their brackets as numbers, so that nobody takes them for some."""
    assert "<p>Write [gallery] there.</p>" == fit("<p>Write &#91;gallery&#93; there.</p>").html


def test_style_is_written_into_the_elements() -> None:
    """Many mail programs read no style sheet."""
    styled = content.inline_style("<p>One</p><ul><li>Two</li></ul>", "p { margin: 0 0 16px; } li { margin: 0; }")

    assert '<p style="margin: 0 0 16px;">One</p><ul><li style="margin: 0;">Two</li></ul>' == styled


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/x", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("mailto:a@example.org", False),
        ("https:///path", False),
        ("http://[half", False),
        ("", False),
    ],
)
def test_only_addresses_of_the_web_are_links(url: str, *, expected: bool) -> None:
    """A feed cannot put a link into the letter that runs something."""
    assert expected == content.is_web_link(url)
