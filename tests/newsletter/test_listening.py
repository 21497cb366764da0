"""A socket that listens."""

import socket

from newsletter.listening import listen


def test_what_is_answered_leaves_at_once() -> None:
    """On every connection that is taken, nothing waits to be acknowledged first."""
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        taken, _ = listener.accept()
        with taken:
            assert 0 != taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
