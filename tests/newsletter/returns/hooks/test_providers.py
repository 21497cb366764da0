"""How providers are switched on, and what our mail then carries for them."""

import pytest

from newsletter.mail.returnpath import TOKEN
from newsletter.returns.hooks import providers
from newsletter.returns.hooks.providers import Hooks
from newsletter.returns.model import CameBy
from tests.harness import hooking


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        (CameBy.SES, hooking.TOPIC),
        (CameBy.SES, "arn:aws-cn:sns:cn-north-1:123456789012:x"),
        (CameBy.SES, "arn:aws-us-gov:sns:us-gov-west-1:123456789012:x"),
        (CameBy.MAILGUN, hooking.MAILGUN_KEY),
        (CameBy.SENDGRID, hooking.sendgrids_public_key()),
        (CameBy.POSTMARK, hooking.SECRET),
    ],
)
def test_what_a_provider_proves_itself_by_is_taken_as_it_is(provider: CameBy, text: str) -> None:
    """It is compared byte by byte later."""
    assert text == providers.parse(provider, text)


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        (CameBy.SES, "returns-of-ours"),
        (CameBy.SES, "arn:aws:sns:evil.example/:123456789012:x"),
        (CameBy.SES, "arn:aws:sqs:eu-west-1:123456789012:x"),
        (CameBy.SES, f"{hooking.TOPIC}\nx"),
        (CameBy.MAILGUN, "short"),
        (CameBy.MAILGUN, "with blanks in it and more"),
        (CameBy.SENDGRID, "nonsense!"),
        (CameBy.SENDGRID, "AAAA"),
        (CameBy.POSTMARK, "5ecret"),
        (CameBy.BREVO, "x" * 201),
        (CameBy.MAILJET, "a/secret/with/slashes/in"),
    ],
)
def test_what_cannot_be_that_is_refused_without_being_repeated(provider: CameBy, text: str) -> None:
    """An error may be logged, a secret may not."""
    with pytest.raises(ValueError, match="is no ") as caught:
        providers.parse(provider, text)

    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("topic", "host"),
    [
        (hooking.TOPIC, "sns.eu-west-1.amazonaws.com"),
        ("arn:aws-cn:sns:cn-north-1:123456789012:x", "sns.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_one_host_speaks_for_a_topic(topic: str, host: str) -> None:
    """That of its region."""
    assert host == providers.host_of(topic)


def test_mail_carries_what_those_that_are_switched_on_repeat() -> None:
    """And nothing for the others; secrets are not shown."""
    hooks = hooking.all_hooks()

    assert {"X-PM-Metadata-delivery", "X-SMTPAPI", "X-Mailin-custom", "X-MJ-CustomID"} == set(hooks.fields)
    assert all(TOKEN in value for value in hooks.fields.values())
    assert {} == Hooks({CameBy.SES: hooking.TOPIC}).fields
    assert hooking.SECRET not in repr(hooks)
