import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from newsletter.confined import Child
from newsletter.images.coding import FORMATS, Wish, develop
from newsletter.images.development import developed
from newsletter.images.model import PLAYS, Developed, Focus, MediaType, Refused
from tests.harness.drawn import bomb, drawing, moving, photo, read, written

GPS = 0x8825
DESCRIPTION = 0x010E
ORIENTATION = 0x0112
TURNED_RIGHT = 6


def made(data: bytes, wish: Wish | None = None) -> Developed:
    """Develop a picture that is one."""
    result = develop(data, wish or Wish())
    assert isinstance(result, Developed)
    return result


@pytest.mark.parametrize("kind", FORMATS)
def test_pictures_of_the_web_become_what_mail_shows(kind: str) -> None:
    """By their content; WebP and AVIF are not for Outlook."""
    image = made(photo(80, 60, kind)).image

    # A GIF has few colours.
    expected = MediaType.PNG if kind == "GIF" else MediaType.JPEG
    assert (expected, 80, 60) == (image.media_type, image.width, image.height)
    assert (80, 60) == read(image.data).size


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", b"%PDF-1.7", b"<html>", b"II*\0"],
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """Whatever its name says; SVG can hold script."""
    result = develop(data, Wish())

    assert isinstance(result, Refused)
    assert result.reason.startswith(("is no JPEG, PNG, GIF, WEBP or AVIF file", "is damaged"))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_a_picture_and_something_else_is_only_a_picture(kind: str) -> None:
    """A page, a script, an archive or a program behind it or among what it says of itself is not kept (A33)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("evil.class", b"payload")
    exif = Image.Exif()
    exif[DESCRIPTION] = "payload <script>alert(1)</script><?php system('x') ?>"
    more = {} if kind == "GIF" else {"exif": exif}
    drawn = photo(80, 60, kind, comment=b"payload */=alert(1);/*", **more)
    for behind in (
        b"<html><script>payload</script>",
        b"*/=1;payload()//",
        packed.getvalue(),
        b"%PDF-1.7 payload",
        b"\x7fELFpayload",
    ):
        result = made(drawn + behind)
        for one in (result.image, result.card):
            assert b"payload" not in one.data
            assert one.data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))
            assert one.data.endswith((b"\xff\xd9", b"IEND\xaeB`\x82"))
            assert not zipfile.is_zipfile(io.BytesIO(one.data))


def test_formats_that_need_other_programs_are_not_read() -> None:
    """PostScript would be handed to Ghostscript."""
    assert isinstance(develop(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", Wish()), Refused)
    assert isinstance(develop(written(Image.new("RGB", (9, 9)), "TIFF"), Wish()), Refused)


def test_picture_is_turned_upright_and_says_nothing_of_its_camera() -> None:
    """Where it was taken is nobody's business."""
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    exif.get_ifd(GPS)[2] = (52.0, 5.0, 9.0)
    image = made(photo(80, 60, exif=exif, comment=b"by Ann", dpi=(300, 300))).image

    assert (60, 80) == (image.width, image.height)
    assert {} == dict(read(image.data).getexif())
    assert b"Ann" not in image.data
    assert b"Exif" not in image.data


def test_large_pictures_are_made_small() -> None:
    """Small ones are not made large."""
    wide, high, small = made(photo(2400, 300)).image, made(photo(300, 5000)).image, made(photo(40, 30)).image

    assert (1200, 150) == (wide.width, wide.height)
    assert 2400 == high.height
    assert (40, 30) == (small.width, small.height)


def test_alpha_is_kept_where_it_is_used() -> None:
    """A PNG whose every pixel is opaque is a photo."""
    see_through = read(photo(64, 48))
    see_through.putalpha(Image.linear_gradient("L").resize((64, 48)))
    opaque = read(photo(64, 48)).convert("RGBA")

    assert MediaType.PNG == made(written(see_through, "PNG")).image.media_type
    assert "RGBA" == read(made(written(see_through, "PNG")).image.data).mode
    assert MediaType.JPEG == made(written(opaque, "PNG")).image.media_type


def test_drawing_of_few_colours_stays_sharp() -> None:
    """And keeps its colours exactly."""
    image = made(drawing(kind="GIF")).image
    shown = read(image.data).convert("RGB")

    assert MediaType.PNG == image.media_type
    assert ((0, 0, 0), (255, 255, 255)) == (shown.getpixel((0, 0)), shown.getpixel((63, 47)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "YCbCr"])
def test_colours_of_all_kinds_are_read(mode: str) -> None:
    """Printers' and scanners' files, too."""
    plain = read(photo(64, 48))
    picture = Image.new("I;16", (64, 48), 40_000) if mode == "I;16" else plain.convert(mode)
    kind = "JPEG" if mode in {"CMYK", "YCbCr"} else "PNG"

    assert (64, 48) == (made(written(picture, kind)).image.width, made(written(picture, kind)).image.height)


def test_colours_of_a_profile_become_those_of_the_web() -> None:
    """The profile itself goes; a damaged one does no harm."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    assert "icc_profile" not in read(made(photo(icc_profile=profile)).image.data).info
    assert "icc_profile" not in read(made(photo(icc_profile=b"no profile at all")).image.data).info


def test_card_is_cut_around_the_focus() -> None:
    """Two to three, whatever the shape of the picture; red is on its left."""
    wide = photo(1200, 300)
    left, right = made(wide, Wish(Focus(0, 500))).card, made(wide, Wish(Focus(1000, 500))).card

    def red(data: bytes) -> int:
        found = read(data).convert("RGB").resize((1, 1)).getpixel((0, 0))
        assert isinstance(found, tuple)
        return int(found[0])

    assert (450, 300) == (left.width, left.height)
    assert abs(red(left.data) - red(right.data)) > 50
    assert (600, 400) == (made(photo(900, 900)).card.width, made(photo(900, 900)).card.height)


def test_still_of_a_film_carries_a_mark() -> None:
    """So that nobody takes it for a picture."""
    plain, marked = made(photo(480, 360)).image, made(photo(480, 360), Wish(plays=True)).image

    assert plain.data != marked.data
    assert 240 < read(marked.data).convert("L").getpixel((240, 180))  # type: ignore[operator]  # one channel is one number


def test_moving_picture_stands_still_and_says_so() -> None:
    """Its first frame is shown."""
    still = made(moving())

    assert "moves, and only its first frame is shown" == still.remark
    assert (255, 0, 0) == read(still.image.data).convert("RGB").getpixel((0, 0))
    assert "" == made(photo()).remark


def test_pixels_that_count_openings_are_no_pictures() -> None:
    """One by one, in whichever format."""
    assert Refused("is too small to show anything") == develop(written(Image.new("RGB", (1, 1)), "GIF"), Wish())


@pytest.mark.parametrize(("width", "height"), [(8000, 8000), (30_000, 30_000)])
def test_bomb_is_refused_before_it_is_decoded(width: int, height: int, child: Child) -> None:
    """100 KB that would be 900 million pixels; the next picture is read as ever."""
    refused = developed(child, bomb(width, height))

    assert Refused("has more than 50 million pixels") == refused
    assert isinstance(developed(child, photo()), Developed)


def test_still_is_known_by_its_address(child: Child) -> None:
    """What an embedded film asks for ends in a mark of ours."""
    still = developed(child, photo(480, 360), "https://i.ytimg.com/vi/x/hqdefault.jpg" + PLAYS)

    assert still != developed(child, photo(480, 360), "https://i.ytimg.com/vi/x/hqdefault.jpg")


# A codec wakes up at the first file of its kind.
@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(FORMATS), st.integers(0, 400))
def test_damaged_files_give_a_reason(noise: bytes, kind: str, at: int) -> None:
    """Never an error, whatever was overwritten."""
    whole = _WHOLE[kind]
    damaged = whole[:at] + noise + whole[at + len(noise) :]

    assert isinstance(develop(damaged, Wish()), Developed | Refused)


_WHOLE = {kind: photo(24, 16, kind) for kind in FORMATS}
