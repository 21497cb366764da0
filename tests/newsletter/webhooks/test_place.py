"""Where something may be told."""

import pytest

from newsletter.errors import BadValue
from newsletter.outbound import FetchPolicy
from newsletter.webhooks import place
from tests.newsletter.webhooks.conftest import POLICY

STRICT = FetchPolicy()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.org/in",
        "ftp://crm.example.org/in",
        "http://crm.example.org/in",
        "https://",
        "https://ann:pa55@crm.example.org/in",
        "https://crm.example.org:8443/in",
        "https://crm.example.org:x/in",
        "https://127.0.0.1/in",
        "https://[::1]/in",
        "https://10.0.0.7/in",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:169.254.169.254]/",
        "https://crm.example.org/ in",
        "https://crm.example.org/\nHost: evil",
        "https://crm.éxample.org/",
        f"https://crm.example.org/{'x' * 2000}",
    ],
)
def test_an_address_is_refused(url: str) -> None:
    """No web, no encryption, a password, a port, a network of one's own, or more than one line."""
    with pytest.raises(BadValue):
        place.checked(url, STRICT)


def test_addresses_of_the_web_and_for_tests_of_this_machine_are_taken() -> None:
    """The latter where the settings say so."""
    assert "https://crm.example.org/in?a=1" == place.checked(" https://crm.example.org/in?a=1 ", STRICT)
    assert "http://127.0.0.1:8080/in" == place.checked("http://127.0.0.1:8080/in", POLICY)
