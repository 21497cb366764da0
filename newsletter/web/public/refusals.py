"""Why an address cannot be taken, in the reader's language."""

from newsletter.languages.catalogue import Words, later
from newsletter.languages.model import ENGLISH

# What `subscribers.address` says; a test holds the two together.
KNOWN = frozenset(
    {
        later("It is empty."),
        later("It has a line break or another control character in it."),
        later("It has an invisible character in it."),
        later("Only the bare address can be taken, without a name and angle brackets."),
        later("It looks like more than one address."),
        later("Quoted names before the @ are not supported."),
        later("Comments in brackets are not supported."),
        later("It has a space in it."),
        later("An IP address after the @ is not supported."),
        later("It has characters in it that only look like others (fullwidth letters, ligatures)."),
        later("It is longer than 254 characters."),
        later("It is longer than 254 octets."),
        later("The part before the @ is longer than 64 octets."),
    },
)


def said(words: Words, reason: str) -> str:
    """Say *reason* in the reader's language; what only the library's grammar says in English, as one sentence for all."""
    if not reason or words.language == ENGLISH:
        return reason
    if reason in KNOWN:
        return words.pattern(reason)
    return words.gettext("It is no complete mail address, such as name@example.org.")
