import http.client
import smtplib
from urllib.parse import urlsplit

from newsletter.demo.envelopes import Envelopes
from newsletter.demo.servers import Outside, listening, port_of, url_of


def test_the_outside_is_a_blog_and_a_relay(envelopes: Envelopes) -> None:
    """Both answer at addresses known before they start, and are gone afterwards."""
    with Outside(envelopes) as outside:
        blog, relay = urlsplit(outside.blog_url), urlsplit(outside.relay_url)
        connection = http.client.HTTPConnection(blog.netloc)
        connection.request("GET", "/feed/")
        status = connection.getresponse().status
        connection.close()
        with smtplib.SMTP("127.0.0.1", relay.port or 0) as client:
            client.sendmail("a@news.example", ["x@members.example"], "Subject: s\r\n\r\ntext\r\n")

    assert 200 == status
    assert 1 == len(envelopes)


def test_a_taken_port_is_replaced_by_a_free_one() -> None:
    """Somebody else may have 8000."""
    with listening() as first, listening(port_of(first)) as second:
        assert port_of(first) != port_of(second)
        assert f"http://127.0.0.1:{port_of(second)}" == url_of(second)
