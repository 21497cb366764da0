"""Letters that let somebody of the staff choose a password; in English, as the desk is."""

from dataclasses import dataclass

from newsletter.issues.model import Newsletter
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed, slot_tokens
from newsletter.letters.templates import Templates


@dataclass(frozen=True, slots=True)
class Told:
    """What the letter says."""

    subject: str
    preheader: str
    heading: str
    sentence: str
    button: str
    # How long the link works, and what else is to be known of it.
    life: str
    reason: str


def invitation(newsletter: Newsletter, host: str, name: str) -> Told:
    """Ask *name* to work at the desk; *host* does."""
    return Told(
        subject=f"{host} invites you to the desk of {newsletter.name}",
        preheader="Choose a password, and come in.",
        heading=f"Come to the desk of {newsletter.name}",
        sentence=f"{host} made an account for you, {name}. Choose a password, and sign in with this address.",
        button="Choose a password",
        life="The link works once, for seven days. Whoever has it can take your account, so keep it to yourself.",
        reason=f"You get this mail because {host} wrote down your address as somebody's on the staff.",
    )


def forgotten(newsletter: Newsletter) -> Told:
    """Let somebody choose another password who forgot theirs."""
    return Told(
        subject=f"A new password for the desk of {newsletter.name}",
        preheader="The link works once, for an hour.",
        heading="Choose a new password",
        sentence=(
            "Somebody, probably you, said at the desk that the password of this address is forgotten. "
            "Choosing a new one ends all your sessions. If it was not you, do nothing: the password stays as it is."
        ),
        button="Choose a new password",
        life="The link works once, for an hour. If you have a second factor, you are still asked for it when you sign in.",
        reason="You get this mail because your account at the desk has this address.",
    )


def compose(templates: Templates, newsletter: Newsletter, seed: bytes, about: str, told: Told) -> Draft:
    """Compose the letter; *about* tells it from all others.

    Raises:
        RenderFailed: a template is wrong.

    """
    templates = templates.worn_by(newsletter)
    slots = slot_tokens(seed, f"account:{about}", [SlotName.DOOR])
    values: dict[str, object] = {"newsletter": newsletter, "told": told, "imprint": view.imprint(newsletter)}
    subject, preheader = templates.line("account/subject.txt", values), templates.line("account/preheader.txt", values)
    values["page"] = view.page_for("en", subject, preheader, slots)
    return sealed(
        Draft(
            kind=LetterKind.ACCOUNT,
            sender_name=newsletter.sender_name,
            sender_address=newsletter.sender_address,
            reply_to=newsletter.reply_to,
            subject=subject,
            preheader=preheader,
            language="en",
            html=templates.html("account/body.mjml", Holes(seed, f"account:{about}"), values),
            text=templates.text("account/body.txt", values),
            slots=slots,
            content_hash="",
        ),
    )
