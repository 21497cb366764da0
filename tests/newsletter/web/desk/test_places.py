"""What the preflight finds leads to the page of the desk where it is mended."""

from dataclasses import replace

import pytest

from newsletter.issues.model import Issue
from newsletter.languages.catalogue import desk_words
from newsletter.languages.model import ENGLISH
from newsletter.review.finding import Code, Finding, Mend, newsletter_command
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.places import Way, way_to
from newsletter.web.desk.routes import ROUTES

ADMIN = Actor("ann", Role.ADMIN)
WORDS = desk_words(ENGLISH)


def found(code: Code, command: str = "") -> Finding:
    """Give a finding that names no article."""
    return Finding(code, "Something is the matter.", is_blocking=False, mend=Mend("Mend it.", command))


def editor_of(issue: Issue) -> Actor:
    """Give somebody who edits this newsletter and may do nothing else."""
    return Actor("eve", None, {issue.newsletter_id: Role.EDITOR})


def way(finding: Finding, issue: Issue, actor: Actor = ADMIN) -> Way:
    """Give the way to where it is mended."""
    return way_to(finding, issue, actor, WORDS)


@pytest.mark.parametrize("code", Code)
def test_every_kind_of_finding_has_a_place(code: Code, issue: Issue) -> None:
    """Whatever it is about; nobody is left with a command."""
    told = way(replace(found(code), article_id=issue.articles[0].id), issue)

    assert told.words
    assert told.href.startswith("/desk/")
    assert way(found(code), issue).href.startswith("/desk/")


@pytest.mark.parametrize(
    ("code", "place"),
    [
        (Code.SENDER_UNPROVEN, "/desk/settings/domains"),
        (Code.FEED_UNREAD, "/desk/settings/feeds"),
        (Code.AUDIENCE_EMPTY, "/desk/issues/{issue}/send"),
        (Code.AUDIENCE_ODD, "/desk/issues/{issue}/send"),
        (Code.POSTAL_ADDRESS_MISSING, "/desk/settings/newsletters/{newsletter}"),
        (Code.CONTRAST, "/desk/settings/newsletters/{newsletter}/look"),
        (Code.SUBJECT_MISSING, "/desk/issues/{issue}/compose?open=head#head"),
        (Code.NO_ARTICLES, "/desk/issues/{issue}/compose?side=posts#pool"),
    ],
)
def test_what_is_of_no_article_leads_to_its_own_page(code: Code, place: str, issue: Issue) -> None:
    """Of the settings, of the mailing, or of the head of the issue."""
    assert place.format(issue=issue.id, newsletter=issue.newsletter_id) == way(found(code), issue).href


def test_words_of_the_newsletter_are_mended_in_its_settings(issue: Issue) -> None:
    """Others of the same kind stand in the subject."""
    own = found(Code.PLACEHOLDER, newsletter_command("section-news", "--postal-address TEXT"))

    assert f"/desk/settings/newsletters/{issue.newsletter_id}" == way(own, issue).href
    assert way(found(Code.PLACEHOLDER), issue).href.endswith("#head")


def test_a_changed_post_leads_to_both_side_by_side(issue: Issue) -> None:
    """Not to its card: that has nothing to settle it by."""
    article = issue.articles[1]
    changed = replace(found(Code.POST_REVISED), article_id=article.id)

    assert f"/desk/issues/{issue.id}/articles/{article.id}/post" == way(changed, issue, editor_of(issue)).href


def test_who_may_not_mend_it_is_told_whom_to_ask(issue: Issue) -> None:
    """A link would lead them to a page that refuses them."""
    told = way(found(Code.SENDER_UNPROVEN), issue, editor_of(issue))

    assert Way("Ask whoever may change this page: Sending domains.") == told


def test_places_are_pages_that_there_are(issue: Issue) -> None:
    """As the table of routes has them."""
    known = {page.path.replace("{issue_id:int}", "1").replace("{newsletter_id:int}", "1") for page in ROUTES}
    one = replace(issue, id=1, newsletter_id=1)
    paths = {way(found(code), one).href.partition("?")[0].partition("#")[0] for code in Code}

    assert set() == paths - known
