from newsletter.languages.catalogue import words_for
from newsletter.web.public import refusals
from subscribers import address


def test_every_reason_of_an_address_can_be_said() -> None:
    """What `subscribers.address` says of accidents and lengths is known here word by word."""
    accidents = {reason for _, reason in address._ACCIDENTS}  # noqa: SLF001 -- the table is what must be covered
    lengths = {
        f"It is longer than {address.LONGEST_ADDRESS} characters.",
        f"It is longer than {address.LONGEST_ADDRESS} octets.",
        f"The part before the @ is longer than {address.LONGEST_LOCAL_PART} octets.",
    }

    assert accidents | lengths == refusals.KNOWN - {
        "It has characters in it that only look like others (fullwidth letters, ligatures)."
    }


def test_what_only_the_grammar_says_has_one_sentence_elsewhere() -> None:
    """English keeps the library's own words; nothing stays nothing."""
    grammar = "An email address must have an @-sign."

    assert grammar == refusals.said(words_for("en"), grammar)
    assert grammar != refusals.said(words_for("de"), grammar)
    assert "" == refusals.said(words_for("de"), "")
