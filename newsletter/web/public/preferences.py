"""Everything a person can change about what comes to them, by the link in every mail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.languages.catalogue import Words
from newsletter.languages.model import LANGUAGES, Language
from newsletter.people import withdraw
from newsletter.web.faults import FormDamaged
from newsletter.web.forms import NO_FORM
from newsletter.web.public import counting, details, farewells, wishes
from newsletter.web.public.counting import Box
from newsletter.web.public.details import Field, Portion
from newsletter.web.public.publications import masked
from newsletter.web.public.wishes import Asked, Wish
from newsletter.web.speech import FIELD, Speech
from newsletter.web.subjects import Subject, find_subject
from newsletter.web.visits import Site, Visit
from subscribers import attributebook, register, terms
from subscribers.consent import Door, Evidence
from subscribers.errors import AnswerRefused
from subscribers.model import MailingList, Subscriber, Subscription, SubscriptionState
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

SAVE = "save"
LEAVE_ALL = "leave-all"


@dataclass(frozen=True, slots=True)
class Choice:
    """A list, and how the person stands to it."""

    subject: Subject
    # None: never asked for.
    subscription: Subscription | None
    # None: it does not come to them.
    portion: Portion | None
    # What was typed a moment ago and could not be taken.
    typed: Mapping[str, str]

    @property
    def list(self) -> MailingList:
        """What is chosen."""
        return self.subject.list

    @property
    def field(self) -> str:
        """The name of its box in the form."""
        return f"list-{self.subject.list.id}"

    @property
    def field_before(self) -> str:
        """The name under which the form says that the page showed it as on."""
        return f"was-{self.subject.list.id}"

    def was_on(self, form: Mapping[str, str]) -> bool:
        """Whether the page that a form comes from showed it as on."""
        return self.field_before in form

    @property
    def is_on(self) -> bool:
        """Whether its letters come to the person."""
        return self.subscription is not None and self.subscription.is_confirmed

    @property
    def is_ticked(self) -> bool:
        """Whether its box is shown with a tick."""
        return self.field in self.typed if self.typed else self.is_on

    @property
    def is_waiting(self) -> bool:
        """Whether only the button in the confirmation mail is missing."""
        return self.subscription is not None and self.subscription.state is SubscriptionState.REQUESTED


@dataclass(frozen=True, slots=True)
class _Standing:
    person: Subscriber
    choices: tuple[Choice, ...]
    # What the lists they are on want to know.
    fields: tuple[Field, ...]
    # Of which lists they are asked whether it may be kept which links they follow.
    boxes: tuple[Box, ...]

    @property
    def followed(self) -> tuple[Box, ...]:
        """Those they said yes to, also where nothing is counted or sent any more."""
        return tuple(box for box in self.boxes if box.is_allowed)


@dataclass(frozen=True, slots=True)
class _Troubled:
    """A field whose answer was refused."""

    name: str
    # Beside the field, and at the head of the page.
    reason: str
    told: str


_NO_TROUBLE = _Troubled("", "", "")


def show(site: Site, visit: Visit) -> Response:
    """Show what is kept of a person and what comes to them."""
    return _page(site, visit)


def save(site: Site, visit: Visit) -> Response:
    """Take over name, language and lists; a list switched on is asked for by mail, one switched off ends at once."""
    standing = _standing(site, visit)
    if visit.text("act") not in {SAVE, LEAVE_ALL}:
        # An empty form would switch every list off; only one of the two buttons may mean that.
        raise FormDamaged
    if visit.text("act") == LEAVE_ALL:
        _leave_everything(site, visit, standing)
        return _page(site, visit, _said_goodbye)
    taken = [one.portion for one in standing.choices if one.portion is not None and one.field in visit.form]
    wrong = next((portion for portion in taken if portion.has_wrong_day(visit.form)), None)
    if wrong is not None:
        return _day_sent_back(site, visit, standing, wrong)
    try:
        _take_details(site, visit, standing)
    except AnswerRefused as error:
        return _answer_sent_back(site, visit, standing, error)
    # By what the page showed: a list that was confirmed while it lay open was not switched off by whoever saves it.
    switched_on = [one for one in standing.choices if one.field in visit.form and not one.is_on and not one.was_on(visit.form)]
    switched_off = [one for one in standing.choices if one.field not in visit.form and one.is_on and one.was_on(visit.form)]
    _leave(site, visit, standing, switched_off)
    asked = [(choice.subject.called, _ask(site, visit, standing, choice)) for choice in switched_on]
    return _page(site, visit, lambda words: _saved(words, asked))


def _take_details(site: Site, visit: Visit, standing: _Standing) -> None:
    """Take over what is no question of being on a list, all of it or nothing."""
    application = site.application
    with application.database.write() as tx:
        register.edit(tx, standing.person.id, name=visit.text("name"), language=_language(visit))
        attributebook.answer(tx, standing.person.id, details.given(standing.fields, visit.form))
        for choice in standing.choices:
            if choice.subscription is None or choice.portion is None or choice.field not in visit.form:
                continue
            wanted = choice.portion.wanted(visit.form, visit.now)
            said = terms.words(wanted, choice.portion.topics, choice.subject.newsletter.zone)
            evidence = _evidence(visit, standing, SAVE, said)
            terms.agree(tx, application.keyring, choice.subscription.id, wanted, visit.now, evidence)
        _take_clicks(tx, site, visit, standing)


def _take_clicks(tx: Transaction, site: Site, visit: Visit, standing: _Standing) -> None:
    words, evidence = _shown(visit, standing).words, _evidence(visit, standing, SAVE)
    for box, is_allowed in counting.answers(standing.followed, visit.form):
        # The link may have been forwarded with a letter: here a yes is only taken back.
        if not is_allowed:
            counting.take(tx, site.application.keyring, box, words, visit.now, evidence, is_allowed=False)


def _day_sent_back(site: Site, visit: Visit, standing: _Standing, wrong: Portion) -> Response:
    words = _shown(visit, standing).words
    troubled = _Troubled(
        wrong.until_field,
        words.gettext("A pause ends after today and within a year."),
        words.gettext("Nothing was saved. A pause ends after today and within a year."),
    )
    return _page(site, visit, troubled=troubled)


def _answer_sent_back(site: Site, visit: Visit, standing: _Standing, error: AnswerRefused) -> Response:
    label = next(field.attribute.label for field in standing.fields if field.attribute.key == error.key)
    words = _shown(visit, standing).words
    troubled = _Troubled(
        f"answer-{error.key}",
        words.gettext("This answer cannot be used: %(question)s", question=label),
        words.gettext("Nothing was saved. This answer cannot be used: %(question)s", question=label),
    )
    return _page(site, visit, troubled=troubled)


def _ask(site: Site, visit: Visit, standing: _Standing, choice: Choice) -> Asked:
    # The link may have been forwarded with a letter: only the mail's owner may put them on a list.
    words, person = _shown(visit, standing).words, standing.person
    evidence = _evidence(visit, standing, SAVE)
    # What the list wants to know is asked when it comes to them, on this page.
    return wishes.ask(site, choice.subject, Wish(person.address, person.name, (), {}), visit, evidence, words)


def _leave(site: Site, visit: Visit, standing: _Standing, choices: list[Choice]) -> None:
    evidence = _evidence(visit, standing, SAVE)
    goodbyes = farewells.goodbyes(site, standing.person, [choice.subject for choice in choices])
    with site.application.database.write() as tx:
        for choice in choices:
            if choice.subscription is not None:
                withdraw.withdraw(tx, site.application.keyring, choice.subscription.id, visit.now, evidence, goodbyes)


def _leave_everything(site: Site, visit: Visit, standing: _Standing) -> None:
    evidence = _evidence(visit, standing, LEAVE_ALL)
    goodbyes = farewells.goodbyes(site, standing.person, [choice.subject for choice in standing.choices if choice.is_on])
    with site.application.database.write() as tx:
        withdraw.withdraw_everywhere(tx, site.application.keyring, standing.person.id, visit.now, evidence, goodbyes)


def _evidence(visit: Visit, standing: _Standing, act: str, said: str = "") -> Evidence:
    """Give the words of the page and of its button, in the language it was shown in, and what was *said* by its boxes."""
    words = _shown(visit, standing).words
    button = words.gettext("Leave all lists") if act == LEAVE_ALL else words.gettext("Save")
    wording = words.gettext("%(label)s: %(value)s", label=words.gettext("What comes to you"), value=button)
    wording = f"{wording} ({said})" if said else wording
    return Evidence(Door.LINK, wording, visit.network, visit.agent, language=words.language.tag)


def _shown(visit: Visit, standing: _Standing) -> Speech:
    """Give how the form spoke that is answered."""
    return _speech(visit, standing, shown=visit.text(FIELD))


def _speech(visit: Visit, standing: _Standing, shown: str = "") -> Speech:
    languages = {choice.list.language or choice.subject.newsletter.language for choice in standing.choices}
    return visit.ear.speech(
        shown=shown,
        # A language chosen in this form counts more than the one that the form was shown in.
        person=standing.person.language or visit.text(FIELD),
        newsletter=languages.pop() if len(languages) == 1 else "",
    )


def _said_goodbye(words: Words) -> str:
    return words.gettext("Saved. Nothing is sent to you any more.")


def _saved(words: Words, asked: list[tuple[str, Asked]]) -> str:
    told = [words.gettext("Saved.")]
    if names := _names(words, asked, Asked.BY_MAIL):
        told.append(words.gettext("A mail with a button is on its way for: %(lists)s.", lists=names))
    if names := _names(words, asked, Asked.TOO_OFTEN):
        told.append(words.gettext("No mail could be sent just now for: %(lists)s. Try again in some minutes.", lists=names))
    if names := _names(words, asked, Asked.DOMAIN_REFUSED):
        told.append(words.gettext("Addresses like yours are not taken by: %(lists)s.", lists=names))
    return " ".join(told)


def _names(words: Words, asked: list[tuple[str, Asked]], outcome: Asked) -> str:
    return words.listed([name for name, what in asked if what is outcome])


def _language(visit: Visit) -> str | None:
    code = visit.text("language")
    return code if code in {"", *(language.code for language in LANGUAGES)} else None


def _standing(site: Site, visit: Visit, *, is_typed: bool = False) -> _Standing:
    subscriber_id = site.application.keyring.open(Purpose.PREFERENCES, visit.token)
    with site.application.database.read() as tx:
        person = register.subscriber_by_id(tx, subscriber_id)
        choices = _choices(tx, person, visit.now, visit.form if is_typed else NO_FORM)
        on = [choice.list.id for choice in choices if choice.is_on]
        return _Standing(person, choices, details.fields(tx, on, person.id, visit.form), counting.boxes(tx, person.id))


def _choices(tx: Transaction, person: Subscriber, now: datetime, typed: Mapping[str, str]) -> tuple[Choice, ...]:
    """Give the lists the person is on, and then those that anybody may join; none that nothing is mailed to."""
    held = {subscription.list_id: subscription for subscription in register.subscriptions_of(tx, person.id)}
    lists = [one for one in register.all_lists(tx) if one.has_form or (one.id in held and held[one.id].is_confirmed)]
    found = [find_subject(tx, one) for one in lists]
    choices = (_choice(tx, subject, held.get(subject.list.id), now, typed) for subject in found if subject is not None)
    # Of thirty lists nobody looks for their own.
    return tuple(sorted(choices, key=lambda choice: not choice.is_on))


def _choice(
    tx: Transaction, subject: Subject, standing: Subscription | None, now: datetime, typed: Mapping[str, str]
) -> Choice:
    if standing is None or not standing.is_confirmed:
        return Choice(subject, standing, None, typed)
    return Choice(subject, standing, details.portion(tx, standing, now, subject.newsletter.zone, typed), typed)


def _page(site: Site, visit: Visit, saved: Callable[[Words], str] | None = None, troubled: _Troubled = _NO_TROUBLE) -> Response:
    is_sent_back = bool(troubled.name)
    standing = _standing(site, visit, is_typed=is_sent_back)
    speech = _speech(visit, standing)
    return site.pages.spoken(
        speech,
        "public/preferences.html",
        422 if is_sent_back else 200,
        token=visit.token,
        whom=masked(standing.person.address),
        person=standing.person,
        name=visit.text("name") if is_sent_back else standing.person.name,
        language_chosen=visit.text("language") if is_sent_back else standing.person.language,
        choices=standing.choices,
        fields=standing.fields,
        troubled=troubled,
        languages=_languages(standing.person),
        has_any=any(choice.is_on for choice in standing.choices),
        followed=standing.followed,
        could_allow=len(standing.followed) < len(standing.boxes),
        typed=visit.form if is_sent_back else NO_FORM,
        clicks_question=lambda list_: counting.question(list_, speech.words),
        clicks_explanation=counting.explanation(speech.words),
        saved=saved(speech.words) if saved is not None else "",
    )


def _languages(person: Subscriber) -> tuple[Language, ...]:
    if person.language in {"", *(language.code for language in LANGUAGES)}:
        return LANGUAGES
    # An import may have brought a language that is not on our list; saving the page must not lose it.
    return (*LANGUAGES, Language(person.language, person.language, person.language))
