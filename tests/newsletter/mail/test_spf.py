"""SPF records, taken apart as receivers do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.spf import MOST_LOOKUPS, Record, follow, leads_to, read, records


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("v=spf1", Record()),
        ("v=spf1 mx ~all", Record(end="~", allows=True, lookups=1)),
        ("V=SPF1  a:mail.example.org/24//64 -ALL", Record(end="-", allows=True, lookups=1)),
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?all", Record(end="?", allows=True)),
        ("v=spf1 include:_spf.Example.org. -all", Record("", "-", True, ("_spf.example.org",), "", 1)),
        ("v=spf1 redirect=spf.example.org", Record(redirect="spf.example.org", lookups=1)),
        ("v=spf1 exp=why.example.org x-later=1 -mx -all", Record(end="-", lookups=1)),
        ("v=spf1 all include:never.example", Record(end="+", allows=True)),
    ],
)
def test_record_is_taken_apart(text: str, record: Record) -> None:
    """What allows nobody, what it includes, and what is asked for."""
    assert record == read(text)


@pytest.mark.parametrize(
    "term",
    [
        "ipv4:192.0.2.1",
        "ip4:2001:db8::1",
        "ip6:192.0.2.1",
        "ip4:192.0.2.0/33",
        "include:",
        "mail.example.org",
        "all:x",
        "~",
        "a:",
    ],
)
def test_term_that_is_none_breaks_the_record(term: str) -> None:
    """And is named."""
    assert Record(broken=term) == read(f"v=spf1 mx {term} -all")


def test_record_of_another_version_is_none() -> None:
    """As a text that only begins alike."""
    assert ["v=spf1", "v=spf1 -all"] == records(["v=spf1", "v=spf10 -all", "spf2.0/pra", "v=spf1 -all"])


@given(st.lists(st.text(alphabet="v=spf1 aml:inc.udt/+-~?%{}é\x00", max_size=80), max_size=5))
def test_nothing_that_a_domain_publishes_stops_the_reading(texts: list[str]) -> None:
    """Nor makes it go round for ever."""
    leads_to(texts)
    found = ["v=spf1 include:a include:a -all"]

    assert follow("a", {"a": found, "b": texts}).lookups > MOST_LOOKUPS
