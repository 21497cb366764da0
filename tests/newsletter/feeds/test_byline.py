"""Authors in titles: who is found, who is not, and who is only suspected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.byline import Byline, split_byline


@pytest.mark.parametrize(
    ("title", "written", "name"),
    [
        (
            "Mentoring for library managers in Norway by Almuth Gastinger",
            "Mentoring for library managers in Norway",
            "Almuth Gastinger",
        ),
        ("A meeting in the Russian libraries by Daria Beliakova,", "A meeting in the Russian libraries", "Daria Beliakova"),
        (
            "Knowledge Café 2019: Change Literacy: Digital, Collaborative, Creative compiled by Monica Ertel",
            "Knowledge Café 2019: Change Literacy: Digital, Collaborative, Creative",
            "Monica Ertel",
        ),
        (
            "Communicating research through exhibitions by Ewa Stenberg",
            "Communicating research through exhibitions",
            "Ewa Stenberg",
        ),
        (
            "Library of the year 2020 – not a library by Catharina Isberg",
            "Library of the year 2020 – not a library",
            "Catharina Isberg",
        ),
        ("My Virtual M&M-CDPWL Coaching by Dr. Mary Ann M. Ingua", "My Virtual M&M-CDPWL Coaching", "Dr. Mary Ann M. Ingua"),
        (
            "Knowledge Café 2021, Rotterdam by Daria Beliakova & Monica Ertel",
            "Knowledge Café 2021, Rotterdam",
            "Daria Beliakova, Monica Ertel",
        ),
        (
            "Step by Step: a guide by María José de la Torre and Juanita Jara De Sumar",
            "Step by Step: a guide",
            "María José de la Torre, Juanita Jara De Sumar",
        ),
        ("Report by Sandy Hirsh, Monica Ertel and Ulrike Lang", "Report", "Sandy Hirsh, Monica Ertel, Ulrike Lang"),
        ("Notes, by Jane Doe, PhD.", "Notes", "Jane Doe, PhD"),
        ("Notes by Jean d'Alembert (Paris)", "Notes", "Jean d'Alembert"),
        ("REPORT BY JANE DOE", "REPORT", "JANE DOE"),
        ("Bericht, von Johanna Meier", "Bericht", "Johanna Meier"),
        ("Compte rendu par Anne-Marie Côté", "Compte rendu", "Anne-Marie Côté"),
        ("図書館 by 田中花子", "図書館", "田中花子"),
        ("مقال by أحمد علي", "مقال", "أحمد علي"),
        ("लेख by प्रिया शर्मा", "लेख", "प्रिया शर्मा"),
        ("Notes by Jane\u00a0Doe", "Notes", "Jane Doe"),
    ],
)
def test_author_is_found_and_cut_off(title: str, written: str, name: str) -> None:
    """Real titles of the blogs this is made for, and their relatives."""
    assert Byline(written, name, is_sure=True) == split_byline(title)


@pytest.mark.parametrize(
    "title",
    [
        "",
        "by",
        "By Jane Doe",
        "Learning by doing",
        "Learning by Doing",
        "Libraries hit by COVID-19",
        "Goals by 2030",
        "Side by Side",
        "Paris by Night Train",
        "Organised by IFLA CPDWL Section",
        "A webinar hosted by New York Public Library",
        "A webinar hosted by Jane Doe",
        "A talk given by Jane Doe",
        "Guidelines published by Monica Ertel",
        "Developing the “Opportunity Incubator”: An Interview with Brian Mathews and Talia Perry",
        "Former Co-Chair of CPDWL, Sylvia Piggott, died on June 7, 2021",
        "CPDWL offerings at IFLA WLIC 2022",
        "#WeAreCPDWL Video in IFLA’s 7 Official Languages",
        "CPDWL Newsletter: January 2020 Issue",
        "Report by the University of Oslo",
        "Die Bibliothek von Alexandria",
    ],
)
def test_nobody_is_named(title: str) -> None:
    """Who hosts, organises or publishes is no author, nor is an organisation, a year or a way of doing things."""
    assert Byline(title) == split_byline(title, known={"Monica Ertel"})


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Coaching and mentoring – Ulrike Lang, Almuth Gastinger", "Ulrike Lang, Almuth Gastinger"),
        ("Save the date – Athens Greece", "Athens Greece"),
        ("Die Geschichte von Johann Gutenberg", "Johann Gutenberg"),
        ("Article by JANE DOE", "JANE DOE"),
    ],
)
def test_doubtful_names_leave_the_title_whole(title: str, name: str) -> None:
    """An author, a place or a subject: only an editor can tell."""
    assert Byline(title, name) == split_byline(title)


def test_known_names_are_believed_after_a_dash() -> None:
    """Who has written before may be named in any form; one stranger among them leaves the doubt."""
    title = "Coaching and mentoring – Ulrike Lang, Almuth Gastinger"

    assert split_byline(title, {"Ulrike Lang", "Almuth Gastinger"}).is_sure
    assert not split_byline(title, {"Ulrike Lang"}).is_sure


@given(st.text())
def test_any_title_is_split_into_parts_of_itself(title: str) -> None:
    """Nothing is invented, nothing raises."""
    split = split_byline(title)
    whole = split_byline(title + " by Jane Doe")

    assert not split.is_sure or (split.title and split.name)
    assert not whole.is_sure or whole.title
