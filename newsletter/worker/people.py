"""What a tick does about people: reminds, forgets, and tidies up. Each piece has a short transaction of its own."""

from datetime import datetime

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.errors import TookTooLong
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import Draft, LetterKind
from newsletter.mail import mailings
from newsletter.people import bursts, departures, waiting
from newsletter.people.departures import Crowd
from newsletter.people.inviting import ask
from newsletter.staff import repeats
from subscribers import confirmations, limits, pending, register
from subscribers.exchange import asking
from subscribers.exchange.asking import Asking
from subscribers.model import MailingList

log = structlog.get_logger()

# So many people are looked at before the other steps of a tick have their turn.
BATCH = 100

# Seconds. A million deliveries take three at most; a machine on which that takes longer has more urgent things to do.
LONGEST_JUDGING = 15.0


def remind(application: Application) -> bool:
    """Remind whoever asked to join three days ago and did not answer; True when there may be more of them."""
    now = application.clock()
    with application.database.read() as tx:
        # A copy mails nothing, and would remind everybody when it is adopted.
        due = () if mailings.is_copy(tx) else pending.to_remind(tx, now, BATCH)
        lists = {list_id: register.list_by_id(tx, list_id) for list_id in {one.list_id for one in due}}
        senders = {list_id: newsletters.of_list(tx, list_id) for list_id in lists}
    letters = {
        (list_id, language): _reminder(application, newsletter, lists[list_id], language)
        for list_id, language in {(one.list_id, one.language) for one in due}
        if (newsletter := senders[list_id]) is not None
    }
    for one in due:
        newsletter = senders[one.list_id]
        with application.database.write() as tx:
            if newsletter is None:
                # Nobody can write to them; not asked again at every tick.
                pending.remind(tx, application.keyring, one, now)
            else:
                waiting.remind(tx, application.keyring, letters[one.list_id, one.language], newsletter, one, now)
            failpoints.hit("person.reminded")
    return len(due) == BATCH


def ask_imported(application: Application) -> bool:
    """Ask people whom an import brought for their own yes, at the pace that was said; True when more are due."""
    now = application.clock()
    with application.database.read() as tx:
        under_way = () if mailings.is_copy(tx) else asking.under_way(tx)
    more = [_ask(application, one, now) for one in under_way]
    return any(more)


def let_go(application: Application) -> bool:
    """Forget whoever asked to join and did not answer in time; True when there may be more of them."""
    now = application.clock()
    with application.database.read() as tx:
        due = pending.run_out(tx, now, BATCH)
    forgotten = 0
    for one in due:
        with application.database.write() as tx:
            forgotten += waiting.let_go(tx, one, now)
            failpoints.hit("person.forgotten")
    if forgotten:
        log.info("people who never confirmed are forgotten", people=forgotten)
    return len(due) == BATCH


class Lookout:
    """Looks for departures that are the work of a mail scanner; who was found harmless is judged again when more have left."""

    def __init__(self) -> None:
        self._harmless: frozenset[Crowd] = frozenset()

    def look(self, database: Database, now: datetime) -> bool:
        """Judge one crowd, and flag it if it is a burst; True when there may be another.

        Nothing is held while it is judged: that may take seconds, and whoever wants to leave meanwhile must not wait.
        """
        with database.read() as tx:
            crowds = departures.crowds(tx, now)
        # What has grown, and what is over, is not remembered any more.
        self._harmless &= frozenset(crowds)
        crowd = next((one for one in crowds if one not in self._harmless), None)
        if crowd is None:
            return False
        if _is_burst(database, crowd):
            with database.write() as tx:
                burst = bursts.flag(tx, crowd, now)
            log.warning("people left in a burst", burst=burst.id, people=burst.people)
        else:
            self._harmless |= {crowd}
        return True


def tidy(application: Application) -> bool:
    """Forget who asked for mail a while ago, as far as no limit needs it any more, and what programs ask again no more."""
    with application.database.write() as tx:
        limits.tidy(tx, application.clock())
        confirmations.tidy(tx, application.clock())
        repeats.tidy(tx, system_clock())
    return False


def _is_burst(database: Database, crowd: Crowd) -> bool:
    try:
        with database.read(within=LONGEST_JUDGING) as tx:
            return bursts.is_burst(tx, crowd)
    except TookTooLong:
        log.warning("a crowd of departures could not be judged in time", letter=crowd.letter_id, people=crowd.people)
        return False


def _ask(application: Application, under_way: Asking, now: datetime) -> bool:
    due = min(asking.due(under_way, now), BATCH)
    if not due:
        return False
    with application.database.read() as tx:
        list_ = register.list_by_id(tx, under_way.list_id)
        newsletter = newsletters.of_list(tx, under_way.list_id)
        waiting_people = asking.waiting(tx, under_way, due)
    if newsletter is None or list_.is_archived:
        # Nobody can be written to; it goes on when there is a newsletter.
        return False
    if not waiting_people:
        with application.database.write() as tx:
            everybody = asking.end_round(tx, under_way, now)
        if everybody:
            log.info("everybody of an import was asked to confirm", imported=under_way.import_id)
        return False
    languages = {one.subscriber.language for one in waiting_people}
    letters = {language: _confirmation(application, newsletter, list_, language) for language in languages}
    current = under_way
    for one in waiting_people:
        with application.database.write() as tx:
            letter = letters[one.subscriber.language]
            moved = ask(tx, application.keyring, letter, newsletter, current, one, now)
            failpoints.hit("person.asked")
        if moved is None:
            return False
        current = moved
    return asking.due(current, now) > 0


def _confirmation(application: Application, newsletter: Newsletter, list_: MailingList, language: str) -> Draft:
    words = words_for(language, list_.language, newsletter.language)
    return application.notice(LetterKind.CONFIRMATION, newsletter, list_, words)


def _reminder(application: Application, newsletter: Newsletter, list_: MailingList, language: str) -> Draft:
    words = words_for(language, list_.language, newsletter.language)
    return application.notice(LetterKind.REMINDER, newsletter, list_, words)
