"""The links of a letter that are counted."""

from html import escape, unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.counted import LONGEST_URL, counted_in, exchanged, leads_outside, token_in

OURS = "https://news.example.org/mail"
BLOG = "https://blog.example.org/a?b=1&c=2"
TOKEN = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=26, max_size=26)


def link(address: str, text: str = "words") -> str:
    """Give a link as the sanitiser writes it."""
    return f'<a href="{escape(address, quote=True)}" style="color:#0f5c63;">{text}</a>'


def test_links_to_elsewhere_are_found_once_and_in_order() -> None:
    """As addresses, not as they are escaped."""
    html = f"<p>{link('http://b.example/')} {link(BLOG)} {link('http://b.example/')}</p>"

    assert ("http://b.example/", BLOG) == counted_in(html, OURS)


@pytest.mark.parametrize(
    "address",
    [
        OURS,
        "HTTPS://News.Example.ORG/mail",
        "http://news.example.org/mail/archive",
        "https://news.example.org:443/mail?a",
        "http://news.example.org.:80/mail#a",
        "https://news.example.org:mail/",
        f"{OURS}/archive/news/3",
        f"{OURS}?a",
        "slotunsubscribetoken",
        "#a12",
        "mailto:ann@example.org",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,hi",
        "ftp://files.example.org/a",
        "//elsewhere.example/a",
        "/subscribe/news",
        "https://",
        "https://good.example@evil.example/",
        "https://a.example/\r\nSet-Cookie: a=b",
        "https://a.example/\x00",
        "https://a.example/ b",
        "https://a.example\\@b.example/",
        "https://[::1",
        f"https://a.example/{'a' * LONGEST_URL}",
    ],
)
def test_what_is_ours_or_unsafe_stays_as_it_is(address: str) -> None:
    """Our own pages, what belongs to one person, what is no address of the web, and what could end a header field."""
    html = link(address)

    assert not leads_outside(address, OURS)
    assert () == counted_in(html, OURS)
    assert html == exchanged(html, {BLOG: "https://news.example.org/l/x"})


def test_an_address_that_only_begins_like_ours_is_elsewhere() -> None:
    """Another folder of a shared host, and another host."""
    assert leads_outside("https://news.example.org/mailbox", OURS)
    assert leads_outside("https://news.example.org.evil.example/mail", OURS)
    assert leads_outside("https://news.example.org:8443/mail", OURS)


def test_a_link_whose_text_is_an_address_leads_there_itself() -> None:
    """A mail program warns of one that says one address and leads to another."""
    texts = (
        "https://blog.example.org/a",
        " www.blog.example.org",
        "<b>http://<i>b</i>.example</b>",
        "<span>blog.example.org</span>/a",
    )
    html = "".join(link(BLOG, text) for text in (*texts, "Blog.Example.org", "b.example:80/?q", "read on"))
    mailed = exchanged(html, {BLOG: f"{OURS}/l/x"})

    assert 6 == mailed.count(escape(BLOG))
    assert f'<a href="{OURS}/l/x" style="color:#0f5c63;">read on</a>' in mailed
    assert () == counted_in(link(BLOG, "http://blog.example.org"), OURS)
    for words in ("read on.", "e.g. this", "3.5", "<b>Dr. Lee</b>", '<img src="https://b.example/a.png" alt="">'):
        assert (BLOG,) == counted_in(link(BLOG, words), OURS)


def test_only_addresses_of_links_are_exchanged() -> None:
    """The same address in a text, a picture, or the attribute of another element stays."""
    alt = f"&lt;a href=&quot;{escape(BLOG)}&quot;&gt;"
    rest = f'<img src="{escape(BLOG)}" alt="{alt}"> {escape(BLOG)} <p lang="{escape(BLOG)}"></p>'

    assert rest == exchanged(rest, {BLOG: "https://news.example.org/l/x"})


@given(st.lists(st.tuples(st.sampled_from(["https://a.example/?x=1&y=2", "http://b.example/é", OURS]), st.text(max_size=20))))
def test_exchanging_back_gives_what_was_approved(links: list[tuple[str, str]]) -> None:
    """Byte for byte: nothing but the addresses of counted links is another one in the mail."""
    html = "".join(f"{link(address, escape(text))}{escape(text)}" for address, text in links)
    there = {address: f"{OURS}/l/{place}" for place, address in enumerate(counted_in(html, OURS))}
    back = {ours: address for address, ours in there.items()}

    assert html == exchanged(exchanged(html, there), back)


@given(TOKEN)
def test_a_token_is_read_in_either_letter_case(token: str) -> None:
    """Mail servers change it."""
    assert token == token_in(token) == token_in(token.upper())


@given(st.text(max_size=60))
def test_what_is_no_token_is_none(text: str) -> None:
    """Whatever stands in its place: too short, too long, of other signs, of signs that only look alike."""
    token = token_in(text)

    assert token is None or (token == text.lower() and 26 == len(text.encode()))


@pytest.mark.parametrize(
    "text", ["", "a" * 25, "a" * 27, "a" * 25 + "1", "a" * 25 + "\n", "ａ" * 26, "a" * 25 + "\u212a", "../" * 9]
)
def test_tokens_that_are_nearly_right_are_none(text: str) -> None:
    """Truncated, grown, with a sign of another alphabet, with a path."""
    assert token_in(text) is None


def test_addresses_are_unescaped_as_browsers_do() -> None:
    """What is kept is the address itself."""
    assert (unescape(escape(BLOG)),) == counted_in(link(BLOG), OURS)
