"""Colours as style sheets write them, and how well one is read on another (WCAG 2.2, 1.4.3); pure."""

import re
from dataclasses import dataclass
from functools import cache

# Large type is read at less: from 24 pixels on, or bold from 18.66 pixels on.
ENOUGH = 4.5
ENOUGH_FOR_LARGE = 3.0

_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_RGB = re.compile(
    r"rgba?\(\s*([0-9.]{1,6})\s*[, ]\s*([0-9.]{1,6})\s*[, ]\s*([0-9.]{1,6})\s*(?:[,/]\s*([0-9.]{1,6})(%?)\s*)?\)", re.IGNORECASE
)
_NAMES = {
    "black": "#000000",
    "blue": "#0000ff",
    "darkblue": "#00008b",
    "darkgray": "#a9a9a9",
    "darkgreen": "#006400",
    "darkgrey": "#a9a9a9",
    "darkred": "#8b0000",
    "dimgray": "#696969",
    "dimgrey": "#696969",
    "gold": "#ffd700",
    "gray": "#808080",
    "green": "#008000",
    "grey": "#808080",
    "lightgray": "#d3d3d3",
    "lightgrey": "#d3d3d3",
    "lime": "#00ff00",
    "maroon": "#800000",
    "navy": "#000080",
    "olive": "#808000",
    "orange": "#ffa500",
    "pink": "#ffc0cb",
    "purple": "#800080",
    "red": "#ff0000",
    "silver": "#c0c0c0",
    "teal": "#008080",
    "white": "#ffffff",
    "whitesmoke": "#f5f5f5",
    "yellow": "#ffff00",
}
_BYTE = 255
# sRGB: below this a channel is linear.
_LINEAR = 0.04045


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour, its channels and its cover from 0 to 1."""

    red: float
    green: float
    blue: float
    cover: float = 1.0

    @property
    def words(self) -> str:
        """The colour as `#0f5c63`."""
        return "#" + "".join(f"{round(channel * _BYTE):02x}" for channel in (self.red, self.green, self.blue))

    def on(self, ground: "Colour") -> "Colour":
        """Give what is seen of it on *ground*."""
        if self.cover >= 1:
            return self
        mixed = (
            over * self.cover + under * (1 - self.cover)
            for over, under in zip((self.red, self.green, self.blue), (ground.red, ground.green, ground.blue), strict=True)
        )
        return Colour(*mixed)


@cache
def read_colour(text: str) -> Colour | None:
    """Read a colour; None: it is none that is known here, or says that there is none (`transparent`, `inherit`)."""
    text = _NAMES.get(text.strip().lower(), text.strip())
    if match := _HEX.fullmatch(text):
        digits = match[1] if len(match[1]) > 4 else "".join(digit * 2 for digit in match[1])  # noqa: PLR2004 -- #rgb and #rgba
        channels = [int(digits[at : at + 2], 16) / _BYTE for at in range(0, len(digits), 2)]
        return Colour(*channels)
    if match := _RGB.fullmatch(text):
        red, green, blue = (min(float(match[part]) / _BYTE, 1.0) for part in (1, 2, 3))
        cover = 1.0 if match[4] is None else min(float(match[4]) / (100 if match[5] else 1), 1.0)
        return Colour(red, green, blue, cover)
    return None


@cache
def ratio(text: Colour, ground: Colour) -> float:
    """Give the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(text.on(ground)), _luminance(ground)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= _LINEAR else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (colour.red, colour.green, colour.blue)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
