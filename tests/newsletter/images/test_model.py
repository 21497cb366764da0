import pytest

from newsletter.errors import BadValue
from newsletter.images.model import Focus, own_key, shown_keys

KEY = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(("text", "x", "y"), [("0.3,0.4", 300, 400), (" .5 , 1 ", 500, 1000), ("0,1.0", 0, 1000)])
def test_focus_is_read(text: str, x: int, y: int) -> None:
    """Shares of width and height."""
    assert Focus(x, y) == Focus.parse(text)


@pytest.mark.parametrize("text", ["", "0.5", "1.2,0", "-0.1,0", "a,b", "0.5;0.5", "1.5,0.5", "0.5,0.5,0.5"])
def test_focus_outside_is_refused(text: str) -> None:
    """With the way to write it."""
    with pytest.raises(BadValue, match=r"write it as 0\.3,0\.4"):
        Focus.parse(text)


def test_focus_is_written_as_it_is_read() -> None:
    """For whoever edits it."""
    assert Focus(300, 1000) == Focus.parse(str(Focus(300, 1000)))


def test_own_images_are_known_by_their_address() -> None:
    """Under any host, since the key is made of the content; and by nothing less than the whole address."""
    assert KEY == own_key(f"https://news.example.org/images/{KEY}.jpg?x=1")
    assert KEY == own_key(f"/images/{KEY}.png")
    assert "" == own_key(f"https://news.example.org/images/{KEY}.svg")
    assert "" == own_key(f"https://news.example.org/x/images/{KEY[:-1]}.jpg")
    assert "" == own_key("http://[half")


def test_images_of_a_letter_are_found_in_it() -> None:
    """Wherever they stand."""
    html = f'<img src="https://news.example.org/images/{KEY}.jpg"><td background="https://x/images/{KEY[::-1]}.png">'

    assert {KEY, KEY[::-1]} == shown_keys(html)
