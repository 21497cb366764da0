from dataclasses import replace

import pytest

from newsletter.letters import view
from newsletter.letters.letter import SlotName
from tests.harness.letters import a_newsletter


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", False),
        ("ar", True),
        ("he-IL", True),
        ("fa", True),
        ("az-Arab", True),
        ("ar-Latn", False),
        ("nl", False),
        ("", False),
    ],
)
def test_direction_follows_language_and_script(language: str, *, expected: bool) -> None:
    """A script named in the tag counts for more than the language."""
    assert expected == view.is_right_to_left(language)


def test_page_of_a_language_from_right_to_left_is_mirrored() -> None:
    """Lines begin on the right."""
    page = view.page_for("ar", "عنوان", "نص", {SlotName.NAME: "slot0"})

    assert ("ar", "rtl", "right", "left") == (str(page.language), str(page.direction), str(page.start), str(page.end))
    assert {"name": "slot0"} == {name: str(token) for name, token in page.slots.items()}


@pytest.mark.parametrize("language", ['en" onload="x', "en us", "é", "x" * 36, ""])
def test_what_is_no_language_is_undetermined(language: str) -> None:
    """The attribute of the page's language cannot be left."""
    assert language == "" or "und" == view.language_tag(language)


def test_imprint_names_the_sender_once() -> None:
    """The law wants to know who writes and from where; saying it twice looks careless."""
    named = a_newsletter()

    assert "CPDWL Section, 5 Library Square, The Hague" == view.imprint(named)
    assert "CPDWL Section, 5 Library Square" == view.imprint(replace(named, postal_address="5 Library Square"))
