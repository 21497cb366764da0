"""What the pages of the settings have in common."""

from newsletter.web.desk.settings import sheets


def test_a_name_from_right_to_left_turns_nothing_around_it() -> None:
    """It is set apart; others stay as they are."""
    assert "\u2068نشرة\u2069" == sheets.isolated("نشرة")
    assert "Section News 3" == sheets.isolated("Section News 3")
