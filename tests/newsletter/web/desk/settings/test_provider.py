"""The provider of the staff, as administrators set it up."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from newsletter.bootstrap import Application
from newsletter.staff import audit, identities
from newsletter.staff.provider import Provider
from newsletter.strongbox import Strongbox
from tests.harness.openid import OpenId
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

HERE = "/desk/settings/staff/provider"


@pytest.fixture
def openid(clock: Hands) -> Iterator[OpenId]:
    """Give a provider."""
    with OpenId(clock) as opened:
        yield opened


@pytest.fixture
def application(application: Application) -> Application:
    """Give an application that may speak to this machine."""
    policy = replace(application.settings.fetch_policy, allow_loopback=True)
    return replace(application, settings=replace(application.settings, fetch_policy=policy))


def kept(application: Application) -> Provider | None:
    """Give the provider that is set."""
    with application.database.read() as tx:
        return identities.provider(tx, Strongbox.of(application.keyring))


def fields(openid: OpenId, **more: str) -> dict[str, str]:
    """Fill in the form."""
    return {"name": "Example", "issuer": openid.issuer, "client_id": openid.client_id, "secret": openid.secret, **more}


def test_a_provider_is_set_changed_and_taken_away(desk: OpenDesk, application: Application, openid: OpenId) -> None:
    """Its secret goes in, stays when it is left out, and is shown nowhere."""
    assert "https://news.example.org/desk/sign-in/provider/back" in desk.page(HERE)
    desk.press(HERE, **fields(openid))
    assert Provider("Example", openid.issuer, openid.client_id, openid.secret) == kept(application)
    desk.press(HERE, **fields(openid, name="Example Two", secret="", is_enough="1"))
    assert Provider("Example Two", openid.issuer, openid.client_id, openid.secret, is_enough=True) == kept(application)
    assert openid.secret not in desk.page(HERE)
    assert "Sign-in with Example Two" in desk.page("/desk/settings/staff")
    with application.database.read() as tx:
        assert openid.secret not in str(audit.recent(tx))

    desk.press(f"{HERE}/remove")
    assert kept(application) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": " "}, "cannot be empty"),
        ({"issuer": "http://accounts.example.org"}, "https://"),
        ({"issuer": "accounts"}, "https://"),
        ({"issuer": "https://[x"}, "https://"),
        ({"client_id": ""}, "what the provider calls"),
        ({"secret": ""}, "is needed"),
        ({"secret": "x" * 501}, "more than 500"),
    ],
    ids=str,
)
def test_what_cannot_be_is_told(
    desk: OpenDesk, application: Application, openid: OpenId, wrong: dict[str, str], words: str
) -> None:
    """And nothing is set."""
    answer = desk.press(HERE, **fields(openid, **wrong))

    assert words in answer.text
    assert kept(application) is None


def test_only_what_answers_as_the_issuer_is_set(desk: OpenDesk, application: Application, openid: OpenId) -> None:
    """One that is away, or says it is another, would keep the staff waiting at the door."""
    openid.document = {"issuer": "https://evil.example"}
    assert "another issuer" in desk.press(HERE, **fields(openid)).text
    assert "status 404" in desk.press(HERE, **fields(openid, issuer=f"{openid.issuer}/tenant")).text

    assert kept(application) is None


def test_a_secret_goes_to_no_other_issuer(desk: OpenDesk, application: Application, openid: OpenId) -> None:
    """It is typed again where the issuer or the client is another."""
    desk.press(HERE, **fields(openid))
    for moved in ({"issuer": "http://localhost:9"}, {"client_id": "another"}):
        assert "is needed" in desk.press(HERE, **fields(openid, secret="", **moved)).text
