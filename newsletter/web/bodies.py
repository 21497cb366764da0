"""How much of a body is read: no more than was agreed on, whatever its sender says of its length."""

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from newsletter.web.faults import BodyTooLarge


def bounded(receive: Receive, scope: Scope, largest: int) -> Receive:
    """Give what reads no more of a body than *largest* bytes.

    Raises:
        BodyTooLarge: it says that it is larger, or is, when it is read.

    """
    length = Headers(scope=scope).get("content-length", "")
    # So many digits are more than any bound, and int() would take its time over them.
    if length.isascii() and length.isdigit() and (len(length) > len(str(largest)) or int(length) > largest):
        raise BodyTooLarge
    taken = 0

    async def take() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise BodyTooLarge
        return message

    return take
