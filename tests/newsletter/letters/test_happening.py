import pytest

from newsletter.issues.model import Event
from newsletter.languages.catalogue import words_for
from newsletter.letters.happening import event_view

ENGLISH = words_for("en")


@pytest.mark.parametrize(
    ("event", "when"),
    [
        (Event("2020-02-03T09:00", "", "Europe/Amsterdam"), "Mon, 3 Feb 2020, 09:00 (Amsterdam)"),
        (Event("2020-02-03T09:00", "2020-02-03T10:30", "Europe/Oslo"), "Mon, 3 Feb 2020, 09:00–10:30 (Oslo)"),
        (
            Event("2020-02-03T22:00", "2020-02-04T01:00", "Europe/Oslo"),
            "Mon, 3 Feb 2020, 22:00 – Tue, 4 Feb 2020, 01:00 (Oslo)",
        ),
        (Event("2020-08-13"), "Thu, 13 Aug 2020"),
        (Event("2020-08-13", "2020-08-13"), "Thu, 13 Aug 2020"),
        (Event("2020-08-13", "2020-08-14"), "Thu, 13 Aug 2020 – Fri, 14 Aug 2020"),
    ],
)
def test_event_says_when_it_is(event: Event, when: str) -> None:
    """Times with the city whose time it is; days without."""
    view = event_view(event, ENGLISH, "")

    assert view is not None
    assert when == view.when


@pytest.mark.parametrize(
    ("language", "month", "when"),
    [
        ("de", "Feb.", "Mo., 3. Feb. 2020, 09:00 (Amsterdam)"),
        ("fr", "févr.", "lun. 3 févr. 2020, 09:00 (Amsterdam)"),
        ("zh", "2月", "2020年2月3日周一, 09:00 (阿姆斯特丹)"),
        ("ar", "فبراير", "الاثنين، 3 فبراير 2020, 9:00 ص (أمستردام)"),
    ],
)
def test_event_is_spelled_in_the_language_of_the_letter(language: str, month: str, when: str) -> None:
    """Months, weekdays, hours and cities."""
    view = event_view(Event("2020-02-03T09:00", "", "Europe/Amsterdam", "A\nB"), words_for(language), "https://x.example")

    assert view is not None
    assert ("3", month, when.replace(" ", "")) == (view.day, view.month.replace("\u202f", " "), _plain(view.when))
    assert ("A B", "https://x.example") == (view.place, view.calendar)


def _plain(text: str) -> str:
    return "".join(text.replace("\u202f", " ").replace("\u200f", "").split())


@pytest.mark.parametrize(
    "event",
    [Event("soon"), Event("2020-02-30"), Event("2020-02-03T09:00", "later"), Event("2020-02-03T09:00", "", "Mars/Base")],
)
def test_event_without_a_date_is_none(event: Event) -> None:
    """The article stands without it, and the letter is composed."""
    assert event_view(event, ENGLISH, "") is None
