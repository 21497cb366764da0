"""`newsletter dkim`: from a new key to signed mail, with a name server of our own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from newsletter.cli.exits import Exit
from newsletter.mail.dkimrecord import DnsRecord
from tests.harness.nameserver import BROKEN, NameServer, name_server
from tests.harness.terminal import Terminal
from tests.newsletter.mail.test_dkim import key, pem


@pytest.fixture
def dns() -> Iterator[NameServer]:
    """Give a name server that knows nothing yet."""
    with name_server() as server:
        yield server


@pytest.fixture
def made(terminal: Terminal) -> DnsRecord:
    """Give the record of a new key for example.org."""
    answer = terminal.ok("dkim", "new", "example.org", "--selector", "first")
    return DnsRecord(answer["record"]["name"], answer["record"]["value"])


def test_new_key_says_what_to_publish_and_what_comes_next(terminal: Terminal) -> None:
    """Nothing of it wrapped, because it is copied; the strings and the zone line say the same."""
    told = terminal("dkim", "new", "Example.org")
    [shown] = terminal.ok("dkim", "show", "example.org")["keys"]

    assert 0 == told.code
    record = shown["record"]
    assert re.fullmatch(r"nl20\d{4}", shown["selector"])
    assert f"\n  name    {shown['selector']}._domainkey.example.org\n" in told.out
    assert f"\n  value   {record['value']}\n" in told.out
    assert record["value"] == "".join(record["strings"])
    assert all(f'\n  "{part}"\n' in told.out for part in record["strings"])
    assert f"\n  {record['zone']}\n" in told.out
    assert f"\n  newsletter dkim activate example.org {shown['selector']}\n" in told.out
    assert "made" == shown["state"]


def test_private_key_is_never_told(terminal: Terminal, made: DnsRecord) -> None:
    """Nor anything sealed."""
    for told in (terminal("dkim", "show"), terminal("dkim", "show", "example.org"), terminal("dkim", "show", "--json")):
        assert 0 == told.code
        assert "PRIVATE" not in told.out
        assert re.search(r"1\.[\w-]{40}", told.out) is None


def test_second_key_of_a_month_has_a_selector_of_its_own(terminal: Terminal) -> None:
    """And says of an Ed25519 key that it is one."""
    first, second = (terminal.ok("dkim", "new", "example.org")["selector"] for _ in range(2))
    short = terminal.ok("dkim", "new", "example.org", "--ed25519")

    assert f"{first}-2" == second
    assert (f"{first}ed", "ed25519") == (short["selector"], short["algorithm"])


def test_key_signs_once_its_record_is_published(terminal: Terminal, made: DnsRecord, dns: NameServer) -> None:
    """And not before."""
    early = terminal("dkim", "activate", "example.org", "first", "--nameserver", dns.place)
    dns.publish(made)
    told = terminal("dkim", "activate", "example.org", "first", "--nameserver", dns.place)

    assert Exit.REFUSED == early.code
    assert "record first._domainkey.example.org: the DNS has no such TXT record yet. The key was not activated;" in early.err
    assert "The key first of example.org (rsa) signs from now on.\n" == told.out
    assert "active" == terminal.ok("dkim", "show")["keys"][0]["state"]


def test_other_key_in_the_dns_is_told(terminal: Terminal, made: DnsRecord, dns: NameServer) -> None:
    """A record that was pasted into the wrong place, or cut."""
    dns.publish(DnsRecord(made.name, made.value[:200]))

    assert "something else there" in terminal("dkim", "activate", "example.org", "first", "--nameserver", dns.place).err


def test_words_of_a_hostile_record_are_not_repeated(terminal: Terminal, made: DnsRecord, dns: NameServer) -> None:
    """Whoever answers in the place of the DNS writes on no terminal; and a tag more or less makes no key ours."""
    for value in ("\x1b[31mred\x07", f"{made.value[:-4]}; p=", f"v=DKIM1; p=; {made.value[9:]}; p=x", "p" * 1000):
        dns.publish(DnsRecord(made.name, value))
        told = terminal("dkim", "activate", "example.org", "first", "--nameserver", dns.place)

        assert Exit.REFUSED == told.code
        assert told.err.strip().isprintable()
        assert len(told.err) < 1000


def test_dns_that_does_not_answer_is_told(terminal: Terminal, made: DnsRecord) -> None:
    """And can be overridden by whoever knows better."""
    with name_server(manner=BROKEN) as broken:
        told = terminal("dkim", "activate", "example.org", "first", "--nameserver", broken.place)

    assert Exit.REFUSED == told.code
    assert "the DNS could not be asked: no name server could tell." in told.err
    assert 0 == terminal("dkim", "activate", "example.org", "first", "--unchecked").code


def test_show_looks_into_the_dns(terminal: Terminal, made: DnsRecord, dns: NameServer) -> None:
    """In words for people, in one word for scripts."""
    before = terminal.ok("dkim", "show", "--check", "--nameserver", dns.place)["keys"]
    dns.publish(made)
    after = terminal.ok("dkim", "show", "--check", "--nameserver", dns.place)["keys"]

    assert ["missing", "right"] == [keys[0]["dns"] for keys in (before, after)]
    assert "the DNS has this key" in terminal("dkim", "show", "example.org", "--nameserver", dns.place).out


def test_show_says_what_signs_a_newsletter(terminal: Terminal, paper: str, made: DnsRecord) -> None:
    """Nothing, or which keys."""
    before = terminal("dkim", "show").out
    terminal.ok("dkim", "activate", "example.org", "first", "--unchecked")
    after = terminal.ok("dkim", "show")

    assert "No key signs Section News <news@example.org>." in before
    assert "first of example.org signs Section News <news@example.org>." in terminal("dkim", "show").out
    assert [{"domain": "example.org", "selector": "first"}] == after["newsletters"][0]["keys"]


def test_show_of_nothing_says_what_to_do(terminal: Terminal) -> None:
    """The first word of this whole matter."""
    assert "There is no key yet. Next: newsletter dkim new DOMAIN\n" == terminal("dkim", "show").out


def test_new_key_takes_over_and_the_old_record_stays(terminal: Terminal, made: DnsRecord) -> None:
    """Mail that the old one signed is under way."""
    terminal.ok("dkim", "activate", "example.org", "first", "--unchecked")
    terminal.ok("dkim", "new", "example.org", "--selector", "second")
    told = terminal("dkim", "activate", "example.org", "second", "--unchecked")

    assert "It takes over from first. Leave its record first._domainkey.example.org in the DNS for 7 days" in told.out


def test_retired_key_leaves_mail_unsigned_and_says_so(terminal: Terminal, made: DnsRecord) -> None:
    """Unless another one signs."""
    terminal.ok("dkim", "activate", "example.org", "first", "--unchecked")
    told = terminal("dkim", "retire", "example.org", "first")

    assert "No key signs for example.org now; its mail goes out unsigned.\n" in told.out
    assert "retired" == terminal.ok("dkim", "show")["keys"][0]["state"]


def test_imported_key_keeps_its_record(terminal: Terminal, tmp_path: Path) -> None:
    """Its DNS is there already."""
    file = tmp_path / "key.pem"
    file.write_text(pem(key().private))
    answer = terminal.ok("dkim", "new", "example.org", "--selector", "nl202002", "--import", str(file))

    assert key().record.value == answer["record"]["value"]


def test_short_key_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    """In one sentence, and nothing is kept."""
    file = tmp_path / "key.pem"
    file.write_text(pem(generate_private_key(65537, 1024)))  # noqa: S505 -- that is the point
    told = terminal("dkim", "new", "example.org", "--import", str(file))

    assert Exit.REFUSED == told.code
    expected = "has 1024 bits; receivers distrust less than 2048 (RFC 8301), so it signs nothing"
    assert f"Error: file {file}: {expected}\n" == told.err
    assert [] == terminal.ok("dkim", "show")["keys"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("new", "not a domain"), Exit.REFUSED),
        (("new", "example.org", "--selector", "a b"), Exit.REFUSED),
        (("new", "example.org", "--selector", "first"), Exit.REFUSED),
        (("new", "example.org", "--import", "/nowhere/key.pem"), Exit.REFUSED),
        (("new", "example.org", "--import", "-", "--ed25519"), Exit.USAGE),
        (("new", "example.org", "--import", "-"), Exit.REFUSED),
        (("activate", "example.org", "other"), Exit.NOT_FOUND),
        (("retire", "example.net", "first"), Exit.NOT_FOUND),
        (("activate", "example.org", "first", "--nameserver", "dns.example.org"), Exit.REFUSED),
    ],
)
def test_what_cannot_be_done_is_told(terminal: Terminal, made: DnsRecord, arguments: tuple[str, ...], code: Exit) -> None:
    """With a sentence and an exit code."""
    told = terminal("dkim", *arguments)

    assert code == told.code
    assert "Error: " in told.err


@pytest.mark.parametrize(
    "arguments", [("new", "example.org"), ("activate", "example.org", "first"), ("retire", "example.org", "first")]
)
def test_only_an_admin_changes_what_signs(terminal: Terminal, made: DnsRecord, arguments: tuple[str, ...]) -> None:
    """A publisher may look."""
    terminal.ok("staff", "add", "paul", "--role", "publisher")

    assert Exit.REFUSED == terminal("dkim", *arguments, "--as", "paul").code
    assert 0 == terminal("dkim", "show", "--as", "paul").code
