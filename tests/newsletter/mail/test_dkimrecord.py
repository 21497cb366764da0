"""The DNS record of a key: as it is published, and as it is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.mail.dkimrecord import Algorithm, Published, compare, domain_name, key_record, selector_name

KEY = "MIIB" + "A" * 388
RECORD = key_record("example.org", "nl202002", Algorithm.RSA, KEY)
SHORT = key_record("example.org", "nl202002ed", Algorithm.ED25519, "abcd")


def test_record_is_what_receivers_look_for() -> None:
    """Name and tags of RFC 6376 and 8463."""
    assert ("nl202002._domainkey.example.org", f"v=DKIM1; k=rsa; p={KEY}") == (RECORD.name, RECORD.value)
    assert "v=DKIM1; k=ed25519; p=abcd" == SHORT.value


def test_record_is_cut_into_strings_of_a_txt_record() -> None:
    """None longer than 255 octets, and joined they are the value."""
    assert [255, 155] == [len(one) for one in RECORD.strings]
    assert RECORD.value == "".join(RECORD.strings)
    assert 'nl202002ed._domainkey.example.org. IN TXT ( "v=DKIM1; k=ed25519; p=abcd" )' == SHORT.zone_line


@pytest.mark.parametrize(
    ("found", "published"),
    [
        ([RECORD.value], Published.RIGHT),
        ([f"p={KEY}"], Published.RIGHT),
        ([f"k=rsa;  p={KEY[:40]} {KEY[40:]} ;"], Published.RIGHT),
        ([f"v=DKIM1; t=s; s=email; h=sha1:sha256; k=rsa; p={KEY}; n=note"], Published.RIGHT),
        ([], Published.MISSING),
        (["v=spf1 -all"], Published.OTHER),
        ([""], Published.OTHER),
        ([RECORD.value[:255]], Published.OTHER),
        ([f"v=DKIM1; k=ed25519; p={KEY}"], Published.OTHER),
        (["v=DKIM1; k=rsa; p="], Published.REVOKED),
        ([RECORD.value, "v=spf1 -all"], Published.SEVERAL),
        ([f"v=DKIM1; t=y:s; p={KEY}"], Published.TESTING),
        ([f"v=DKIM2; p={KEY}"], Published.UNUSABLE),
        ([f"p={KEY}; v=DKIM1"], Published.UNUSABLE),
        ([f"v=DKIM1; h=sha1; p={KEY}"], Published.UNUSABLE),
        ([f"v=DKIM1; s=other; p={KEY}"], Published.UNUSABLE),
    ],
)
def test_what_is_found_is_judged_as_receivers_do(found: list[str], published: Published) -> None:
    """Right, not there, or there and of no use."""
    assert published == compare(RECORD, found)


@given(st.lists(st.text(max_size=100), max_size=3))
def test_nothing_found_is_right_by_accident(found: list[str]) -> None:
    """Whatever stands in a DNS."""
    assert Published.RIGHT != compare(RECORD, found)


def test_every_finding_has_words() -> None:
    """Nobody is told a code."""
    assert all(one.words for one in Published)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("example.org", "example.org"),
        (" News.Example.ORG. ", "news.example.org"),
        ("bücher.example.org", "xn--bcher-kva.example.org"),
        ("localhost", "localhost"),
    ],
)
def test_domain_is_read(text: str, domain: str) -> None:
    """As the domain of a sender is."""
    assert domain == domain_name(text)


@pytest.mark.parametrize(
    "text", ["", ".", "org", "a@example.org", "example.org\r\n d=x", "a b.org", "-.org", "a;d=b.org", "x" * 300]
)
def test_what_is_no_domain_is_refused(text: str) -> None:
    """It would stand in a header."""
    with pytest.raises(BadValue, match="domain"):
        domain_name(text)


@pytest.mark.parametrize(
    "text", ["", "a b", "-a", "a-", "a..b", "a;d=b", "a\r\nb", "ä", "x" * 64, ".".join(["x" * 60] * 4), "a_b"]
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    """It would stand in a header and in the name of a record."""
    with pytest.raises(BadValue, match="selector"):
        selector_name(text, "example.org")


def test_selector_is_read_in_lower_case() -> None:
    """The DNS does not tell letter cases apart, and we compare."""
    assert "nl202002.mail" == selector_name(" NL202002.mail ", "example.org")
