"""What an administrator says of a provider, read; pure."""

from urllib.parse import urlsplit

from newsletter.errors import BadValue
from newsletter.outbound import FetchPolicy
from newsletter.staff.provider import Provider, is_safe
from subscribers.oneline import one_line
from subscribers.sentence import say

LONGEST_NAME = 40
LONGEST = 500


def host_of(issuer: str) -> str:
    """Give the host of an issuer, which is a name for it; empty where it is no address."""
    try:
        return urlsplit(issuer).hostname or ""
    except ValueError:
        return ""


def wanted(
    known: Provider | None, *, name: str, issuer: str, client_id: str, secret: str, is_enough: bool, policy: FetchPolicy
) -> Provider:
    """Give the provider that is wanted; a secret that is left out stays, unless it would go to another issuer or client.

    Raises:
        BadValue: something is missing, or would be said without TLS.

    """
    called = one_line(name, LONGEST_NAME)
    if not called:
        raise BadValue(say("name"), "", say("is what stands on the button; it cannot be empty"))
    if len(issuer) > LONGEST or "?" in issuer or not is_safe(issuer, policy):
        raise BadValue(
            say("issuer"), one_line(issuer, LONGEST), say("is an address that begins with https://, as the provider says it")
        )
    if not client_id or len(client_id) > LONGEST or not client_id.isprintable():
        raise BadValue(say("client id"), one_line(client_id, LONGEST), say("is what the provider calls this desk"))
    is_same = known is not None and (known.issuer, known.client_id) == (issuer, client_id)
    if not secret and not is_same:
        raise BadValue(say("secret"), "", say("is needed: this is another issuer or client than before"))
    if len(secret) > LONGEST:
        raise BadValue(say("secret"), "", say("has more than %(longest)s characters", longest=LONGEST))
    kept = secret or (known.secret if known is not None else "")
    return Provider(called, issuer, client_id, kept, is_enough)
