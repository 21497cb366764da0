import hmac
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import SecretTooShort, TokenInvalid
from subscribers.tokens import SHORTEST_SECRET, Keyring, Purpose

KEYRING = Keyring("a secret of the tests, long enough to be one")
OTHER = Keyring("another secret of the tests, as long as it must be")

NUMBERS = st.integers(min_value=0, max_value=2**40 - 1)
PURPOSES = st.sampled_from(Purpose)


@given(PURPOSES, NUMBERS)
def test_token_gives_its_number_back(purpose: Purpose, number: int) -> None:
    """In 26 letters and digits of lower case, the same each time, whatever a mail server does to the case."""
    token = KEYRING.seal(purpose, number)

    assert 26 == len(token)
    assert token.isalnum()
    assert token == token.lower()
    assert token == KEYRING.seal(purpose, number)
    assert number == KEYRING.open(purpose, token)
    assert number == KEYRING.open(purpose, token.upper())


@given(st.text(st.characters(codec="utf-8")))
def test_hash_of_an_address_is_an_hmac_behind_the_name_of_its_key(address: str) -> None:
    """As anybody computes it from the derived key (RFC 2104): eight digits that every hash of the key begins with, and 56."""
    expected = hmac.new(KEYRING.derive("address"), address.encode(), "sha256").hexdigest()

    assert KEYRING.key_id + expected[:56] == KEYRING.hash_address(address)
    assert KEYRING.key_id == KEYRING.key_check[:8]
    assert KEYRING.key_id != OTHER.key_id


@given(PURPOSES, NUMBERS)
def test_what_a_former_key_sealed_still_opens(purpose: Purpose, number: int) -> None:
    """Links in mails that are out go on working when the key is changed; new ones are made with the new key alone."""
    changed = Keyring("a third secret of the tests, as long as it must be", ["a secret of the tests, long enough to be one"])

    assert number == changed.open(purpose, KEYRING.seal(purpose, number))
    assert number == changed.open(purpose, changed.seal(purpose, number))
    with pytest.raises(TokenInvalid):
        KEYRING.open(purpose, changed.seal(purpose, number))
    with pytest.raises(TokenInvalid):
        changed.open(purpose, OTHER.seal(purpose, number))


@given(PURPOSES, PURPOSES, NUMBERS)
def test_token_is_good_for_its_purpose_only(purpose: Purpose, another: Purpose, number: int) -> None:
    """An unsubscribe link must not confirm anything."""
    if purpose is another:
        return

    with pytest.raises(TokenInvalid):
        KEYRING.open(another, KEYRING.seal(purpose, number))


@given(NUMBERS, st.integers(min_value=0, max_value=25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_any_changed_letter_makes_it_invalid(number: int, place: int, letter: str) -> None:
    """No token has a second spelling."""
    token = KEYRING.seal(Purpose.UNSUBSCRIBE, number)
    changed = token[:place] + letter + token[place + 1 :]
    if changed == token:
        return

    with pytest.raises(TokenInvalid):
        KEYRING.open(Purpose.UNSUBSCRIBE, changed)


@given(st.text(max_size=40) | st.text(alphabet="abcxyz234567=18 \n", min_size=26, max_size=26))
def test_forged_token_is_invalid(text: str) -> None:
    """Whatever stands in a link, it opens nothing or raises the one error."""
    with pytest.raises(TokenInvalid):
        KEYRING.open(Purpose.CONFIRM, text)


@pytest.mark.parametrize("cut", [0, 1, 13, 25])
def test_truncated_token_is_invalid(cut: int) -> None:
    """Mail programs cut links."""
    with pytest.raises(TokenInvalid, match="cut off"):
        KEYRING.open(Purpose.CONFIRM, KEYRING.seal(Purpose.CONFIRM, 7)[:cut])


def test_token_of_another_instance_is_invalid() -> None:
    """Each secret has its own."""
    with pytest.raises(TokenInvalid):
        OTHER.open(Purpose.CONFIRM, KEYRING.seal(Purpose.CONFIRM, 7))


def test_neighbours_look_unrelated() -> None:
    """Nobody can count the subscribers from their links, or guess the next one."""
    tokens = [KEYRING.seal(Purpose.UNSUBSCRIBE, number) for number in range(2_000)]

    assert len(tokens) == len(set(tokens))
    assert len(tokens) == len({token[:8] for token in tokens})
    assert len(tokens) == len({token[-8:] for token in tokens})


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.UNSUBSCRIBE])
def test_a_hundred_thousand_tokens_are_as_good_as_drawn(purpose: Purpose) -> None:
    """Of neighbours no two share even half of their letters in their places, and no letter comes oftener than others (A15)."""
    tokens = [KEYRING.seal(purpose, number) for number in range(100_000)]

    assert len(tokens) == len(set(tokens)) == len({token[:13] for token in tokens}) == len({token[13:] for token in tokens})
    for letters in [Counter(place) for place in zip(*tokens, strict=True)][:-1]:
        # Of 32 letters each is drawn 3,125 times, give or take 55.
        assert 32 == len(letters)
        assert all(abs(times - 3_125) < 6 * 55 for times in letters.values())


def test_number_beyond_the_token_is_a_bug() -> None:
    """Forty bits are more people than there are."""
    with pytest.raises(OverflowError):
        KEYRING.seal(Purpose.DELIVERY, 2**40)


def test_hash_of_an_address_depends_on_the_secret() -> None:
    """Whoever steals the table cannot try all plausible addresses on it."""
    assert 64 == len(KEYRING.hash_address("ann@x.test"))
    assert KEYRING.hash_address("ann@x.test") == KEYRING.hash_address("ann@x.test")
    assert KEYRING.hash_address("ann@x.test") != OTHER.hash_address("ann@x.test")
    assert KEYRING.hash_address("ann@x.test") != KEYRING.hash_address("bob@x.test")


def test_keys_of_labels_are_unrelated() -> None:
    """A key for one thing says nothing about the key for another."""
    labels = ("slots", "address", "check", "token:confirm")

    assert len(labels) == len({KEYRING.derive(label) for label in labels})
    assert {32} == {len(KEYRING.derive(label)) for label in labels}


def test_key_check_tells_secrets_apart() -> None:
    """A database opened with the wrong key is noticed."""
    assert KEYRING.key_check == Keyring("a secret of the tests, long enough to be one").key_check
    assert KEYRING.key_check != OTHER.key_check


def test_short_secret_is_refused() -> None:
    """One that could be guessed protects nobody."""
    with pytest.raises(SecretTooShort, match=str(SHORTEST_SECRET)):
        Keyring("x" * (SHORTEST_SECRET - 1))


def test_any_secret_of_the_length_is_taken() -> None:
    """Bytes of the environment that are no UTF-8 arrive as surrogates."""
    keyring = Keyring("é\udcff" * (SHORTEST_SECRET // 2))

    assert 7 == keyring.open(Purpose.CONFIRM, keyring.seal(Purpose.CONFIRM, 7))
