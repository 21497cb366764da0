"""What is asked of a relay that reports: spelled so that it is one parameter, whatever stands in an address."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import statusrequest


@pytest.mark.parametrize(
    ("address", "original"),
    [
        ("ann@example.net", "rfc822;ann@example.net"),
        ("ann+news@example.net", "rfc822;ann+2Bnews@example.net"),
        ("a=b@example.net", "rfc822;a+3Db@example.net"),
        ("j\xf6rg@example.net", r"utf-8;j\x{F6}rg@example.net"),
        ("\U0001f600+=\\@example.net", r"utf-8;\x{1F600}\x{2B}\x{3D}\x{5C}@example.net"),
    ],
)
def test_address_is_spelled_as_the_standards_say(address: str, original: str) -> None:
    """RFC 3461 4 for ASCII, RFC 6533 3 for the rest."""
    assert f" NOTIFY=FAILURE,DELAY ORCPT={original}".encode() == statusrequest.of_recipient(address)


def test_what_is_too_long_is_left_out() -> None:
    """RFC 3461 4.2 and 4.4: 500 characters of an address, 100 of a token."""
    assert b" NOTIFY=FAILURE,DELAY" == statusrequest.of_recipient("+" * 240 + "@example.net")
    assert b" RET=HDRS" == statusrequest.of_message("=" * 40)
    assert b" RET=HDRS ENVID=abc" == statusrequest.of_message("abc")


@given(st.text(min_size=1, max_size=80))
def test_nothing_ends_a_parameter(text: str) -> None:
    """Neither a blank nor the end of a line."""
    for parameters in (statusrequest.of_recipient(text), statusrequest.of_message(text.encode("ascii", "replace").decode())):
        assert re.fullmatch(rb"( [A-Z]+=[!-<>-~]+)+", parameters)
