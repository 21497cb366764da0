"""The providers whose webhooks are taken, and what each of them proves itself by; pure."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from newsletter.mail.returnpath import TOKEN
from newsletter.returns.model import CameBy

PROVIDERS = (CameBy.SES, CameBy.POSTMARK, CameBy.MAILGUN, CameBy.SENDGRID, CameBy.BREVO, CameBy.MAILJET)

# These sign nothing: a secret of ours stands in the address that is given to them, or in a header.
BY_SECRET = frozenset({CameBy.POSTMARK, CameBy.BREVO, CameBy.MAILJET})

NAMES = {
    CameBy.SES: "Amazon SES",
    CameBy.POSTMARK: "Postmark",
    CameBy.MAILGUN: "Mailgun",
    CameBy.SENDGRID: "SendGrid",
    CameBy.BREVO: "Brevo",
    CameBy.MAILJET: "Mailjet",
}

# What of our mail each of them repeats in its events. SES repeats the sender of the envelope, Mailgun the Message-ID.
_FIELDS = {
    CameBy.POSTMARK: ("X-PM-Metadata-delivery", TOKEN),
    CameBy.SENDGRID: ("X-SMTPAPI", f'{{"unique_args": {{"delivery": "{TOKEN}"}}}}'),
    CameBy.BREVO: ("X-Mailin-custom", TOKEN),
    CameBy.MAILJET: ("X-MJ-CustomID", TOKEN),
}

# Nobody guesses 20 characters; an address has room for 200.
SHORTEST_SECRET = 20
LONGEST_SECRET = 200

_TOPIC = re.compile(r"arn:(?:aws|aws-cn|aws-us-gov):sns:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d{1,2}):\d{12}:[A-Za-z0-9_-]{1,256}")
_SECRET = re.compile(rf"[A-Za-z0-9_.~-]{{{SHORTEST_SECRET},{LONGEST_SECRET}}}")
_KEY = re.compile(r"[!-~]{16,200}")
# An elliptic key of the curve P-256 is 91 bytes.
_PUBLIC_KEY_BYTES = range(80, 600)


@dataclass(frozen=True, slots=True)
class Hooks:
    """Which providers are switched on."""

    # By what each proves itself: the topic of SES, the signing key of Mailgun, the public key of SendGrid, our secret.
    secrets: Mapping[CameBy, str] = field(default_factory=dict, repr=False)

    def __bool__(self) -> bool:
        return bool(self.secrets)

    def takes(self, provider: CameBy) -> bool:
        """Whether a provider is switched on."""
        return provider in self.secrets

    def secret(self, provider: CameBy) -> str:
        """Give what a provider proves itself by; empty when it is switched off."""
        return self.secrets.get(provider, "")

    @property
    def fields(self) -> Mapping[str, str]:
        """The fields that our mail needs so that events are known again."""
        return MappingProxyType(dict(_FIELDS[one] for one in PROVIDERS if self.takes(one) and one in _FIELDS))


def parse(provider: CameBy, text: str) -> str:
    """Read what a provider proves itself by, as the setting has it.

    Raises:
        ValueError: it cannot be that, with a reason that repeats nothing secret.

    """
    if provider is CameBy.SES:
        if _TOPIC.fullmatch(text) is None:
            raise ValueError("is no topic of SNS, for instance arn:aws:sns:eu-west-1:123456789012:newsletter-returns")
    elif provider is CameBy.SENDGRID:
        if len(_decoded(text)) not in _PUBLIC_KEY_BYTES:
            raise ValueError("is no verification key as SendGrid shows it (base64, about 124 characters)")
    elif provider is CameBy.MAILGUN:
        if _KEY.fullmatch(text) is None:
            raise ValueError("is no HTTP webhook signing key as Mailgun shows it")
    elif _SECRET.fullmatch(text) is None:
        raise ValueError(
            f"is no secret for an address: {SHORTEST_SECRET} to {LONGEST_SECRET} letters and digits (openssl rand -hex 24)"
        )
    return text


def region_of(topic: str) -> str:
    """Give the region in the name of a topic."""
    found = _TOPIC.fullmatch(topic)
    assert found is not None
    return found["region"]


def host_of(topic: str) -> str:
    """Give the one host that speaks for a topic."""
    suffix = "com.cn" if topic.startswith("arn:aws-cn:") else "com"
    return f"sns.{region_of(topic)}.amazonaws.{suffix}"


def path_of(provider: CameBy) -> str:
    """Give the path that a provider calls, without a secret in it."""
    return f"/hooks/{provider}"


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
