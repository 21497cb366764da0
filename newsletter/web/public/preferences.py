"""Everything a person can change about what comes to them, by the link in every mail."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.people import withdraw
from newsletter.web.faults import FormDamaged
from newsletter.web.public import wishes
from newsletter.web.public.publications import Subject, find_subject, masked
from newsletter.web.public.wishes import Asked
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.consent import Door, Evidence
from subscribers.model import MailingList, Subscriber, Subscription, SubscriptionState
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

SAVE = "save"
LEAVE_ALL = "leave-all"
WORDING = "What comes to you: Save"
WORDING_LEAVE_ALL = "What comes to you: Leave all lists"


@dataclass(frozen=True, slots=True)
class Language:
    """A language to choose, in its own name."""

    code: str
    name: str


LANGUAGES = (
    Language("", "As the newsletter is written"),
    Language("ar", "العربية"),
    Language("de", "Deutsch"),
    Language("en", "English"),
    Language("es", "Español"),
    Language("fr", "Français"),
    Language("it", "Italiano"),
    Language("nl", "Nederlands"),
    Language("no", "Norsk"),
    Language("pl", "Polski"),
    Language("pt", "Português"),
    Language("ru", "Русский"),
    Language("sv", "Svenska"),
    Language("uk", "Українська"),
    Language("ja", "日本語"),
    Language("ko", "한국어"),
    Language("zh", "中文"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A list, and how the person stands to it."""

    subject: Subject
    # None: never asked for.
    subscription: Subscription | None

    @property
    def list(self) -> MailingList:
        """What is chosen."""
        return self.subject.list

    @property
    def field(self) -> str:
        """The name of its box in the form."""
        return f"list-{self.subject.list.id}"

    @property
    def is_on(self) -> bool:
        """Whether its letters come to the person."""
        return self.subscription is not None and self.subscription.is_confirmed

    @property
    def is_waiting(self) -> bool:
        """Whether only the button in the confirmation mail is missing."""
        return self.subscription is not None and self.subscription.state is SubscriptionState.REQUESTED


@dataclass(frozen=True, slots=True)
class _Standing:
    person: Subscriber
    choices: tuple[Choice, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show what is kept of a person and what comes to them."""
    return _page(site, visit, "")


def save(site: Site, visit: Visit) -> Response:
    """Take over name, language and lists; a list switched on is asked for by mail, one switched off ends at once."""
    standing = _standing(site, visit)
    if visit.text("act") not in {SAVE, LEAVE_ALL}:
        # An empty form would switch every list off; only one of the two buttons may mean that.
        raise FormDamaged
    if visit.text("act") == LEAVE_ALL:
        _leave_everything(site, visit, standing.person)
        return _page(site, visit, "Saved. Nothing is sent to you any more.")
    switched_on = [choice for choice in standing.choices if choice.field in visit.form and not choice.is_on]
    _leave(site, visit, [choice for choice in standing.choices if choice.field not in visit.form and choice.is_on])
    with site.application.database.write() as tx:
        register.edit(tx, standing.person.id, name=visit.text("name"), language=_language(visit))
    asked = [(choice.subject.called, _ask(site, visit, standing.person, choice)) for choice in switched_on]
    return _page(site, visit, _saved(asked))


def _ask(site: Site, visit: Visit, person: Subscriber, choice: Choice) -> Asked:
    # The link may have been forwarded with a letter: only the mail's owner may put them on a list.
    return wishes.ask(site, choice.subject, person.address, person.name, visit, _evidence(visit, WORDING))


def _leave(site: Site, visit: Visit, choices: list[Choice]) -> None:
    with site.application.database.write() as tx:
        for choice in choices:
            if choice.subscription is not None:
                withdraw.withdraw(tx, site.application.keyring, choice.subscription.id, visit.now, _evidence(visit, WORDING))


def _leave_everything(site: Site, visit: Visit, person: Subscriber) -> None:
    evidence = _evidence(visit, WORDING_LEAVE_ALL)
    with site.application.database.write() as tx:
        withdraw.withdraw_everywhere(tx, site.application.keyring, person.id, visit.now, evidence)


def _evidence(visit: Visit, wording: str) -> Evidence:
    return Evidence(Door.LINK, wording, visit.network, visit.agent)


def _saved(asked: list[tuple[str, Asked]]) -> str:
    told = ["Saved."]
    if names := _names(asked, Asked.BY_MAIL):
        told.append(f"For {names} a mail with a button is on its way.")
    if names := _names(asked, Asked.TOO_OFTEN):
        told.append(f"For {names} no mail could be sent just now; try again in some minutes.")
    if names := _names(asked, Asked.DOMAIN_REFUSED):
        told.append(f"{names} takes no addresses like yours.")
    return " ".join(told)


def _names(asked: list[tuple[str, Asked]], outcome: Asked) -> str:
    return " and ".join(f"“{name}”" for name, what in asked if what is outcome)


def _language(visit: Visit) -> str | None:
    code = visit.text("language")
    return code if any(language.code == code for language in LANGUAGES) else None


def _standing(site: Site, visit: Visit) -> _Standing:
    subscriber_id = site.application.keyring.open(Purpose.PREFERENCES, visit.token)
    with site.application.database.read() as tx:
        person = register.subscriber_by_id(tx, subscriber_id)
        return _Standing(person, _choices(tx, person))


def _choices(tx: Transaction, person: Subscriber) -> tuple[Choice, ...]:
    """Give the lists that anybody may join, and the others the person is on; none that nothing is mailed to."""
    held = {subscription.list_id: subscription for subscription in register.subscriptions_of(tx, person.id)}
    lists = [one for one in register.all_lists(tx) if one.has_form or (one.id in held and held[one.id].is_confirmed)]
    found = [find_subject(tx, one) for one in lists]
    return tuple(Choice(subject, held.get(subject.list.id)) for subject in found if subject is not None)


def _page(site: Site, visit: Visit, saved: str) -> Response:
    standing = _standing(site, visit)
    return site.pages.page(
        "public/preferences.html",
        token=visit.token,
        whom=masked(standing.person.address),
        person=standing.person,
        choices=standing.choices,
        languages=_languages(standing.person),
        has_any=any(choice.is_on for choice in standing.choices),
        saved=saved,
    )


def _languages(person: Subscriber) -> tuple[Language, ...]:
    if any(language.code == person.language for language in LANGUAGES):
        return LANGUAGES
    # An import may have brought a language that is not on our list; saving the page must not lose it.
    return (*LANGUAGES, Language(person.language, person.language))
