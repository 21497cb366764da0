"""The digest: one letter that lists the issues of a quarter, each with its address in the archive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.issues.model import Newsletter
from newsletter.issues.quarters import Quarter
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from subscribers.model import MailingList
from subscribers.oneline import one_line

_SLOTS = (SlotName.NAME, SlotName.UNSUBSCRIBE, SlotName.PREFERENCES)

# The last day of a quarter is the one that ends with it.
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """An issue of the quarter, as it was published."""

    number: int
    title: str
    # What inboxes showed after its subject.
    summary: str
    published_at: datetime
    issue_id: int = 0
    # Where it is read; empty: in the archive that everybody reads.
    address: str = ""


@dataclass(frozen=True, slots=True)
class _EntryView:
    title: str
    number: int
    summary: str
    day: str
    link: str


def compose_digest(
    templates: Templates,
    newsletter: Newsletter,
    list_: MailingList,
    quarter: Quarter,
    entries: Sequence[Entry],
    links: Links,
    seed: bytes,
) -> Draft:
    """Compose the digest of *quarter* for whoever takes *list_* quarterly, in the language of *templates*.

    *entries* stand in the order they are read.

    Raises:
        RenderFailed: a template is wrong.

    """
    templates = templates.worn_by(newsletter)
    words = templates.words
    about = f"digest:{newsletter.id}:{quarter}:{words.language.code}"
    slots = slot_tokens(seed, about, _SLOTS)
    values: dict[str, object] = {
        "newsletter": newsletter,
        "list": list_,
        "first": words.day(quarter.start(newsletter.zone), newsletter.zone),
        "last": words.day(quarter.end(newsletter.zone) - _MOMENT, newsletter.zone),
        "entries": [_entry_view(newsletter, one, links, words.day(one.published_at, newsletter.zone)) for one in entries],
        "archive": links.shelf(newsletter.slug, is_shown=newsletter.is_shown),
        "imprint": view.imprint(newsletter),
    }
    subject = templates.line("digest/subject.txt", values)
    preheader = templates.line("digest/preheader.txt", values)
    values["page"] = view.page_for(words.language.tag, subject, preheader, slots)
    return sealed(
        Draft(
            kind=LetterKind.DIGEST,
            sender_name=newsletter.sender_name,
            sender_address=newsletter.sender_address,
            reply_to=newsletter.reply_to,
            subject=subject,
            preheader=preheader,
            language=words.language.tag,
            html=templates.html("digest/body.mjml", Holes(seed, about), values),
            text=templates.text("digest/body.txt", values),
            slots=slots,
            content_hash="",
        ),
    )


def _entry_view(newsletter: Newsletter, one: Entry, links: Links, day: str) -> _EntryView:
    return _EntryView(
        title=one_line(one.title),
        number=one.number,
        summary=one_line(one.summary),
        day=day,
        link=one.address or links.issue(newsletter.slug, one.number),
    )
