"""Letters to guests, reviewers and contributors, who work on one issue by a link and need no account."""

from dataclasses import dataclass

from newsletter.issues.model import Newsletter
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.templates import Templates

_SLOT = {
    LetterKind.REVIEW: SlotName.REVIEW,
    LetterKind.INVITATION: SlotName.CONTRIBUTE,
    LetterKind.DUE: SlotName.CONTRIBUTE,
    LetterKind.EDITED: SlotName.CONTRIBUTE,
}


@dataclass(frozen=True, slots=True)
class Errand:
    """What a guest is asked for, in words."""

    # Of the issue.
    title: str
    # Who asks.
    host: str
    # The last day of it, spelled in the letter's language.
    until: str
    # How the guest is addressed; may be empty.
    guest: str = ""
    # What the host says besides; plain text.
    note: str = ""
    # What a contributor is to write, and how much; 0: as much as they like.
    section: str = ""
    words: int = 0
    # Whether the last day has passed.
    is_late: bool = False


def compose(kind: LetterKind, templates: Templates, newsletter: Newsletter, seed: bytes, about: str, errand: Errand) -> Draft:
    """Compose the letter of *kind* for one guest, in the language of *templates*; *about* tells it from all others.

    Raises:
        RenderFailed: a template is wrong.

    """
    templates = templates.worn_by(newsletter)
    slots = slot_tokens(seed, f"{kind}:{about}", [_SLOT[kind]])
    values: dict[str, object] = {"newsletter": newsletter, "imprint": view.imprint(newsletter), "errand": errand}
    subject = templates.line(f"{kind}/subject.txt", values)
    preheader = templates.line(f"{kind}/preheader.txt", values)
    language = templates.words.language
    values["page"] = view.page_for(language.tag, subject, preheader, slots)
    return sealed(
        Draft(
            kind=kind,
            sender_name=newsletter.sender_name,
            sender_address=newsletter.sender_address,
            reply_to=newsletter.reply_to,
            subject=subject,
            preheader=preheader,
            language=language.tag,
            html=templates.html(f"{kind}/body.mjml", Holes(seed, f"{kind}:{about}"), values),
            text=templates.text(f"{kind}/body.txt", values),
            slots=slots,
            content_hash="",
        ),
    )
