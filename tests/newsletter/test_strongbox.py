"""Secrets in the database: readable with the instance's key, about the thing they are about, and else not."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import SealBroken
from newsletter.strongbox import KEY_BYTES, Strongbox
from subscribers.tokens import Keyring
from tests.conftest import SECRET

BOX = Strongbox.of(Keyring(SECRET))
OTHER = Strongbox.of(Keyring(SECRET[::-1]))


@given(st.text(), st.text(st.characters(codec="utf-8")))
def test_text_comes_back_as_it_was(secret: str, about: str) -> None:
    """Any text, half surrogates of a foreign environment included."""
    assert secret == BOX.open_text(BOX.seal(secret, about), about)


@given(st.binary())
def test_bytes_come_back_as_they_were(secret: bytes) -> None:
    """A key is no text."""
    assert secret == BOX.open(BOX.seal(secret, "key"), "key")


def test_sealed_is_plain_text_without_the_secret() -> None:
    """It goes into any column, and two of the same do not look the same."""
    first, second = BOX.seal("correct horse", "relay 1"), BOX.seal("correct horse", "relay 1")

    assert first.isascii()
    assert "horse" not in first
    assert first != second


def test_other_key_does_not_open() -> None:
    """A copy of the database alone is no use; the sentence says of what and with what it was tried."""
    with pytest.raises(SealBroken, match="relay 1 cannot be read with this NEWSLETTER_SECRET_KEY"):
        OTHER.open(BOX.seal("secret", "relay 1"), "relay 1")


def test_what_a_former_key_sealed_opens_until_it_is_sealed_anew() -> None:
    """While the instance's secret is being changed; the new seal needs the new key alone."""
    changed = Strongbox.of(Keyring(SECRET[::-1], [SECRET]))

    assert b"secret" == changed.open(BOX.seal("secret", "relay 1"), "relay 1")
    assert b"secret" == OTHER.open(changed.seal("secret", "relay 1"), "relay 1")
    with pytest.raises(SealBroken):
        BOX.open(changed.seal("secret", "relay 1"), "relay 1")
    with pytest.raises(SealBroken):
        changed.open(BOX.seal("secret", "relay 1"), "relay 2")


def test_secret_about_something_else_does_not_open() -> None:
    """Nobody moves the password of one relay to a server of their own."""
    with pytest.raises(SealBroken):
        BOX.open(BOX.seal("secret", "relay 1"), "relay 2")


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_one_changed_sign_does_not_open(place: int, sign: str) -> None:
    """Nor does it open as another secret."""
    sealed = BOX.seal("secret", "relay 1")
    place %= len(sealed)
    changed = sealed[:place] + sign + sealed[place + 1 :]
    if changed == sealed:
        return

    with pytest.raises(SealBroken):
        BOX.open(changed, "relay 1")


def test_every_other_last_sign_does_not_open() -> None:
    """The bits that base64 leaves over at the end are part of what was sealed."""
    for secret in ("s", "se", "sec"):
        sealed = BOX.seal(secret, "relay 1")
        kept, last = sealed.rstrip("=")[:-1], sealed.rstrip("=")[-1]
        padding = sealed[len(kept) + 1 :]
        for sign in (string.ascii_letters + string.digits + "-_").replace(last, ""):
            with pytest.raises(SealBroken):
                BOX.open(kept + sign + padding, "relay 1")


@pytest.mark.parametrize("text", ["", "1.", "1.AAAA", "secret", "1.é", "1.\ud800"])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    """A password somebody wrote into the column by hand is told, not used."""
    with pytest.raises(SealBroken):
        BOX.open(text, "x")


@given(st.text(max_size=200))
def test_any_text_is_an_answer_or_a_clear_error(text: str) -> None:
    """Whatever stands in the column."""
    with pytest.raises(SealBroken):
        BOX.open(text, "x")


def test_secret_sealed_in_another_way_does_not_open() -> None:
    """What a later version sealed is not guessed at."""
    with pytest.raises(SealBroken):
        BOX.open("2." + BOX.seal("secret", "x")[2:], "x")


def test_key_has_its_length() -> None:
    """A shorter one would be a weaker cipher."""
    with pytest.raises(ValueError, match="32 bytes"):
        Strongbox(b"x" * (KEY_BYTES - 1))
