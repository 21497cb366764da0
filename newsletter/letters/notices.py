"""Notices: the short letters about a person's own subscription, composed for nobody in particular."""

from collections.abc import Mapping, Sequence

from newsletter.issues.model import Newsletter
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.links import Links
from newsletter.letters.ownwords import NO_WORDS, OwnWords, filled
from newsletter.letters.templates import Templates
from subscribers import moves
from subscribers.confirmations import CONFIRMATION_LIFE
from subscribers.model import MailingList
from subscribers.pending import REMIND_AFTER

# What each kind carries of the person it goes to. None but the welcome says their name: whoever enters a stranger's address
# must not be able to write to them.
_SLOTS: Mapping[LetterKind, Sequence[SlotName]] = {
    LetterKind.CONFIRMATION: (SlotName.CONFIRM,),
    # The same link again, three days later.
    LetterKind.REMINDER: (SlotName.CONFIRM,),
    LetterKind.WELCOME: (SlotName.NAME, SlotName.UNSUBSCRIBE, SlotName.PREFERENCES),
    # A way back for whoever did not mean to leave.
    LetterKind.GOODBYE: (SlotName.CONFIRM,),
    LetterKind.LINK: (SlotName.PREFERENCES,),
    LetterKind.DATA: (SlotName.DATA,),
    LetterKind.MOVE: (SlotName.MOVE,),
    LetterKind.MOVED: (SlotName.MOVE_BACK,),
    LetterKind.PROBE: (SlotName.UNSUBSCRIBE, SlotName.PREFERENCES),
}


def compose(
    kind: LetterKind,
    templates: Templates,
    newsletter: Newsletter,
    list_: MailingList,
    links: Links,
    seed: bytes,
    own: OwnWords = NO_WORDS,
) -> Draft:
    """Compose the notice of *kind* about *list_*, in the language of *templates*, with the list's *own* words if it has some.

    Raises:
        RenderFailed: a template is wrong.

    """
    templates = templates.worn_by(newsletter)
    language = templates.words.language
    about = f"{kind}:{newsletter.id}:{list_.id}:{language.code}"
    slots = slot_tokens(seed, about, _SLOTS[kind])
    values: dict[str, object] = {
        "newsletter": newsletter,
        "list": list_,
        "archive": links.shelf(newsletter.slug, is_shown=newsletter.is_shown),
        "imprint": view.imprint(newsletter),
        "days": CONFIRMATION_LIFE.days,
        "days_left": (CONFIRMATION_LIFE - REMIND_AFTER).days,
        "regret_days": moves.REGRET.days,
        "own": filled(own, {"newsletter": newsletter.name, "list": list_.name, "days": str(CONFIRMATION_LIFE.days)}),
    }
    subject = templates.line(f"{kind}/subject.txt", values)
    preheader = templates.line(f"{kind}/preheader.txt", values)
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
            html=templates.html(f"{kind}/body.mjml", Holes(seed, about), values),
            text=templates.text(f"{kind}/body.txt", values),
            slots=slots,
            content_hash="",
        ),
    )
