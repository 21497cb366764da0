"""Pictures for tests, drawn when they are needed."""

import io
import struct
import zlib

from PIL import Image


def photo(width: int = 64, height: int = 48, kind: str = "JPEG", **options: object) -> bytes:
    """Give a picture of many colours, red on its left and blue on its right."""
    picture = Image.radial_gradient("L").resize((width, height))
    left, right = Image.linear_gradient("L").rotate(90).resize((width, height)), Image.new("L", (width, height), 40)
    return written(Image.merge("RGB", (left.transpose(Image.Transpose.FLIP_LEFT_RIGHT), picture, right)), kind, **options)


def drawing(width: int = 64, height: int = 48, kind: str = "PNG") -> bytes:
    """Give a picture of two colours."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste("black", (0, 0, width // 2, height))
    return written(picture, kind)


def moving() -> bytes:
    """Give a GIF of a red and a blue frame."""
    red, blue = (Image.new("RGB", (40, 30), colour) for colour in ("red", "blue"))
    return written(red, "GIF", save_all=True, append_images=[blue])


def written(picture: Image.Image, kind: str, **options: object) -> bytes:
    """Give a picture as a file of this kind."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def read(data: bytes) -> Image.Image:
    """Read a picture."""
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def bomb(width: int, height: int) -> bytes:
    """Give a PNG of one bit a pixel whose rows are all zeros: small as a file, huge when it is decoded."""
    rows = zlib.compressobj(9)
    line = b"\0" * (width // 8 + 1)
    packed = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
