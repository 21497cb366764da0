"""Where at the desk it is mended what the preflight finds."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from newsletter.issues.model import Issue
from newsletter.languages.catalogue import Words, later
from newsletter.review.finding import Code, Finding, newsletter_command
from newsletter.staff.permissions import Actor, Permission, allowed

P = Permission


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the composer's page."""

    anchor: str
    # What is open there, as the address of the page says it.
    query: Mapping[str, str]
    # How it is called.
    words: str
    # By a title that editors gave it, which is said in no other language.
    is_title: bool = False

    def address(self, issue_id: int) -> str:
        """Give where it is, from anywhere."""
        query = f"?{urlencode(self.query)}" if self.query else ""
        return f"/desk/issues/{issue_id}/compose{query}" + (f"#{self.anchor}" if self.anchor else "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Another page of the desk."""

    words: str
    # {issue}, {newsletter} and {article} are those that the finding is about.
    path: str
    # What it takes to mend something there.
    permission: Permission = P.VIEW
    # Whether it takes that in the whole instance.
    is_of_instance: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """The way to where something is mended, for somebody."""

    words: str
    # Empty where it is not theirs to mend; the words say so.
    href: str = ""
    # The same within the composer; None for other pages.
    place: Place | None = None


HEAD = Place("head", {"open": "head"}, later("Title and subject"))
POOL = Place("pool", {"side": "posts"}, later("Posts"))
ARTICLES = Place("", {}, later("Articles"))
COMMENTS = Sheet(later("Comments"), "/desk/issues/{issue}/review#comments")
GUESTS = Sheet(later("Guests of this issue"), "/desk/issues/{issue}/contributions")
SEND = Sheet(later("Who gets it when"), "/desk/issues/{issue}/send")
POST = Sheet(later("Both side by side"), "/desk/issues/{issue}/articles/{article}/post")
PAPER = Sheet(later("Settings of the newsletter"), "/desk/settings/newsletters/{newsletter}", P.MANAGE_NEWSLETTERS)
LOOK = Sheet(later("Look of the newsletter"), "/desk/settings/newsletters/{newsletter}/look", P.MANAGE_NEWSLETTERS)
FEEDS = Sheet(later("Feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS)
DOMAINS = Sheet(later("Sending domains"), "/desk/settings/domains", P.MANAGE_RELAYS, is_of_instance=True)
QUESTIONS = Sheet(later("Questions"), "/desk/settings/questions", P.MANAGE_PEOPLE, is_of_instance=True)

# Where each kind of finding is mended that names no article and no section of the issue.
# What stands in the letter and in none of them is of its look.
_KINDS: Mapping[Code, Place | Sheet] = MappingProxyType(
    {
        **dict.fromkeys((Code.SUBJECT_MISSING, Code.SUBJECT_LONG, Code.SUBJECT_REPEATED, Code.SUBJECT_FEIGNED), HEAD),
        **dict.fromkeys((Code.PREHEADER_MISSING, Code.PREHEADER_SHORT, Code.PREHEADER_LONG), HEAD),
        **dict.fromkeys((Code.PREHEADER_REPEATED, Code.PREHEADER_STALE), HEAD),
        **dict.fromkeys((Code.PLACEHOLDER, Code.SHOUTING, Code.SPAM_WORDS, Code.ATTACHMENT_MISSING), HEAD),
        **dict.fromkeys((Code.POSTS_LEFT_OUT, Code.NO_ARTICLES), POOL),
        **dict.fromkeys((Code.LETTER_MISSING, Code.LETTERS_SEVERAL, Code.SECTION_EMPTY, Code.TEXT_UNSEEN), ARTICLES),
        **dict.fromkeys((Code.STORY_TWICE, Code.STORY_REPEATED, Code.POST_REVISED, Code.POST_VANISHED), ARTICLES),
        **dict.fromkeys((Code.BYLINE_UNSURE, Code.EVENT_UNDATED, Code.EVENT_OVER), ARTICLES),
        **dict.fromkeys((Code.TOO_LARGE, Code.LARGE, Code.IMAGE_HEAVY, Code.IMAGES_ONLY), ARTICLES),
        **dict.fromkeys((Code.LINKS_UNCHECKED, Code.LINK_REPEATED), ARTICLES),
        **dict.fromkeys((Code.CONTRIBUTION_OWED, Code.CONTRIBUTION_EDITED), GUESTS),
        Code.COMMENT_OPEN: COMMENTS,
        **dict.fromkeys((Code.AUDIENCE_EMPTY, Code.AUDIENCE_ODD), SEND),
        Code.POSTAL_ADDRESS_MISSING: PAPER,
        Code.FEED_UNREAD: FEEDS,
        Code.SENDER_UNPROVEN: DOMAINS,
        **dict.fromkeys((Code.ATTRIBUTE_UNKNOWN, Code.ANSWER_EMPTY), QUESTIONS),
        **dict.fromkeys((Code.CONTENT, Code.SLOT_UNRESOLVED, Code.UNSUBSCRIBE_MISSING, Code.TEXT_MISSING), LOOK),
        **dict.fromkeys((Code.STYLES_LARGE, Code.HEADING_ORDER, Code.CONTRAST, Code.CLIENT_LACKS), LOOK),
        **dict.fromkeys((Code.LINK_EMPTY, Code.LINK_VAGUE, Code.LINK_WRONG, Code.LINK_HTTP, Code.LINK_DEAD), LOOK),
        **dict.fromkeys((Code.LINK_TROUBLE, Code.LINK_REDIRECTS, Code.LINK_DISGUISED), LOOK),
        **dict.fromkeys((Code.LINK_SHORTENED, Code.LINK_NUMERIC), LOOK),
        **dict.fromkeys((Code.ALT_MISSING, Code.ALT_POOR, Code.IMAGE_HTTP, Code.IMAGE_REMOTE, Code.IMAGE_GONE), LOOK),
    }
)

# Settled where the text and its post stand side by side, and not on the card.
_OF_POST = frozenset({Code.POST_REVISED, Code.POST_VANISHED})

# How the commands begin that change a newsletter, and by which those findings are told apart that are about its own words.
_OF_PAPER = newsletter_command("").removesuffix("''")


def way_to(finding: Finding, issue: Issue, actor: Actor, words: Words) -> Way:
    """Give the way to where something is mended, or say who has it where *actor* may not."""
    place = place_of(finding, issue)
    if isinstance(place, Place):
        return Way(place.words if place.is_title else words.gettext(place.words), place.address(issue.id), place)
    called = words.gettext(place.words)
    if not allowed(actor, place.permission, None if place.is_of_instance else issue.newsletter_id):
        return Way(words.gettext("Ask whoever may change this page: %(page)s.", page=called))
    ids = {"issue": issue.id, "newsletter": issue.newsletter_id, "article": finding.article_id}
    return Way(called, place.path.format_map(ids))


def place_of(finding: Finding, issue: Issue) -> Place | Sheet:
    """Give where something is mended: at its article or section, else where findings of its kind are."""
    if finding.code is Code.CONTRIBUTION_OWED:
        # The section is named; there is nothing in it yet to be mended.
        return GUESTS
    if finding.code in _OF_POST and finding.article_id is not None:
        return POST
    for article in issue.articles:
        if article.id == finding.article_id:
            return Place(f"a{article.id}", {"open": f"a{article.id}"}, article.title, is_title=True)
    for section in issue.sections:
        if section.title == finding.section:
            return Place(f"s{section.id}", {"open": f"n{section.id}"}, section.title, is_title=True)
    return _place_of_kind(finding)


def _place_of_kind(finding: Finding) -> Place | Sheet:
    if finding.mend.command.startswith(_OF_PAPER):
        return PAPER
    if finding.code is Code.SLOT_UNRESOLVED and finding.mend.command:
        # In the subject; what no command mends is of the templates.
        return HEAD
    return _KINDS[finding.code]
