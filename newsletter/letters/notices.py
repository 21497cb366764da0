"""Notices: the short letters about a person's own subscription, composed for nobody in particular."""

from collections.abc import Sequence

from newsletter.issues.model import Newsletter
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from subscribers import moves
from subscribers.confirmations import CONFIRMATION_LIFE
from subscribers.model import MailingList
from subscribers.pending import REMIND_AFTER


def confirmation(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter by which a person confirms that they want to be on *list_*, in the language of *templates*.

    It has no slot for the name: whoever enters a stranger's address must not be able to write to them.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.CONFIRMATION, names=(SlotName.CONFIRM,))


def reminder(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the one letter that reminds of an unanswered confirmation; like that, it carries nothing typed.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.REMINDER, names=(SlotName.CONFIRM,))


def goodbye(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter that tells a person that they have left, with a way back for whoever did not mean it.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.GOODBYE, names=(SlotName.CONFIRM,))


def link(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter with the link to somebody's preferences, which they had sent to themselves.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.LINK, names=(SlotName.PREFERENCES,))


def data(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter with the link to everything that is kept of a person, who asked for it.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.DATA, names=(SlotName.DATA,))


def move(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter by which a new address says yes to getting somebody's mail.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.MOVE, names=(SlotName.MOVE,))


def moved(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter that tells the old address that the mail goes elsewhere now, and how to take that back.

    Raises:
        RenderFailed: a template is wrong.

    """
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.MOVED, names=(SlotName.MOVE_BACK,))


def welcome(templates: Templates, newsletter: Newsletter, list_: MailingList, links: Links, seed: bytes) -> Draft:
    """Compose the letter that thanks for a confirmed subscription to *list_* and says how to leave it.

    It speaks the language of *templates*.

    Raises:
        RenderFailed: a template is wrong.

    """
    names = (SlotName.NAME, SlotName.UNSUBSCRIBE, SlotName.PREFERENCES)
    return _notice(templates, newsletter, list_, links, seed, kind=LetterKind.WELCOME, names=names)


def _notice(
    templates: Templates,
    newsletter: Newsletter,
    list_: MailingList,
    links: Links,
    seed: bytes,
    *,
    kind: LetterKind,
    names: Sequence[SlotName],
) -> Draft:
    language = templates.words.language
    about = f"{kind}:{newsletter.id}:{list_.id}:{language.code}"
    slots = slot_tokens(seed, about, names)
    values: dict[str, object] = {
        "newsletter": newsletter,
        "list": list_,
        "archive": links.newsletter(newsletter.slug),
        "imprint": view.imprint(newsletter),
        "days": CONFIRMATION_LIFE.days,
        "days_left": (CONFIRMATION_LIFE - REMIND_AFTER).days,
        "regret_days": moves.REGRET.days,
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
