from zoneinfo import ZoneInfo

import pytest
from starlette.testclient import TestClient

from newsletter.demo.envelopes import Envelopes
from newsletter.demo.inbox import create_inbox
from tests.harness.caught import LETTER

TEXT_ONLY = b"Subject: Only words\r\nFrom: a@b.example\r\nTo: c@d.example\r\n\r\nWords <b>only</b>.\r\n"


@pytest.fixture
def client(envelopes: Envelopes) -> TestClient:
    """Give a browser for an inbox with two mails."""
    envelopes.keep("b.1@news.example", ("helene@members.example",), LETTER)
    envelopes.keep("b.2@news.example", ("c@d.example",), TEXT_ONLY)
    return TestClient(create_inbox(envelopes, ZoneInfo("Europe/Amsterdam")))


def test_list_shows_who_what_and_when(client: TestClient) -> None:
    """Newest first, in the zone asked for."""
    page = client.get("/").text

    assert page.index("Only words") < page.index("January 2020 – the issue")
    assert "Hélène Lefèvre" in page
    assert "Mon 3 Feb 2020, 09:00" in page
    assert "2 mails, caught on this machine" in page


def test_search_finds_people(client: TestClient) -> None:
    """By name, with the count beside."""
    page = client.get("/", params={"q": "lefèvre"}).text

    assert "1 of 2 for “lefèvre”" in page
    assert "Only words" not in page


def test_an_empty_inbox_says_what_to_expect(envelopes: Envelopes) -> None:
    """Empty is a designed state."""
    page = TestClient(create_inbox(envelopes, ZoneInfo("UTC"))).get("/").text

    assert "Nothing has been caught yet." in page


def test_long_lists_have_pages(envelopes: Envelopes) -> None:
    """Fifty to a page, and the search goes along."""
    for number in range(51):
        envelopes.keep("", (f"p{number}@d.example",), TEXT_ONLY)
    client = TestClient(create_inbox(envelopes, ZoneInfo("UTC"), prefix="/demo/inbox"))

    first, second = client.get("/?q=words").text, client.get("/?q=words&page=2").text

    assert 50 == first.count("<li>")
    assert 'href="/demo/inbox/?q=words&amp;page=2"' in first
    assert 1 == second.count("<li>")
    assert "Older mails" not in second


def test_a_letter_runs_nothing_and_opens_links_outside(client: TestClient) -> None:
    """Whatever was caught stays in its frame."""
    answer = client.get("/mails/1/letter")
    policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert '<head><base target="_blank">' in answer.text


def test_the_frame_is_sandboxed(client: TestClient) -> None:
    """By attribute as well as by header."""
    page = client.get("/mails/1").text

    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page
    assert 'src="/mails/1/letter"' in page


def test_unsubscribe_is_offered_as_mail_programs_do(client: TestClient) -> None:
    """One POST with the one field of RFC 8058; not where the mail does not promise it."""
    page = client.get("/mails/1").text

    assert '<form method="post" action="https://news.example/u/abcdefgh"' in page
    assert '<input type="hidden" name="List-Unsubscribe" value="One-Click">' in page
    assert "<form" not in client.get("/mails/2").text


def test_text_and_source_are_shown_as_text(client: TestClient) -> None:
    """Markup in them is not markup of the page."""
    assert "Words &lt;b&gt;only&lt;/b&gt;." in client.get("/mails/2").text
    assert "Dear Hélène" in client.get("/mails/1?view=text").text
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in client.get("/mails/1?view=source").text


def test_a_mail_can_be_saved(client: TestClient) -> None:
    """The bytes that were received."""
    answer = client.get("/mails/1/raw")

    assert LETTER == answer.content
    assert 'attachment; filename="000001.eml"' == answer.headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["/mails/0", "/mails/3", "/mails/3/letter", "/mails/1?view=other"])
def test_what_is_not_there_is_404(client: TestClient, path: str) -> None:
    """No mail, no page."""
    assert 404 == client.get(path).status_code


@pytest.mark.parametrize("path", ["/style.css", "/inbox.js"])
def test_pages_bring_their_own_files(client: TestClient, path: str) -> None:
    """No other server is needed."""
    assert 200 == client.get(path).status_code
