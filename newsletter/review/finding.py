"""One thing that an editor should know before an issue goes out: what it is, where, and how it is mended."""

import shlex
from dataclasses import dataclass
from enum import StrEnum

from newsletter.issues.model import Article


class Code(StrEnum):
    """What kind of finding it is, for programs."""

    # What is in it.
    LETTER_MISSING = "letter_missing"
    LETTERS_SEVERAL = "letters_several"
    SECTION_EMPTY = "section_empty"
    NO_ARTICLES = "no_articles"
    STORY_TWICE = "story_twice"
    STORY_REPEATED = "story_repeated"
    POSTS_LEFT_OUT = "posts_left_out"
    POST_REVISED = "post_revised"
    POST_VANISHED = "post_vanished"
    BYLINE_UNSURE = "byline_unsure"
    TEXT_UNSEEN = "text_unseen"
    EVENT_UNDATED = "event_undated"
    EVENT_OVER = "event_over"
    CONTENT = "content"
    FEED_UNREAD = "feed_unread"
    # What guests owe.
    CONTRIBUTION_OWED = "contribution_owed"
    CONTRIBUTION_EDITED = "contribution_edited"
    COMMENT_OPEN = "comment_open"
    # Words that were to be replaced.
    PLACEHOLDER = "placeholder"
    SLOT_UNRESOLVED = "slot_unresolved"
    ATTRIBUTE_UNKNOWN = "attribute_unknown"
    ANSWER_EMPTY = "answer_empty"
    # What an inbox shows.
    SUBJECT_MISSING = "subject_missing"
    SUBJECT_LONG = "subject_long"
    SUBJECT_REPEATED = "subject_repeated"
    PREHEADER_MISSING = "preheader_missing"
    PREHEADER_SHORT = "preheader_short"
    PREHEADER_LONG = "preheader_long"
    PREHEADER_REPEATED = "preheader_repeated"
    PREHEADER_STALE = "preheader_stale"
    # What every mail must have, and how large it may be.
    POSTAL_ADDRESS_MISSING = "postal_address_missing"
    UNSUBSCRIBE_MISSING = "unsubscribe_missing"
    TEXT_MISSING = "text_missing"
    TOO_LARGE = "too_large"
    LARGE = "large"
    STYLES_LARGE = "styles_large"
    # Links.
    LINK_EMPTY = "link_empty"
    LINK_VAGUE = "link_vague"
    LINK_WRONG = "link_wrong"
    LINK_HTTP = "link_http"
    LINK_DEAD = "link_dead"
    LINK_TROUBLE = "link_trouble"
    LINK_REDIRECTS = "link_redirects"
    LINK_REPEATED = "link_repeated"
    LINK_DISGUISED = "link_disguised"
    LINK_SHORTENED = "link_shortened"
    LINK_NUMERIC = "link_numeric"
    LINKS_UNCHECKED = "links_unchecked"
    # Pictures.
    ALT_MISSING = "alt_missing"
    ALT_POOR = "alt_poor"
    IMAGE_HEAVY = "image_heavy"
    IMAGE_HTTP = "image_http"
    IMAGE_REMOTE = "image_remote"
    IMAGE_GONE = "image_gone"
    IMAGES_ONLY = "images_only"
    # How it reads and looks.
    HEADING_ORDER = "heading_order"
    CONTRAST = "contrast"
    CLIENT_LACKS = "client_lacks"
    SHOUTING = "shouting"
    SUBJECT_FEIGNED = "subject_feigned"
    SPAM_WORDS = "spam_words"
    ATTACHMENT_MISSING = "attachment_missing"
    # Whom it goes to, and from whom.
    AUDIENCE_EMPTY = "audience_empty"
    AUDIENCE_ODD = "audience_odd"
    SENDER_UNPROVEN = "sender_unproven"


@dataclass(frozen=True, slots=True)
class Mend:
    """How a finding is mended."""

    # A sentence.
    words: str
    # Where a command does it, or leads there; what is to be filled in stands in capitals.
    command: str = ""
    # A sentence more for those who work by command.
    aside: str = ""

    @property
    def told(self) -> str:
        """The sentences for those who work by command."""
        return f"{self.words} {self.aside}" if self.aside else self.words


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an editor should know."""

    code: Code
    # A sentence that says what is the matter.
    text: str
    is_blocking: bool
    mend: Mend
    # Where it is, as far as it is anywhere.
    article_id: int | None = None
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Commands:
    """The commands by which one issue is mended."""

    issue_id: int

    def edit(self, *options: str, article: Article | int | None = None) -> str:
        """Give the command that changes the issue, or one article of it."""
        known = article.id if isinstance(article, Article) else article
        meant = () if known is None else (f"--article {known}",)
        return " ".join(["newsletter issues edit", str(self.issue_id), *meant, *options])

    def article(self, article: Article, *options: str) -> str:
        """Give the command that changes anything else of one article."""
        return " ".join(["newsletter issues article", str(self.issue_id), str(article.id), *options])

    def event(self, article: Article) -> str:
        """Give the command that says when something happens."""
        return f"newsletter issues event {self.issue_id} --article {article.id} --begins WHEN"

    def letter(self, section: str) -> str:
        """Give the command that puts a letter into a section."""
        return f'newsletter issues letter {self.issue_id} "{section}" FILE --by NAME'

    def other(self, verb: str, *options: str) -> str:
        """Give a command about the issue that needs no more than a verb."""
        return " ".join(["newsletter issues", verb, str(self.issue_id), *options])

    def pictures(self) -> str:
        """Give the command that fetches what the articles show."""
        return f"newsletter images fetch {self.issue_id}"

    def check(self) -> str:
        """Give the command that looks the issue over again."""
        return f"newsletter issues check {self.issue_id}"

    def audience(self) -> str:
        """Give the command that says whom the issue goes to."""
        return f"newsletter issues audience {self.issue_id}"


def newsletter_command(slug: str, *options: str) -> str:
    """Give the command that changes a newsletter."""
    return " ".join(["newsletter newsletters edit", shlex.quote(slug), *options])
