"""How well one colour is read on another, of the colours that themes are written in; pure."""

# WCAG 2.2, 1.4.3: small text, and text from 24 pixels or from 18.66 bold.
LEAST_CONTRAST = 4.5
LEAST_CONTRAST_LARGE = 3.0


def contrast(one: str, other: str) -> float:
    """Compute how far two colours are apart: 1 the same, 21 black and white (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 -- sRGB
