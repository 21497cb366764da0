"""What came back from an issue, as tables of its figures, and the warning before providers have had enough."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from newsletter.languages.catalogue import Words, later
from newsletter.mail.delivery import Report
from newsletter.returns import tallies
from newsletter.returns.fate import Fate
from newsletter.returns.limits import Level, complaints_at
from newsletter.returns.model import Cause, Kind
from newsletter.returns.tallies import Returns, Told
from newsletter.web.desk.figures.reading import Mailed
from newsletter.web.desk.figures.sheet import Chart, Line, Sheet, count, share
from newsletter.web.desk.returns.words import CAUSES, CONSEQUENCES
from newsletter.web.visits import Site
from subscribers.transaction import Transaction

K = Kind

# Of domains, and of texts.
MOST_TOLD = 20

# What is counted besides what did not arrive: its words, and what it means.
_OTHERS: Mapping[Kind, tuple[str, str]] = MappingProxyType(
    {
        K.COMPLAINT: (later("Called it spam"), later("They are never written to again, on any list.")),
        K.UNSUBSCRIBE: (
            later("Left by mail"),
            later("Their mail program or they themselves wrote to the address for leaving."),
        ),
        K.OPT_OUT: (later("Left by their provider"), later("They asked their provider to be taken off the list.")),
        K.REPLY: (later("Answered themselves"), ""),
        K.AUTO_REPLY: (later("Automatic answers"), later("“Out of office”, “I moved”. Nothing follows.")),
        K.CHALLENGE: (later("Asked whether a person wrote"), later("A machine before their mailbox. Nothing follows.")),
        K.DELAY: (later("Told that it is late"), later("The mail server goes on trying; nothing follows.")),
        K.DELIVERED: (later("Told that it arrived"), later("Of mail servers that say so; most do not.")),
    }
)

# What to do about complaints; the rate stands before it.
_ADVICE: Mapping[Level, str] = MappingProxyType(
    {
        Level.TOO_FEW: later(
            "Mailbox providers ask for fewer than 0.1 %%. Of so few people one is more than that already, and says little; a "
            "second one is no accident."
        ),
        Level.NEAR: later(
            "Mailbox providers ask for fewer than 0.1 %%, and this is on the way there. Look at who was written to: people "
            "who did not ask for it, or not lately, complain most."
        ),
        Level.OVER: later(
            "Mailbox providers ask for fewer than 0.1 %%. Before the next issue, leave out who was brought by a file or "
            "joined long ago and never confirmed, and let the first lines say why they get it and how to leave. From "
            "0.3 %% on, mail goes to the spam folder, also of those who want it."
        ),
        Level.FAR_OVER: later(
            "From 0.3 %% on, mailbox providers put all mail of a sender into the spam folder, or take none. Do not send the "
            "next issue to everybody: send it to those who confirmed themselves, and find out where the others came from."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that was mailed, and what its tables are read with."""

    site: Site
    tx: Transaction
    id: int
    report: Report
    words: Words

    @property
    def returns(self) -> Returns:
        """All that came back from it."""
        return tallies.of_letter(self.tx, self.id)


@dataclass(frozen=True, slots=True)
class Warned:
    """Why somebody should look at the complaints about an issue."""

    text: str
    is_grave: bool


def warning(letter: Letter) -> Warned | None:
    """Warn of complaints before providers have had enough; None: there is no need."""
    complained, words = letter.returns.of(K.COMPLAINT), letter.words
    where = complaints_at(complained, letter.report.accepted)
    if where is Level.FINE:
        return None
    said = words.ngettext(
        "%(num)s person called it spam, %(share)s of those it was accepted for.",
        "%(num)s people called it spam, %(share)s of those it was accepted for.",
        complained,
        share=share(complained, letter.report.accepted, words=words, places=2).text,
    )
    return Warned(f"{said} {words.gettext(_ADVICE[where])}", where is Level.FAR_OVER)


def bounced(letter: Letter) -> Sheet:
    """Give what did not arrive after a relay had accepted it, by why."""
    words, found = letter.words, letter.returns.bounces()
    accepted, total = letter.report.accepted, sum(found.values())
    counted, part = partial(count, words=words), partial(share, words=words)
    every = Line(words.gettext("All that came back"), (counted(total), part(total, accepted)))
    return Sheet(
        "bounced",
        words.gettext("What did not arrive after all"),
        (words.gettext("Reason"), words.gettext("People"), words.gettext("of those accepted")),
        tuple(
            Line(
                words.gettext(CAUSES[cause]), (counted(found[cause]), part(found[cause], accepted)), about=_about(cause, words)
            )
            for cause in Cause
            if cause in found
        ),
        summary=_not_arrived(total, letter.report, words) if total else "",
        empty=words.gettext("Nothing came back. Mail servers have five days to say that something did not arrive."),
        total=every if len(found) > 1 else None,
        notes=(
            words.gettext(
                "A relay accepted these and could not deliver them later, or a mail server behind it could not. Each person is "
                "counted once. Who was refused at once stands in the table above, and in none of these numbers."
            ),
        )
        if total
        else (),
    )


def domains(letter: Letter) -> Sheet | None:
    """Give where it came back from."""
    words = letter.words
    counted = partial(count, words=words)
    lines = tuple(
        Line(one.name or words.gettext("not known any more"), (counted(one.bounced), counted(one.complained)))
        for one in _told(letter).domains
    )
    if not lines:
        return None
    return Sheet(
        "bounced-domains",
        words.gettext("Where it came back from"),
        (words.gettext("Domain"), words.gettext("Did not arrive"), words.gettext("Called spam")),
        lines,
        notes=(_first(MOST_TOLD, words),) if len(lines) == MOST_TOLD else (),
    )


def texts(letter: Letter) -> Sheet | None:
    """Give what servers said, those first that said it most often."""
    words, found = letter.words, _told(letter).texts
    if not found:
        return None
    notes = (words.gettext("Addresses and numbers that differ from one to the next are left out of the words."),)
    return Sheet(
        "bounced-texts",
        words.gettext("In the words of the servers"),
        (words.gettext("Words"), words.gettext("People")),
        tuple(
            Line(
                one.words or words.gettext("It said nothing."),
                (count(one.people, words=words),),
                about=words.gettext(CAUSES[one.cause]),
            )
            for one in found
        ),
        notes=notes if len(found) < MOST_TOLD else (_first(MOST_TOLD, words), *notes),
    )


def others(letter: Letter) -> Sheet | None:
    """Give what came back besides: complaints, people who left by mail, answers."""
    words, found, accepted = letter.words, letter.returns, letter.report.accepted
    lines = tuple(
        Line(
            words.gettext(called),
            (count(found.of(kind), words=words), share(found.of(kind), accepted, words=words, places=2)),
            about=_replies(letter) if kind is K.REPLY else words.gettext(meaning),
        )
        for kind, (called, meaning) in _OTHERS.items()
        if found.of(kind) or (kind is K.COMPLAINT and found.counted)
    )
    if not lines:
        return None
    return Sheet(
        "came-back",
        words.gettext("What else came back"),
        (words.gettext("What"), words.gettext("People"), words.gettext("of those accepted")),
        lines,
        notes=(
            words.gettext(
                "Mailbox providers ask for fewer than 0.1 %% who call it spam, and do not put up with 0.3 %%. Not every one of "
                "them reports it: Google shows its own number in its Postmaster Tools, and tells nobody who it was."
            ),
        ),
    )


def over_time(tx: Transaction, mailed: tuple[Mailed, ...], words: Words) -> Sheet:
    """Give what came back from each of the last issues, the latest first."""
    letters = [one.line.letter_id for one in mailed if one.line.letter_id is not None]
    found = tallies.of_letters(tx, letters)
    lines = tuple(_of_issue(one, found.get(one.line.letter_id or 0, Returns()), words) for one in mailed)
    has_any = any(one.counted for one in found.values())
    return Sheet(
        "returns",
        words.gettext("What came back, issue by issue"),
        (
            words.gettext("Issue"),
            words.gettext("Did not arrive"),
            words.gettext("of those accepted"),
            words.gettext("Called spam"),
            words.gettext("of those accepted"),
        ),
        lines if has_any else (),
        chart=Chart("lines", (0, 2)) if len(lines) > 1 else None,
        empty=words.gettext("Nothing came back from these issues, or nothing is read that comes back."),
        notes=(
            words.gettext(
                "A list that is looked after has fewer than 2 %% that do not arrive, and fewer than 0.1 %% who call it spam. "
                "Who was refused at once stands in the table above."
            ),
        )
        if has_any
        else (),
    )


def _of_issue(one: Mailed, found: Returns, words: Words) -> Line:
    bounced, complained, accepted = found.of(K.BOUNCE), found.of(K.COMPLAINT), one.report.accepted
    return Line(
        words.gettext("No. %(number)s: %(title)s", number=one.line.number, title=one.line.title),
        (
            count(bounced, words=words),
            share(bounced, accepted, words=words),
            count(complained, words=words),
            share(complained, accepted, words=words, places=2),
        ),
        f"/desk/issues/{one.line.id}/figures#bounced-title",
        short=one.line.title,
    )


# Each table by its key, in the order of the page.
SHEETS: Mapping[str, Callable[[Letter], Sheet | None]] = MappingProxyType(
    {"bounced": bounced, "bounced-domains": domains, "bounced-texts": texts, "came-back": others}
)


def _told(letter: Letter) -> Told:
    # What was counted last is the mark: as long as nothing comes back, these are the same.
    return letter.site.returned.get(letter.id, letter.returns, lambda: tallies.told(letter.tx, letter.id, MOST_TOLD))


def _about(cause: Cause, words: Words) -> str:
    return words.gettext(CONSEQUENCES[cause])


def _not_arrived(total: int, report: Report, words: Words) -> str:
    lost = share(total + report.refused, report.audience, words=words).text
    return words.ngettext(
        "%(num)s came back of %(accepted)s accepted. With %(refused)s refused at once, it missed %(share)s of the audience.",
        "%(num)s came back of %(accepted)s accepted. With %(refused)s refused at once, it missed %(share)s of the audience.",
        total,
        accepted=words.number(report.accepted),
        refused=words.number(report.refused),
        share=lost,
    )


def _replies(letter: Letter) -> str:
    words, found = letter.words, tallies.replies(letter.tx, letter.id)
    held = found.get(Fate.HELD, 0)
    said = [words.gettext("%(count)s forwarded to where answers go", count=words.number(found.get(Fate.FORWARDED, 0)))]
    if held:
        said.append(words.ngettext("%(num)s kept, and not forwarded", "%(num)s kept, and not forwarded", held))
    return words.beside(said)


def _first(most: int, words: Words) -> str:
    return words.gettext("The first %(most)s.", most=most)
