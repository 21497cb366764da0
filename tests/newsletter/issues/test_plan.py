"""Which section a post falls into, and plans from TOML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.model import Look, Rule, SectionKind, SectionPlan, Show
from newsletter.issues.plan import DEFAULT_PLAN, LARGEST_FILE, from_document, parse_plan, section_for, to_document

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).filter(str.strip)
RULES = st.builds(
    Rule,
    st.lists(TEXTS, max_size=3).map(tuple),
    st.lists(TEXTS, max_size=3).map(tuple),
    st.sampled_from([True, False, None]),
).filter(lambda rule: rule != Rule())
PLANS = st.lists(
    st.builds(
        SectionPlan,
        TEXTS,
        st.sampled_from(SectionKind),
        st.lists(RULES, max_size=3).map(tuple),
        st.booleans(),
        st.booleans(),
        st.sampled_from(Show),
        st.sampled_from(Look),
        st.integers(0, 20),
        st.integers(0, 200),
    ),
    max_size=5,
)

TOML = """
[[section]]
title = "A word before"
kind = "letter"
required = true

[[section]]
title = "Reports"
show = "full"
[[section.rule]]
categories = ["Reports"]
byline = true
[[section.rule]]
titles = ["Report *"]

[[section]]
title = "The rest"
kind = "headlines"
rest = true
"""


def filed(title: str = "A title", *categories: str, byline: str = "") -> str | None:
    """Give the title of the default plan's section for a post."""
    section = section_for(DEFAULT_PLAN, title, categories, byline)
    return section.title if section else None


def test_the_default_plan_in_order() -> None:
    """The five sections the publication is known for."""
    assert [
        "Division Chair letter",
        "Feature articles",
        "Communication initiatives",
        "The section's activities",
        "… and more",
    ] == [section.title for section in DEFAULT_PLAN]


@pytest.mark.parametrize("categories", [("Feature",), ("features",), ("Feature articles",), ("ARTICLES",), ("Practice",), ()])
def test_a_byline_makes_a_feature(categories: tuple[str, ...]) -> None:
    """Whoever signs a text has written an article, unless its category says otherwise."""
    assert "Feature articles" == filed("Mentoring", *categories, byline="Almuth Gastinger")


@pytest.mark.parametrize("byline", ["", "Ulrike Lang"])
@pytest.mark.parametrize(
    "category", ["Communication initiatives", "communication", "Webinars", "Webinar", "Social media", "Podcast"]
)
def test_category_of_communication_counts_before_the_byline(category: str, byline: str) -> None:
    """A webinar that is announced by somebody is still a webinar."""
    assert "Communication initiatives" == filed("A calendar", category, byline=byline)


@pytest.mark.parametrize("byline", ["", "Ulrike Lang"])
@pytest.mark.parametrize(
    "category", ["Section activities", "The Section’s activities", "Activities", "Meetings", "Events", "WLIC", "WLIC 2020"]
)
def test_category_of_activities_counts_before_the_byline(category: str, byline: str) -> None:
    """A report on a meeting that somebody signed is still about the meeting."""
    assert "The section's activities" == filed("Athens", category, byline=byline)


def test_category_of_features_needs_no_byline() -> None:
    """What the editors call a feature is one."""
    assert "Feature articles" == filed("Portrait of a library", "Features")


def test_of_two_categories_the_first_section_wins() -> None:
    """The order of the plan decides between sections that both want a post."""
    assert "Feature articles" == filed("Webinars reconsidered", "Webinars", "Features")


@pytest.mark.parametrize("categories", [(), ("Resources",), ("Uncategorized",), ("Eventually",), ("Reactivities",)])
def test_what_no_rule_fits_is_more(categories: tuple[str, ...]) -> None:
    """The last section takes the rest; a category must fit as a whole."""
    assert "… and more" == filed("Learning for free", *categories)


def test_without_a_section_for_the_rest_a_post_stays_out() -> None:
    """Nothing is filed where it does not belong."""
    assert None is section_for(DEFAULT_PLAN[:4], "Learning for free", ("Resources",), "")


def test_all_conditions_of_a_rule_hold() -> None:
    """One of several values suffices, but every condition must hold."""
    plan = (SectionPlan("Reports", SectionKind.ARTICLES, (Rule(("a", "b"), ("Report *", "*report"), byline=True),)),)

    assert plan[0] is section_for(plan, "Our report", ("x", "B"), "Ann")
    assert None is section_for(plan, "Our report", ("x", "B"), "")
    assert None is section_for(plan, "Our report", ("x",), "Ann")
    assert None is section_for(plan, "Our reports", ("b",), "Ann")


def test_only_the_star_has_a_meaning() -> None:
    """Brackets, question marks and dots in titles are what they are."""
    plan = (SectionPlan("Q", SectionKind.ARTICLES, (Rule(titles=("[Q?] *.",)),)),)

    assert plan[0] is section_for(plan, "[q?] Why.", (), "")
    assert None is section_for(plan, "q? Why.", (), "")
    assert None is section_for(plan, "[qx] Why.", (), "")
    assert None is section_for(plan, "[q?] Whyx", (), "")


def test_a_rule_may_ask_that_nobody_signed() -> None:
    """No byline is a condition, too."""
    plan = (SectionPlan("Notes", SectionKind.ARTICLES, (Rule(byline=False),)),)

    assert plan[0] is section_for(plan, "A note", (), "")
    assert None is section_for(plan, "A note", (), "Ann")


@given(PLANS, TEXTS, st.lists(TEXTS, max_size=3), st.sampled_from(["", "Ann Lee"]))
def test_filing_is_total(plan: list[SectionPlan], title: str, categories: list[str], byline: str) -> None:
    """Whatever plan and post: a section of the plan, or nothing where none takes the rest."""
    found = section_for(plan, title, categories, byline)

    assert found in plan if found else not any(section.takes_rest for section in plan)


def test_a_hostile_pattern_is_answered_quickly() -> None:
    """Many stars in a pattern cost no more than the length of the title."""
    plan = (SectionPlan("Slow", SectionKind.ARTICLES, (Rule(titles=("*a" * 50 + "b",)),)),)

    assert None is section_for(plan, "a" * 500, (), "")


def test_a_plan_kept_before_there_were_looks_is_read() -> None:
    """What it does not say is as it was."""
    kept = [{"title": "News", "kind": "articles", "rules": [], "rest": True, "required": False, "show": "excerpt"}]

    assert (SectionPlan("News", SectionKind.ARTICLES, takes_rest=True),) == from_document(kept)


@given(PLANS)
def test_a_plan_is_kept_whole(plan: list[SectionPlan]) -> None:
    """What is stored is what was said."""
    assert tuple(plan) == from_document(to_document(plan))


def test_plan_from_toml() -> None:
    """Sections in order, with the show that fits their kind."""
    assert (
        SectionPlan("A word before", SectionKind.LETTER, is_required=True, show=Show.FULL),
        SectionPlan(
            "Reports",
            SectionKind.ARTICLES,
            (Rule(categories=("Reports",), byline=True), Rule(titles=("Report *",))),
            show=Show.FULL,
        ),
        SectionPlan("The rest", SectionKind.HEADLINES, takes_rest=True, show=Show.TITLE),
    ) == parse_plan(TOML)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no [[section]]"),
        ("x y\n", "line 1"),
        ("[section]\ntitle = 'A'", "[[section]]"),
        ("colour = 1\n[[section]]\ntitle = 'A'", "colour is not known"),
        ("[[section]]\nkind = 'letter'", "section 1 has no title"),
        ("[[section]]\ntitle = ' '", "section 1 has no title"),
        ("[[section]]\ntitle = 'A'\ntitel = 'B'", "section 1 (A): titel is not known"),
        ("[[section]]\ntitle = 'A'\nkind = 'poem'", "section 1 (A): kind is one of letter, articles, headlines"),
        ("[[section]]\ntitle = 'A'\nkind = ['letter']", "section 1 (A): kind is one of"),
        ("[[section]]\ntitle = 'A'\nshow = 'half'", "section 1 (A): show is one of excerpt, full, title"),
        ("[[section]]\ntitle = 'A'\nrest = 'yes'", "section 1 (A): rest is true or false"),
        ("[[section]]\ntitle = 'A'\nkind = 'letter'\nrest = true", "a letter section cannot take the rest"),
        ("[[section]]\ntitle = 'A'\nkind = 'sponsors'\nrest = true", "a sponsors section cannot take the rest"),
        ("[[section]]\ntitle = 'A'\nmost = 3\nrest = true", "what takes the rest takes all of it"),
        ("[[section]]\ntitle = 'A'\nlook = 'loud'", "section 1 (A): look is one of auto, letter"),
        ("[[section]]\ntitle = 'A'\nmost = -1", "section 1 (A): most is a number from 1 to 500"),
        ("[[section]]\ntitle = 'A'\nmost = true", "section 1 (A): most is a number"),
        ("[[section]]\ntitle = 'A'\nwords = 40.5", "section 1 (A): words is a number from 1 to 1000"),
        ("[[section]]\ntitle = 'A'\nrule = 'x'", "[[section.rule]]"),
        ("[[section]]\ntitle = 'A'\nrule = ['x']", "[[section.rule]]"),
        ("[[section]]\ntitle = 'A'\n[[section.rule]]", "section 1 (A), rule 1 states no condition"),
        ("[[section]]\ntitle = 'A'\n[[section.rule]]\ncategory = 'x'", "section 1 (A), rule 1: category is not known"),
        ("[[section]]\ntitle = 'A'\n[[section.rule]]\ncategories = 'x'", "categories is a list of texts"),
        ("[[section]]\ntitle = 'A'\n[[section.rule]]\ntitles = ['']", "titles is a list of texts"),
        ("[[section]]\ntitle = 'A'\n[[section.rule]]\nbyline = 1", "byline is true or false"),
        ("[[section]]\ntitle = 'A'\n[[section]]\ntitle = 'a'", "two sections are called a"),
        ("[[section]]\ntitle='A'\nrest=true\n[[section]]\ntitle='B'\nrest=true", "more than one section has rest"),
        ("[[section]]\ntitle = 'A'\n" * 41, "40 are the most"),
        ("a = " + "[" * 5000, "no TOML"),
        ("#" * (LARGEST_FILE + 1), "too large"),
    ],
)
def test_a_wrong_plan_names_its_place(text: str, reason: str) -> None:
    """Every mistake is told with its section and key, or its line."""
    with pytest.raises(BadValue) as refused:
        parse_plan(text)

    assert reason in str(refused.value)


@given(st.text(max_size=300))
def test_any_text_is_a_plan_or_told_why_not(text: str) -> None:
    """No text makes the reader of plans fall over."""
    try:
        plan = parse_plan(text)
    except BadValue:
        return

    assert plan
