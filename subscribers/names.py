"""Names as they are looked up: without letter case and accents, from the front and from the last word on."""

import unicodedata

# Letters that Unicode takes for letters of their own, and whoever has no such key types otherwise.
_ALIKE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})

# Longer ones are looked up by their beginning all the same, and an entry of an index of PostgreSQL ends at 2,704 bytes.
LONGEST_KEY = 200


def folded(text: str) -> str:
    """Give what two spellings of a name share; the same for the database's rows and for whatever is typed."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return " ".join(plain.casefold().translate(_ALIKE).split())


def columns(name: str) -> dict[str, str | None]:
    """Give a name with the two keys by which its row is found; none where there is nothing to find it by."""
    key = folded(name)[:LONGEST_KEY].rstrip()
    front, _, last = key.rpartition(" ")
    return {"name": name, "name_key": key or None, "name_turned": f"{last} {front}" if front else None}
