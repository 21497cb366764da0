from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.letter import SlotName, fill_html, fill_text

SLOTS = {SlotName.NAME: "slot0000", SlotName.UNSUBSCRIBE: "slot1111"}
HTML = '<p title="slot0000">Dear slot0000,</p><a href="slot1111">Unsubscribe</a>'


class Heard(HTMLParser):
    """Keeps what a mail program would see: tags, attributes, text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[str | None] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append(tag)
        self.attributes += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


@given(name=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\0"), max_size=40))
def test_a_name_cannot_leave_its_place_in_html(name: str) -> None:
    """Whatever somebody calls themselves, the tags of the letter stay what they were and the name arrives whole."""
    heard = Heard()
    heard.feed(fill_html(HTML, SLOTS, {SlotName.NAME: name, SlotName.UNSUBSCRIBE: "https://x.example/u/1?a=b&c=d"}))
    heard.close()

    assert ["p", "a"] == heard.tags
    assert [name, "https://x.example/u/1?a=b&c=d"] == heard.attributes
    assert f"Dear {name},Unsubscribe" == heard.text


def test_plain_text_is_filled_as_it_is() -> None:
    """Nothing is escaped where nothing is markup."""
    values = {SlotName.NAME: "Ana & <Bo>", SlotName.UNSUBSCRIBE: "https://x.example/u/1?a=b&c=d"}

    filled = fill_text("Dear slot0000, leave: slot1111", SLOTS, values)

    assert "Dear Ana & <Bo>, leave: https://x.example/u/1?a=b&c=d" == filled
