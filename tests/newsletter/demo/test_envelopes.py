from newsletter.demo.envelopes import Envelope, Envelopes
from tests.harness.caught import CAUGHT_AT


def test_envelopes_are_kept_in_order(envelopes: Envelopes) -> None:
    """Numbered from 1, with the moment and the size."""
    envelopes.keep("a@news.example", ("x@members.example",), b"one")
    envelopes.keep("", ("y@members.example", "z@members.example"), b"three")

    assert envelopes.all() == (
        Envelope(1, "a@news.example", ("x@members.example",), CAUGHT_AT, 3),
        Envelope(2, "", ("y@members.example", "z@members.example"), CAUGHT_AT, 5),
    )


def test_content_is_kept_exactly(envelopes: Envelopes) -> None:
    """Bytes in, the same bytes out."""
    content = bytes(range(256)) + b"\r\n"

    assert content == envelopes.content(envelopes.keep("a@b.example", ("c@d.example",), content))


def test_a_restart_finds_what_was_caught(envelopes: Envelopes) -> None:
    """The folder is the memory."""
    envelopes.keep("a@news.example", ("ü@members.example",), b"one")

    again = Envelopes(envelopes.folder, lambda: CAUGHT_AT)

    assert envelopes.all() == again.all()
    assert 2 == again.keep("a@news.example", ("y@members.example",), b"two").number


def test_numbers_that_are_not_there(envelopes: Envelopes) -> None:
    """None, not an accident of counting backwards."""
    envelopes.keep("a@news.example", ("x@members.example",), b"one")

    assert [None, None, None] == [envelopes.find(number) for number in (0, -1, 2)]


def test_a_full_folder_says_so(envelopes: Envelopes) -> None:
    """So that the catcher can refuse before the disk does."""
    small = Envelopes(envelopes.folder, lambda: CAUGHT_AT, most_kept=1)
    assert not small.is_full
    small.keep("a@news.example", ("x@members.example",), b"one")

    assert small.is_full
