"""Authors in titles: who is found, who is not, and who is only suspected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.byline import Byline, byline_in_line, is_doubtful, persons, split_byline


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


# By whom, or by what? Each of them stood behind "by" in a title of a library's blog, or could.
PLACES_AND_BODIES = (
    "Athens Greece",
    "Lake Geneva",
    "Loch Ness",
    "Sydney Harbour",
    "New York",
    "San Sebastián",
    "Rio Grande",
    "Buenos Aires Argentina",
    "Cape Town",
    "South Korea",
    "Nordic Countries",
    "Tallinn Estonia",
    "Times Square",
    "Central Park",
    "Camp Nou Barcelona",
    "Springer Nature",
    "Red Cross",
    "World Bank",
    "Google Scholar",
    "Open Society",
    "United Nations",
    "British Library",
    "Biblioteca Nacional",
    "Deutsche Nationalbibliothek",
    "Goethe Institut",
    "Friends of Libraries",
    "Oslo Universitet",
    "Carnegie Hall",
    "American Libraries",
    "Elsevier Digital",
    "National Geographic",
    "IFLA Headquarters",
    "Health Sciences Librarians",
    "Information Literacy Forum",
    "Nobel Prize Committee",
    "Public Lending Right",
    "Taylor Swift Ltd",
    "Norsk Bibliotekforening Oslo",
    "Bibliothèque Sainte-Geneviève",
    "Queen Margaret Hospital",
)


@pytest.mark.parametrize("name", PLACES_AND_BODIES)
def test_places_and_bodies_are_never_taken_for_sure(name: str) -> None:
    """In whatever form they are named, an editor is asked."""
    for title in (f"Notes by {name}", f"Notes compiled by {name}", f"Notes – {name}", f"Notes, by {name}"):
        assert not split_byline(title).is_sure
    opened = byline_in_line(f"By {name}")
    assert opened is None or not opened.is_sure
    assert is_doubtful(name)


@pytest.mark.parametrize(
    ("line", "name", "affiliation"),
    [
        ("By Jane Doe", "Jane Doe", ""),
        ("by Jane Doe, University of Oslo", "Jane Doe", "University of Oslo"),
        ("Written by Jane Doe and Ulrike Lang (CPDWL)", "Jane Doe, Ulrike Lang", "CPDWL"),
        ("Author: Jane Doe, PhD – Oslo", "Jane Doe, PhD", "Oslo"),
        ("Text: Johanna Meier", "Johanna Meier", ""),
        ("par Anne-Marie Côté", "Anne-Marie Côté", ""),
    ],
)
def test_a_first_line_names_its_author_and_where_they_work(line: str, name: str, affiliation: str) -> None:
    """As blogs write it under the title."""
    assert Byline("", name, is_sure=True, affiliation=affiliation) == byline_in_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "By",
        "By the time Jane Doe arrived, the boat had left.",
        "By Monday Jane Doe had read everything",
        "Stand by me",
        "Text: the whole of it",
        "By " + "Jane Doe and " * 20 + "Jane Doe",
    ],
)
def test_a_sentence_is_no_byline(line: str) -> None:
    """However it begins."""
    assert byline_in_line(line) is None


def test_what_stands_in_brackets_behind_a_name_is_where_they_work() -> None:
    """In titles, too."""
    assert Byline("Notes", "Jean d'Alembert", is_sure=True, affiliation="Académie") == split_byline(
        "Notes by Jean d'Alembert (Académie)"
    )


def test_a_known_name_is_believed_whatever_it_sounds_like() -> None:
    """Somebody is called Jordan Park, and was confirmed once."""
    assert not split_byline("Notes by Jordan Park").is_sure
    assert split_byline("Notes by Jordan Park", {"Jordan Park"}).is_sure


def test_a_byline_is_taken_apart_into_persons() -> None:
    """Degrees stay with their owner; what is no person is nobody."""
    assert ("Jane Doe, PhD", "Ulrike Lang") == persons("Jane Doe, PhD, Ulrike Lang")
    assert () == persons("The editors")


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
