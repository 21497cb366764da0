"""What belongs to one newsletter: which rows of which tables go into a bundle, and what of them is left out; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from newsletter.backups.parts import Part
from newsletter.backups.tables import Layout, Row

_ITS_ISSUES = "SELECT id FROM issue WHERE newsletter_id = {newsletter}"
# What was mailed, and is shown in the archive; a letter that was only approved is composed anew where it goes out.
_ITS_LETTERS = "SELECT letter_id FROM issue WHERE newsletter_id = {newsletter} AND state = 'sent' AND letter_id IS NOT NULL"
_ITS_TOPICS = "SELECT id FROM topic WHERE list_id = {list}"
_ITS_SUBSCRIPTIONS = "SELECT id FROM subscription WHERE list_id = {list}"
_ITS_PEOPLE = "SELECT subscriber_id FROM subscription WHERE list_id = {list}"
_ITS_QUESTIONS = "SELECT attribute_id FROM list_question WHERE list_id = {list}"
_ITS_LINKS = f"SELECT id FROM counted_link WHERE letter_id IN ({_ITS_LETTERS})"  # noqa: S608 -- of ours alone
_ITS_ACTS = f"chain IN ({_ITS_PEOPLE}) AND (list_id = {{list}} OR list_id IS NULL)"
_ITS_WORDS = f"SELECT wording_id FROM consent WHERE {_ITS_ACTS}"  # noqa: S608 -- as above

# Conditions, with the numbers of the newsletter and of its list in them and nothing else.
_WHICH: Mapping[str, str] = MappingProxyType(
    {
        "mailing_list": "id = {list}",
        "topic": "list_id = {list}",
        "domain_rule": "list_id = {list}",
        "notice_words": "list_id = {list}",
        "attribute": f"id IN ({_ITS_QUESTIONS})",
        "list_question": "list_id = {list}",
        "subscriber": f"id IN ({_ITS_PEOPLE})",
        "subscription": "list_id = {list}",
        "subscription_topic": f"subscription_id IN ({_ITS_SUBSCRIPTIONS}) AND topic_id IN ({_ITS_TOPICS})",
        "attribute_value": f"subscriber_id IN ({_ITS_PEOPLE}) AND attribute_id IN ({_ITS_QUESTIONS})",
        "wording": f"id IN ({_ITS_WORDS})",
        "consent": _ITS_ACTS,
        "suppression": "list_id IN (0, {list})",
        "newsletter": "id = {newsletter}",
        "return_policy": "newsletter_id = {newsletter}",
        "author": "newsletter_id = {newsletter}",
        "author_alias": "newsletter_id = {newsletter}",
        "snippet": "newsletter_id = {newsletter}",
        "feed": "newsletter_id = {newsletter}",
        "post": "feed_id IN (SELECT id FROM feed WHERE newsletter_id = {newsletter})",
        "issue": "newsletter_id = {newsletter}",
        "issue_topic": f"issue_id IN ({_ITS_ISSUES}) AND topic_id IN ({_ITS_TOPICS})",
        "section": f"issue_id IN ({_ITS_ISSUES})",
        "article": f"issue_id IN ({_ITS_ISSUES})",
        "erratum": f"issue_id IN ({_ITS_ISSUES})",
        "approval": f"issue_id IN ({_ITS_ISSUES} AND state = 'sent')",
        "letter": f"id IN ({_ITS_LETTERS})",
        "letter_pieces": f"letter_id IN ({_ITS_LETTERS})",
        "letter_image": f"letter_id IN ({_ITS_LETTERS})",
        "mailing": f"letter_id IN ({_ITS_LETTERS})",
        "figure": f"letter_id IN ({_ITS_LETTERS})",
        "counted_link": f"letter_id IN ({_ITS_LETTERS})",
        "click_day": f"link_id IN ({_ITS_LINKS})",
        "digest": "newsletter_id = {newsletter}",
    }
)
IMAGE = "image"
NAMES = frozenset({*_WHICH, IMAGE})

# What leads to rows that stay behind.
_EMPTIED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "subscriber": ("import_id",),
        "subscription": ("import_id",),
        "digest": ("letter_id",),
    }
)

_LOOKED_AT = frozenset({"article", "letter"})

# In which what somebody writes about pictures may stand; nothing about people does.
_PICTURED = frozenset({"newsletter", "author", "snippet", "article", "letter", "letter_pieces", "letter_image"})
_KEY = re.compile(rb"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class Whose:
    """The numbers of a newsletter and its list."""

    newsletter: int
    list: int


def belongs(layouts: Sequence[Layout]) -> tuple[Layout, ...]:
    """Give those tables of which something belongs to a newsletter; pictures come last, when it is known which are shown."""
    images = [one for one in layouts if one.name == IMAGE]
    return (*(one for one in layouts if one.name in _WHICH), *images)


def which(table: str, whose: Whose) -> str:
    """Give the condition for the rows of a table that belong to a newsletter."""
    return _WHICH[table].format(newsletter=int(whose.newsletter), list=int(whose.list))


def emptied(layout: Layout, row: Row, whose: Whose, posts: frozenset[int]) -> Row:
    """Give a row without what leads to rows that stay behind; *posts* are those that come along."""
    left = _EMPTIED.get(layout.name, ())
    if layout.name not in _LOOKED_AT and not left:
        return row
    cells = dict(zip(layout.columns, row, strict=True))
    for column in left:
        cells[column] = None
    # Of a feed that was read for another newsletter.
    if layout.name == "article" and cells["post_id"] not in posts:
        cells["post_id"] = None
    # Of before the newsletter was given its list.
    if layout.name == "letter" and cells["list_id"] != whose.list:
        cells["list_id"] = None
    return tuple(cells.values())


def pictures(layout: Layout, part: Part) -> frozenset[str]:
    """Give what may be a key of a picture in a part of a table."""
    return frozenset(key.decode() for key in _KEY.findall(part.data)) if layout.name in _PICTURED else frozenset()
