"""Words that filters and readers know from spam, and honest ones that look like them."""

from dataclasses import replace

import pytest

from newsletter.letters.compose import compose_issue
from newsletter.letters.templates import Templates
from newsletter.review.checks_spam import check
from newsletter.review.facts import Inspected, inspected
from newsletter.review.finding import Code
from tests.newsletter.review.planted import OWN, Case


@pytest.fixture(scope="module")
def seen(templates: Templates, clean: Case) -> Inspected:
    """Give an issue in which nothing is found."""
    composition = compose_issue(templates, clean.newsletter, clean.issue, OWN, b"seed")
    return inspected(clean.issue, clean.newsletter, composition, clean.facts, OWN)


def found(seen: Inspected, subject: str) -> list[Code]:
    """Give what is found when the letter has *subject*."""
    draft = replace(seen.draft, subject=subject)
    return [one.code for one in check(replace(seen, composition=replace(seen.composition, draft=draft)))]


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("AW: Januar", Code.SUBJECT_FEIGNED),
        ("回复：一月", Code.SUBJECT_FEIGNED),
        ("Re [2]: January", Code.SUBJECT_FEIGNED),
        ("Money\u00a0back guarantee", Code.SPAM_WORDS),
        ("Jetzt kaufen und lesen", Code.SPAM_WORDS),
        ("Gagnez de l’argent", Code.SPAM_WORDS),
        ("Oferta por tiempo limitado", Code.SPAM_WORDS),
        ("Лёгкие деньги", Code.SPAM_WORDS),
        ("本月限时抢购", Code.SPAM_WORDS),
        ("عرض محدود", Code.SPAM_WORDS),
        ("Im Anhang: der Bericht", Code.ATTACHMENT_MISSING),
        ("本期见附件", Code.ATTACHMENT_MISSING),
    ],
)
def test_words_of_spam_are_known_in_every_language(seen: Inspected, subject: str, code: Code) -> None:
    """However they are written."""
    assert [code] == found(seen, subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Reports: what libraries do now",
        "Dear friends of the library",
        "Free access to journals, and a winner",
        "A library attached to a school",
        "UNESCO, IFLA and the U.S.A.",
        "$5 and € 5",
        "Neues im Anhängerkatalog",
    ],
)
def test_honest_words_are_no_spam(seen: Inspected, subject: str) -> None:
    """What a library writes."""
    assert [] == found(seen, subject)
