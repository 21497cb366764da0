"""What of us somebody objects to."""

import pytest

from newsletter.returns import troubles
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.returns.troubles import Named, Trouble


@pytest.mark.parametrize(
    ("cause", "status", "reason", "named"),
    [
        (
            Cause.AUTHENTICATION,
            "5.7.26",
            "550 5.7.26 Unauthenticated email is not accepted: DMARC policy",
            Named(Trouble.DMARC),
        ),
        (
            Cause.AUTHENTICATION,
            "5.7.26",
            "This mail has been blocked because the sender is unauthenticated",
            Named(Trouble.AUTHENTICATION),
        ),
        (Cause.AUTHENTICATION, "5.7.23", "The message was rejected", Named(Trouble.SPF)),
        (Cause.AUTHENTICATION, "5.7.1", "SPF check failed for example.org", Named(Trouble.SPF)),
        (Cause.AUTHENTICATION, "5.7.30", "", Named(Trouble.DKIM)),
        (Cause.POLICY, "5.7.1", "Client host [192.0.2.1] blocked using zen.spamhaus.org", Named(Trouble.BLOCKLIST, "Spamhaus")),
        (Cause.POLICY, "5.7.1", "listed at bl.example.net, see there", Named(Trouble.BLOCKLIST, "bl.example.net")),
        (Cause.POLICY, "5.7.1", "Your IP is on our block list (S3150)", Named(Trouble.BLOCKLIST, "Microsoft")),
        (Cause.POLICY, "5.7.1", "You are on a blacklist", Named(Trouble.BLOCKLIST)),
        (Cause.POLICY, "4.7.28", "unusual amount of mail", Named(Trouble.RATE)),
        (Cause.POLICY, "4.7.0", "too many messages, slow down", Named(Trouble.RATE)),
        (Cause.POLICY, "5.7.1", "Message looks like spam", Named(Trouble.FILTER)),
        (Cause.POLICY, "5.7.1", "Access denied", Named(Trouble.POLICY)),
        (Cause.CONTENT, "5.3.4", "Message too big", Named(Trouble.SIZE)),
        (Cause.CONTENT, "5.6.0", "virus found", Named(Trouble.FILTER)),
        (Cause.CONTENT, "5.6.1", "8bit not supported", Named(Trouble.FORM)),
    ],
)
def test_each_trouble_has_its_name(cause: Cause, status: str, reason: str, named: Named) -> None:
    """By the status where it tells, else by the words."""
    found = troubles.name(Reading(Kind.BOUNCE, cause, status, reason))

    assert named == found
    assert found.name in found.words
