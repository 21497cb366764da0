"""The signatures of Standard Webhooks."""

import base64

import pytest

from newsletter.errors import BadValue
from newsletter.webhooks import signing


def test_a_message_is_signed_as_the_specification_says() -> None:
    """The example that its libraries are tested with."""
    secret = signing.read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signing.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" == signed


def test_every_secret_signs() -> None:
    """So that a receiver may know the former or the present one."""
    told = dict(signing.headers([b"a" * 24, b"b" * 24], "msg_1", 1, b"{}"))
    signed = [f"v1,{signing.signature(secret, 'msg_1', 1, b'{}')}" for secret in (b"a" * 24, b"b" * 24)]

    assert " ".join(signed) == told["webhook-signature"]


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_äö", "whsec_c2hvcnQ=", f"whsec_{base64.b64encode(b'x' * 65).decode()}"])
def test_what_is_no_secret_is_refused_and_not_repeated(text: str) -> None:
    """Too short, too long, or no base64."""
    with pytest.raises(BadValue) as refused:
        signing.read_secret(text)

    assert not text or text not in str(refused.value)


def test_a_secret_is_read_as_it_was_spelled() -> None:
    """With the prefix or without."""
    text = signing.spelled(b"0123456789" * 4)

    assert [b"0123456789" * 4] * 2 == [signing.read_secret(text), signing.read_secret(text.removeprefix("whsec_"))]
