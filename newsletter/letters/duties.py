"""Letters that tell the staff what waits for them; in English, as the desk is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.issues.duties import Duty, Owed, Own
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.issues.practice import Milestone, Stage
from newsletter.letters import view
from newsletter.letters.holes import Holes
from newsletter.letters.letter import Draft, LetterKind, sealed
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from subscribers.oneline import one_line


@dataclass(frozen=True, slots=True)
class _Told:
    """What the letter says."""

    subject: str
    sentence: str
    # Their own sections that are not there yet, a line each.
    own: tuple[str, ...]
    # One line for each stage, with its moment.
    dates: tuple[str, ...]
    link: str
    button: str
    reason: str


def compose(
    templates: Templates,
    newsletter: Newsletter,
    issue: Issue,
    dates: Sequence[Milestone],
    owed: Owed,
    links: Links,
    seed: bytes,
    own: Sequence[Own] = (),
) -> Draft:
    """Compose the letter about what is owed to *issue*, to somebody who has *own* sections in it to see to.

    Raises:
        RenderFailed: a template is wrong.

    """
    when = {date.stage: _moment(date.at, newsletter.zone) for date in dates}
    told = _Told(
        subject=f"{newsletter.name}, {one_line(issue.title)}: {_SUBJECTS[owed.duty]}",
        sentence=_sentence(issue, owed.duty, when),
        own=tuple(_line(one, newsletter.zone) for one in own),
        dates=tuple(f"{date.stage.words}: {when[date.stage]}" for date in dates),
        link=links.desk_issue(issue.id),
        button="Open the issue",
        reason=f"You get this mail because you are on the staff of {newsletter.name}. It is sent once.",
    )
    about = f"duty:{issue.id}:{owed.duty}"
    values: dict[str, object] = {"newsletter": newsletter, "told": told, "imprint": view.imprint(newsletter)}
    subject, preheader = templates.line("duty/subject.txt", values), templates.line("duty/preheader.txt", values)
    values["page"] = view.page_for("en", subject, preheader, {})
    return sealed(
        Draft(
            kind=LetterKind.DUTY,
            sender_name=newsletter.sender_name,
            sender_address=newsletter.sender_address,
            reply_to=newsletter.reply_to,
            subject=subject,
            preheader=preheader,
            language="en",
            html=templates.html("duty/body.mjml", Holes(seed, about), values),
            text=templates.text("duty/body.txt", values),
            slots={},
            content_hash="",
        ),
    )


_SUBJECTS = {
    Duty.DRAFTED: "the draft is there",
    Duty.LETTERS_MISSING: "letters are missing",
    Duty.SECTIONS_SOON: "your section is due soon",
    Duty.SECTIONS_OVERDUE: "your section is overdue",
    Duty.REVIEW: "the review starts",
    Duty.APPROVAL_SOON: "to be approved by tomorrow",
    Duty.APPROVAL_OVERDUE: "nobody has approved it yet",
    Duty.HELD: "held, and waiting for you",
}


_PLAIN = {
    Duty.HELD: (
        "It is held and goes out only when somebody lets it: approve it, then send it or give it a new time; or cancel it."
    ),
    Duty.SECTIONS_SOON: "What you see to in this issue is due soon and not there yet.",
    Duty.SECTIONS_OVERDUE: "What you see to in this issue was due and is not there yet.",
}


def _line(own: Own, zone: str) -> str:
    return f"Yours: “{one_line(own.title)}”, by {_moment(own.due_at, zone)}"


def _sentence(issue: Issue, duty: Duty, when: dict[Stage, str]) -> str:
    # What is held, and what an editor gave a day by hand, may have no time.
    sent = when.get(Stage.SENDING, "")
    match duty:
        case Duty.DRAFTED:
            count = len(issue.articles)
            articles = "1 article is" if count == 1 else f"{count} articles are"
            return f"{articles} in their sections. Later posts are added by themselves. It is to be sent {sent}."
        case Duty.LETTERS_MISSING:
            missing = ", ".join(f"“{one_line(article.title)}”" for article in issue.articles if article.is_placeholder)
            return f"Still to be written: {missing}. It was due {when[Stage.CONTRIBUTIONS]}; the issue is to be sent {sent}."
        case Duty.REVIEW:
            return f"Please read it and say what should be mended. It is to be sent {sent}."
        case Duty.APPROVAL_SOON:
            return f"Somebody is to approve it by {when[Stage.APPROVAL]}. Without an approval it is not sent {sent}, but held."
        case Duty.APPROVAL_OVERDUE:
            return f"It was to be approved by {when[Stage.APPROVAL]}. Without an approval it is not sent {sent}, but held."
        case _:
            return _PLAIN[duty]


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {Month.of(local).words}, {local:%H:%M} ({zone})"
