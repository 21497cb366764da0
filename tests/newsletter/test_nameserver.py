"""Asking the DNS: what it says, and what is said when it says nothing."""

import pytest

from newsletter.errors import BadValue
from newsletter.nameserver import Server, Texts, read_server, texts
from tests.harness.nameserver import BROKEN, SILENT, SMALL, name_server

NAME = "nl202002._domainkey.example.org"


def asked(name: str, known: dict[str, list[str]], manner: str = "") -> Texts:
    """Ask a name server that knows this much."""
    with name_server(known, manner) as server:
        return texts(name, read_server(server.place))


def test_texts_are_found() -> None:
    """All of them, in an order that does not depend on the server's mood."""
    assert Texts(("a", "b; c")) == asked(NAME, {NAME: ["b; c", "a"]})


def test_strings_of_one_record_are_joined() -> None:
    """A key is longer than one of them can be."""
    with name_server() as server:
        server.texts = {NAME: (("v=DKIM1; ", "p=abc"),)}

        assert Texts(("v=DKIM1; p=abc",)) == texts(NAME, read_server(server.place))


def test_name_without_records_has_none() -> None:
    """An answer, and no trouble."""
    assert Texts() == asked("other.example.org", {NAME: ["a"]})


def test_answer_too_long_for_a_packet_is_fetched() -> None:
    """By TCP, as RSA keys are from some servers."""
    assert Texts(("k" * 200,)) == asked(NAME, {NAME: ["k" * 200]}, SMALL)


def test_what_stands_under_a_crowded_name_is_found() -> None:
    """Large organisations prove much to many, and their SPF record comes last by the alphabet."""
    crowd = [f"google-site-verification={number:0200}" for number in range(60)]

    assert "v=spf1 -all" == asked("example.org", {"example.org": [*crowd, "v=spf1 -all"]}).found[-1]


def test_names_that_lead_to_each_other_are_trouble() -> None:
    """And no question without an end."""
    with name_server() as server:
        server.others = {("a.example.org", "CNAME"): ("b.example.org.",), ("b.example.org", "CNAME"): ("a.example.org.",)}

        assert texts("a.example.org", read_server(server.place)).trouble


def test_server_that_cannot_tell_is_told() -> None:
    """Nobody knows whether the record is there."""
    assert Texts(trouble="no name server could tell") == asked(NAME, {NAME: ["a"]}, BROKEN)


def test_silent_server_is_not_waited_for_long() -> None:
    """A person sits before it."""
    with name_server(manner=SILENT) as server:
        assert Texts(trouble="no name server answered within 0.1 seconds") == texts(NAME, read_server(server.place), 0.1)


def test_name_that_is_none_is_trouble() -> None:
    """Not a bug of ours."""
    assert asked("x" * 64 + ".example.org", {}).trouble


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("1.1.1.1", Server("1.1.1.1", 53)),
        ("127.0.0.1:5353", Server("127.0.0.1", 5353)),
        ("::1", Server("::1", 53)),
        ("2001:db8::5353", Server("2001:db8::5353", 53)),
        (" [::1]:54 ", Server("::1", 54)),
        ("[::1]", Server("::1", 53)),
    ],
)
def test_server_is_read(text: str, server: Server) -> None:
    """With a port or without."""
    assert server == read_server(text)


@pytest.mark.parametrize(
    "text", ["", "dns.example.org", "1.1.1.1:", "1.1.1.1:0", "1.1.1.1:65536", "1.1.1.1:٣", "[::1", "[::1]x", "1.1.1"]
)
def test_what_is_no_server_is_refused(text: str) -> None:
    """A name would have to be looked up first."""
    with pytest.raises(BadValue, match="name server"):
        read_server(text)
