"""A socket that listens, for servers that answer as soon as they have an answer."""

import socket


def listen(host: str, port: int) -> socket.socket:
    """Give a socket that listens at *host*, a name or an address, on *port*; 0 takes one that is free.

    What is written to its connections leaves at once (TCP_NODELAY). Python's own event loop sees to that only where a
    socket was made for a protocol by name, and none is that is made by hand: the second half of an answer then waited
    until the first was acknowledged, 40 ms for each page.

    Raises:
        OSError: nothing can listen there.

    """
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listener = socket.create_server(address[:2], family=family)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
