"""Reads pictures of strangers and writes them anew, small and clean; to be called in a child process, for a bomb ends it."""

import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from newsletter.atneed import at_need
from newsletter.images.model import HIGHEST, MIDDLE, MOST_PIXELS, WIDEST, Developed, Encoded, Focus, MediaType, Refused
from subscribers.sentence import say

if TYPE_CHECKING:
    import PIL
    from PIL import Image, ImageCms, ImageDraw, ImageOps
else:
    # Five megabytes that only the child is to have.
    PIL, Image, ImageCms = at_need("PIL"), at_need("PIL.Image"), at_need("PIL.ImageCms")
    ImageDraw, ImageOps = at_need("PIL.ImageDraw"), at_need("PIL.ImageOps")

# By their content, whatever their name or header says; SVG can hold script.
FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
# Of a card: two of 268 pixels stand beside each other, on screens with twice as many.
CARD = (600, 400)
# At 82 nobody sees a difference at this size; every five more cost a sixth of the bytes.
QUALITY = 82
# A drawing of so few colours is smaller and sharper as PNG.
FEW_COLOURS = 256
# A photo with alpha as PNG of 32 bits can have 2 MB; beyond this it gets a palette.
LARGEST_TRUE_COLOUR = 300_000
# 1 pixel counts openings, it shows nothing.
SMALLEST = 3

# Twice what is decoded: JPEG of 12 megapixels needs a quarter of it.
MEMORY_MB = 1024
SECONDS = 15.0

# The mark of a still, in shares of its shorter side.
_DISC = 0.16
_TRIANGLE = 0.075


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted besides a clean image."""

    focus: Focus = MIDDLE
    # A mark is drawn that says: this is a film.
    plays: bool = False


def develop(data: bytes, wish: Wish) -> Developed | Refused:
    """Read *data* as a picture and write it anew: upright, at most WIDEST wide, in sRGB, without any metadata."""
    try:
        with warnings.catch_warnings():
            # Pillow warns where it should stop; what it says of odd metadata is nobody's business.
            warnings.simplefilter("ignore")
            return _developed(data, wish)
    except MemoryError:
        raise
    except PIL.UnidentifiedImageError:
        return Refused(say("is no %(formats)s or %(formats2)s file", formats=", ".join(FORMATS[:-1]), formats2=FORMATS[-1]))
    except Image.DecompressionBombError:
        return Refused(_too_many_pixels())
    except Exception as error:  # noqa: BLE001 -- the door of the child: decoders raise whatever they like
        return Refused(say("is damaged (%(name)s)", name=type(error).__name__))


def _developed(data: bytes, wish: Wish) -> Developed | Refused:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            return Refused(_too_many_pixels())
        if opened.width < SMALLEST or opened.height < SMALLEST:
            return Refused(say("is too small to show anything"))
        moves = getattr(opened, "n_frames", 1) > 1
        # JPEG only: decodes at a half, a quarter or an eighth, as long as enough is left.
        opened.draft("RGB", (WIDEST, WIDEST))
        picture = _upright(opened)
    picture.thumbnail((WIDEST, HIGHEST), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if wish.plays:
        _mark(picture)
    card = ImageOps.fit(picture, _card_size(picture), Image.Resampling.LANCZOS, centering=_centre(wish.focus))
    remark = say("moves, and only its first frame is shown") if moves else ""
    return Developed(_written(picture), _written(card), remark)


def _upright(opened: "Image.Image") -> "Image.Image":
    """Give the first frame turned as its camera was held, in the colours of the web, with alpha only where it is used."""
    profile = opened.info.get("icc_profile")
    picture = ImageOps.exif_transpose(opened)
    if picture.mode.startswith("I"):
        # 16 bits a pixel.
        picture = picture.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    has_alpha = "transparency" in picture.info or "A" in picture.getbands() or "a" in picture.getbands()
    picture = _in_srgb(picture, profile).convert("RGBA" if has_alpha else "RGB")
    if has_alpha and picture.getchannel("A").getextrema()[0] == 255:  # noqa: PLR2004 -- opaque
        picture = picture.convert("RGB")
    return picture


def _in_srgb(picture: "Image.Image", profile: object) -> "Image.Image":
    if not isinstance(profile, bytes) or picture.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return picture
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        # A damaged profile: the colours are as they are.
        return picture
    return converted or picture


def _card_size(picture: "Image.Image") -> tuple[int, int]:
    """Give the size of a card, or one of the same shape that needs no enlarging."""
    width, height = CARD
    share = min(picture.width / width, picture.height / height, 1.0)
    return max(round(width * share), 1), max(round(height * share), 1)


def _centre(focus: Focus) -> tuple[float, float]:
    return focus.x / 1000, focus.y / 1000


def _mark(picture: "Image.Image") -> None:
    """Draw a disc with a triangle into the middle."""
    side = min(picture.size)
    x, y = picture.width / 2, picture.height / 2
    disc, wing = side * _DISC, side * _TRIANGLE
    draw = ImageDraw.Draw(picture, "RGBA")
    draw.ellipse((x - disc, y - disc, x + disc, y + disc), fill=(0, 0, 0, 170), outline=(255, 255, 255, 230), width=3)
    draw.polygon([(x - wing * 0.8, y - wing), (x - wing * 0.8, y + wing), (x + wing * 1.1, y)], fill=(255, 255, 255, 240))


def _written(picture: "Image.Image") -> Encoded:
    # A palette, a profile or a comment that came along would be written again.
    picture.info = {}
    out = io.BytesIO()
    if picture.mode == "RGBA":
        picture.save(out, "PNG", optimize=True)
        if out.tell() > LARGEST_TRUE_COLOUR:
            out = io.BytesIO()
            picture.quantize(FEW_COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG", optimize=True)
        kind = MediaType.PNG
    elif picture.getcolors(FEW_COLOURS) is not None:
        picture.quantize(FEW_COLOURS, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        kind = MediaType.PNG
    else:
        picture.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
        kind = MediaType.JPEG
    return Encoded(out.getvalue(), kind, picture.width, picture.height)


def _too_many_pixels() -> str:
    return say("has more than %(most)s million pixels", most=MOST_PIXELS // 1000000)
