import string
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from subscribers import address
from subscribers.address import LONGEST_ADDRESS, LONGEST_LOCAL_PART, EmailAddress, parse
from subscribers.errors import AddressRefused

LOCAL_64 = "x" * 64

ACCEPTED = {
    # As typed -> what goes into RCPT TO, and what two spellings share.
    "ann@example.org": ("ann@example.org", "ann@example.org"),
    "User+Tag@Example.COM": ("User+Tag@example.com", "user+tag@example.com"),
    "Info@Example.org": ("Info@example.org", "info@example.org"),
    "o'hara@x.test": ("o'hara@x.test", "o'hara@x.test"),
    "-oQ@x.test": ("-oQ@x.test", "-oq@x.test"),
    "|ls@x.test": ("|ls@x.test", "|ls@x.test"),
    "a%b@x.test": ("a%b@x.test", "a%b@x.test"),
    "{{7*7}}@x.test": ("{{7*7}}@x.test", "{{7*7}}@x.test"),
    f"{LOCAL_64}@x.test": (f"{LOCAL_64}@x.test", f"{LOCAL_64}@x.test"),
    "joe@bücher.de": ("joe@xn--bcher-kva.de", "joe@xn--bcher-kva.de"),
    "joe@BÜCHER.de": ("joe@xn--bcher-kva.de", "joe@xn--bcher-kva.de"),
    "joe@XN--BCHER-KVA.de": ("joe@xn--bcher-kva.de", "joe@xn--bcher-kva.de"),
    "Jörg@bücher.de": ("Jörg@xn--bcher-kva.de", "jörg@xn--bcher-kva.de"),
    "名前@例え.テスト": ("名前@xn--r8jz45g.xn--zckzah", "名前@xn--r8jz45g.xn--zckzah"),
    # Blanks around a pasted cell mean nothing.
    "\u00a0 ann@example.org\t": ("ann@example.org", "ann@example.org"),
    # Names of the house, of demos and of tests.
    "ann@reader.test": ("ann@reader.test", "ann@reader.test"),
    "ann@reader.example": ("ann@reader.example", "ann@reader.example"),
    "ann@mail.localhost": ("ann@mail.localhost", "ann@mail.localhost"),
    "ann@localhost": ("ann@localhost", "ann@localhost"),
    "ann@nowhere.invalid": ("ann@nowhere.invalid", "ann@nowhere.invalid"),
    "Ann@Mail.LOCAL": ("Ann@mail.local", "ann@mail.local"),
    "ann@bücher.localhost": ("ann@xn--bcher-kva.localhost", "ann@xn--bcher-kva.localhost"),
}

REFUSED = {
    "": "empty",
    "   ": "empty",
    "ann": "@",
    "@x.test": "before",
    "ann@": "after",
    "ann@@x.test": "more than one",
    "a@x.test,b@x.test": "more than one",
    "a@x.test; b@x.test": "more than one",
    "Ann <a@x.test>": "bare address",
    "<a@x.test>": "bare address",
    "a@x> AUTH=<e>": "bare address",
    "a@x.test\r\nRCPT TO:<evil@x.test>": "control",
    "a@x.test\n": "control",
    "[\r\nRSET": "control",
    "a\x00@x.test": "control",
    "a@x.test\u2028": "control",
    '"a b"@x.test': "Quoted",
    '"a"@x.test': "Quoted",
    "a\\b@x.test": "Quoted",
    "a(c)@x.test": "Comments",
    "alice@good)bob@evil": "more than one",
    "a b@x.test": "space",
    "a\u00a0b@x.test": "space",
    "a\u200b@x.test": "invisible",
    "a@x\u200d.test": "invisible",
    "a\u202e@x.test": "invisible",
    "a\u00adb@x.test": "invisible",
    "a\ufe0f@x.test": "invisible",
    "\ufeffa@x.test": "invisible",
    "ＡＢＣ@x.test": "look like",
    "a@ｇｍａｉｌ.com": "look like",
    "a@x．test": "look like",
    "a＠x.test": "look like",
    "\ufb01x@x.test": "look like",
    "a@[127.0.0.1]": "IP address",
    "a@[IPv6:::1]": "IP address",
    "a@127.0.0.1": "IP address",
    "a@x.test.": "period",
    "a..b@x.test": "period",
    ".a@x.test": "period",
    "a.@x.test": "period",
    "a@-x.test": "hyphen",
    "a@b": "period",
    "a@ab--cd.com": "dashes",
    "a@xn--zzzzzz.de": "IDNA",
    "a@1.אב.com": "IDNA",
    "a@hidden.onion": "special-use",
    f"{LOCAL_64}x@x.test": "too long",
    f"{'é' * 33}@x.test": "octets",
    f"a@{'x.' * 130}com": "longer",
    f"a@{'x' * 64}.com": "period",
    f"{'é' * 32}@{'x.' * 94}com": "too long",
    f"{'é' * 20}@{'x.' * 103}localhost": "octets",
    "\ud800@x.test": "U+D800",
}

# Everything the fast way may meet, and its neighbourhood.
NEAR_PLAIN = st.text(alphabet=string.ascii_letters + string.digits + "-_+'.@!= xn", max_size=40)
ATOMS = st.lists(
    st.text(alphabet=string.ascii_letters + string.digits + "_+'-", min_size=1, max_size=8), min_size=1, max_size=3
)
LABELS = st.lists(st.text(alphabet=string.ascii_letters + string.digits + "-", min_size=1, max_size=8), min_size=2, max_size=4)
PLAIN = st.builds(lambda atoms, labels: f"{'.'.join(atoms)}@{'.'.join(labels)}", ATOMS, LABELS)
HOSTILE = st.text(
    alphabet=st.sampled_from('a@.-"<>()[],;:\\ \t\r\n\x00\u200b\u202e\u2028éÅ\u0301ｘ。ßİΣ\U0001f600\ud800x1')
    | st.characters(),
    max_size=30,
)


@pytest.mark.parametrize("typed", ACCEPTED)
def test_address_is_normalised(typed: str) -> None:
    """The local part stays as typed, the domain becomes its A-label, and spellings of one mailbox share a key."""
    text, key = ACCEPTED[typed]

    assert EmailAddress(text, key) == parse(typed)


@pytest.mark.parametrize("typed", REFUSED)
def test_what_could_be_misread_is_refused(typed: str) -> None:
    """With a sentence that says what is wrong."""
    with pytest.raises(AddressRefused) as refused:
        parse(typed)

    assert REFUSED[typed] in refused.value.reason


def test_composed_and_decomposed_letters_are_one_subscriber() -> None:
    """Macs type é as two characters."""
    assert parse("\u00e9@x.test") == parse("e\u0301@x.test")


def test_tag_makes_another_subscriber() -> None:
    """Only the provider may know what a plus means."""
    assert parse("ann+list@x.test").key != parse("ann@x.test").key


def test_domain_and_need_of_smtputf8_are_told() -> None:
    """Only a local part outside ASCII needs a relay that takes it."""
    plain, foreign = parse("joe@bücher.de"), parse("jörg@bücher.de")

    assert ("xn--bcher-kva.de", False) == (plain.domain, plain.needs_smtputf8)
    assert ("xn--bcher-kva.de", True) == (foreign.domain, foreign.needs_smtputf8)
    assert "jörg@xn--bcher-kva.de" == str(foreign)


def test_refusal_keeps_the_beginning_of_a_long_text() -> None:
    """A broken file may hold megabytes in one cell."""
    with pytest.raises(AddressRefused) as refused:
        parse("x" * 1_000_000)

    assert "x" * address.LONGEST_QUOTE == refused.value.text


@given(PLAIN | NEAR_PLAIN)
@example("a@b.onion")
@example("a@b.ARPA")
@example("a@b.c")
@example("Postmaster@x-y.example")
@example(f"{LOCAL_64}@{'x' * 59}.org")
def test_fast_way_says_what_the_slow_way_says(typed: str) -> None:
    """Whatever the fast way takes, the slow way takes as the same address."""
    if not address._PLAIN.fullmatch(typed):  # noqa: SLF001 -- the claim is about it
        return

    assert address._parse_slowly(typed) == parse(typed)  # noqa: SLF001 -- the claim is about it


@given(HOSTILE | st.builds("{}@{}.test".format, HOSTILE, HOSTILE))
def test_accepted_address_cannot_be_misread(typed: str) -> None:
    """One @, no blank, bracket, comma or control, within the limits, an ASCII domain; and it reads back as itself."""
    try:
        read = parse(typed)
    except AddressRefused:
        return

    local, domain = read.text.rsplit("@", 1)
    assert not set(local) & set('@<>()[],;:\\" \t\r\n\x00')
    assert not any(unicodedata.category(letter)[0] in "CZ" for letter in local)
    assert domain.isascii()
    assert domain == domain.lower()
    assert len(local.encode()) <= LONGEST_LOCAL_PART
    assert len(read.text.encode()) <= LONGEST_ADDRESS
    assert read == parse(read.text)
    assert read.key == parse(read.text.lower()).key
