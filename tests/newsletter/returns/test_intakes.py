from urllib.parse import quote

import pytest

from newsletter.returns import intakes
from newsletter.returns.intakes import Listen, Mailbox


def test_mailbox_is_read_from_its_address() -> None:
    """User, password and folder may hold anything when percent-encoded; the folders are the usual ones if not said."""
    password = "p/w?#@:%"
    found = intakes.parse_mailbox(f"imaps://ann%40example.org:{quote(password, safe='')}@mail.example.org/Bo%C3%AEte/a b")

    assert Mailbox("mail.example.org", 993, True, "ann@example.org", password, "Boîte/a b", "Processed", "Unparsed") == found


def test_folders_and_authority_are_options() -> None:
    """Servers have folders below the inbox, and certificates of their own."""
    found = intakes.parse_mailbox("imaps://a:b@h:1993?processed=INBOX.Done&unparsed=INBOX.Odd&ca=/ca.pem")

    assert ("INBOX", "INBOX.Done", "INBOX.Odd", "/ca.pem", 1993) == (
        found.folder,
        found.processed,
        found.unparsed,
        found.ca_file,
        found.port,
    )


def test_password_is_never_shown() -> None:
    """Neither in what a mailbox looks like nor in its name."""
    found = intakes.parse_mailbox("imaps://ann:geheim@mail.example.org")

    assert "geheim" not in f"{found!r} {found}"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("imap://ann:geheim@mail.example.org", "in the clear"),
        ("https://ann:geheim@mail.example.org", "is no mailbox"),
        ("imaps://mail.example.org", "no user"),
        ("imaps://ann@mail.example.org", "no user"),
        ("imaps://ann:geheim@mail.example.org/A%0d%0aB", "control characters"),
        ("imaps://ann:geheim@mail.example.org/A\r\nB", "control characters"),
        ("imaps://ann:geheim%00@mail.example.org", "control characters"),
        ("imaps://ann:geheim@mail.example.org?processed=A%0aLOGOUT", "control characters"),
        ("imaps://ann:geheim@mail.example.org?processed=INBOX", "to differ"),
        ("imaps://ann:geheim@mail.example.org?starttls=1", "no option starttls"),
        ("imaps://ann:geheim@mail.example.org:99999", "no port"),
        ("imaps://ann:gehe/im@mail.example.org", "percent-encoded"),
        ("imaps://ann:geheim@-h-/", "no host"),
        (f"imaps://ann:geheim@mail.example.org/{'a' * 300}", "too long"),
    ],
)
def test_what_cannot_be_used_is_refused_without_telling_the_password(url: str, reason: str) -> None:
    """A setting is read by people over shoulders."""
    with pytest.raises(ValueError, match=reason) as refused:
        intakes.parse_mailbox(url)

    assert "geheim" not in str(refused.value)


def test_port_is_read_from_its_address() -> None:
    """With a certificate where STARTTLS is to be offered."""
    assert Listen("127.0.0.1", 2525) == intakes.parse_listen("127.0.0.1:2525")
    assert Listen("::1", 25, "/c.pem", "/k.pem") == intakes.parse_listen("[::1]:25?certificate=/c.pem&key=/k.pem")


@pytest.mark.parametrize(
    "text", ["2525", "127.0.0.1", "smtp://h:25", "h:25/x", "h:99999", "a@h:25", "h:25?key=k", "h:2\n5", "h:25?x=1"]
)
def test_port_that_cannot_be_listened_at_is_refused(text: str) -> None:
    """In one sentence."""
    with pytest.raises(ValueError, match=r"listen|option|key|control"):
        intakes.parse_listen(text)


@pytest.mark.parametrize("text", ["4", "3601", "-5", "1.5", "", "９", "99999"])
def test_seconds_have_bounds(text: str) -> None:
    """Neither a storm of logins nor a mailbox that nobody looks into."""
    with pytest.raises(ValueError, match="whole number"):
        intakes.parse_seconds(text)

    assert 60 == intakes.parse_seconds("60")
