"""What a server writes for people."""

from newsletter.mail.signs import signs_of
from newsletter.returns import wording


def test_places_where_a_returned_message_may_begin_are_tried_so_often() -> None:
    """Seven hundred of them had all that stands before looked through seven hundred times."""
    text = "Hello\n" + "message-id: abc\n" * 400 + "--- Below this line is a copy of the message.\nwords\n"
    before = signs_of.cache_info().misses
    head = wording.before_returned(text)

    assert signs_of.cache_info().misses - before <= wording.MOST_BEGINNINGS
    assert head.startswith("Hello\nmessage-id: abc")
