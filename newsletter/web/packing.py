"""Packs pages of the desk on their way, where no stranger can learn anything from how long they are then.

Whoever can have a browser ask for a page again and again with words of their own in it, and sees how long the answers are,
could guess a secret in it letter by letter (BREACH). So only what a page of ours or the person themselves asks for is packed,
never what another site does, as the browser tells; and the token of the forms in it is another one each time.
"""

import gzip
import re
from collections.abc import Mapping

from starlette.responses import Response

# Below that a packed answer travels in as many packets.
SMALLEST = 1400

# A long issue in the composer, 209 KB, takes 3 ms and becomes 14 KB; the highest level takes four times as long for 5 % less.
LEVEL = 5

_TEXTS = ("text/html", "text/plain", "application/json")
# Asked for by a page of ours, or by the person: an address that was typed, a bookmark.
_OWN = frozenset({"same-origin", "none"})

# As RFC 9110 writes it.
_WEIGHT = re.compile(r"q\s*=\s*([01](?:\.[0-9]{0,3})?)")


def may_pack(headers: Mapping[str, str]) -> bool:
    """Whether the answer to a question with these headers may be packed; not for a browser that does not tell who asks."""
    return headers.get("sec-fetch-site") in _OWN and accepts_gzip(headers.get("accept-encoding", ""))


def packed(answer: Response) -> Response:
    """Give an answer with its body packed, where that is a text and long enough."""
    is_text = answer.headers.get("content-type", "").startswith(_TEXTS)
    # What is streamed has no body yet.
    body = getattr(answer, "body", b"")
    if not is_text or len(body) < SMALLEST or "content-encoding" in answer.headers:
        return answer
    answer.body = gzip.compress(bytes(body), LEVEL, mtime=0)
    answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Content-Length"] = str(len(answer.body))
    answer.headers.add_vary_header("Accept-Encoding")
    answer.headers.add_vary_header("Sec-Fetch-Site")
    return answer


def accepts_gzip(wanted: str) -> bool:
    """Whether who asks with this `Accept-Encoding` can unpack gzip; one that does not say so cannot."""
    weights = dict(map(_weighed, wanted.lower().split(",")))
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _weighed(coding: str) -> tuple[str, float]:
    name, _, parameters = coding.partition(";")
    weight = _WEIGHT.fullmatch(parameters.strip()) if parameters else None
    if parameters and weight is None:
        return name.strip(), 0.0
    return name.strip(), float(weight[1]) if weight else 1.0
