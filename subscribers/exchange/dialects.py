"""How the programs people move from write their lists: known by their titles, and what each says of a no."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from subscribers.exchange.model import Standing


class Field(StrEnum):
    """What a column may hold of a person."""

    EMAIL = "email"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    LANGUAGE = "language"
    STATE = "state"
    # In which words they consented elsewhere, or before.
    CONSENT_WORDS = "consent_words"
    # By which door they did, and which form it was.
    CONSENT_BY = "consent_by"
    CONSENT_FORM = "consent_form"
    REQUESTED_AT = "requested_at"
    CONFIRMED_AT = "confirmed_at"
    # How much of the list they take: how often, from when on, and which topics.
    CADENCE = "cadence"
    PAUSED_UNTIL = "paused_until"
    TOPICS = "topics"


# What a column may be called, in lower case, in the languages of our readers; of several that fit, the first counts.
TITLES: Mapping[Field, Sequence[str]] = {
    Field.EMAIL: (
        *("email", "e-mail", "email address", "e-mail address", "email_address", "e-mail-adresse", "emailadresse", "mail"),
        *("courriel", "adresse e-mail", "adresse électronique", "correo electrónico", "correo", "correo electronico"),
        *("электронная почта", "адрес электронной почты", "эл. почта", "电子邮件", "电子邮箱", "邮箱", "البريد الإلكتروني"),
        *("e-mailadres", "indirizzo email", "endereço de e-mail", "subscriber", "address"),
    ),
    Field.NAME: (
        *("name", "full name", "full_name", "fullname", "display name", "display_name", "nom complet", "nombre completo"),
        *("имя", "фио", "姓名", "名字", "الاسم", "naam"),
    ),
    Field.FIRST_NAME: (
        "first name",
        "first_name",
        "firstname",
        "given name",
        "vorname",
        "prénom",
        "prenom",
        "nombre",
        "voornaam",
    ),
    Field.LAST_NAME: (
        *("last name", "last_name", "lastname", "surname", "family name", "nachname", "nom", "nom de famille"),
        *("apellido", "apellidos", "фамилия", "achternaam"),
    ),
    Field.LANGUAGE: ("language", "lang", "sprache", "langue", "idioma", "язык", "语言", "اللغة", "taal"),
    Field.STATE: ("state", "status"),
    Field.CONSENT_WORDS: ("consent_words",),
    Field.CONSENT_BY: ("consent_by",),
    Field.CONSENT_FORM: ("consent_form",),
    Field.REQUESTED_AT: ("requested_at",),
    Field.CONFIRMED_AT: ("confirmed_at",),
    Field.CADENCE: ("cadence",),
    Field.PAUSED_UNTIL: ("paused_until",),
    Field.TOPICS: ("topics",),
}

_S = Standing

# What a column "state" or "status" says, in our exports and in those of other programs; any other word is no objection.
STATES: Mapping[str, Standing] = {
    **dict.fromkeys(("requested", "pending", "unconfirmed", "unactivated"), _S.PENDING),
    **dict.fromkeys(("withdrawn", "unsubscribed", "removed", "disabled", "erased", "opted out", "opt-out"), _S.LEFT),
    **dict.fromkeys(("bounced", "cleaned", "undeliverable"), _S.BOUNCED),
    **dict.fromkeys(("complained", "complaint", "spam complaint"), _S.COMPLAINED),
    **dict.fromkeys(("blocklisted", "blacklisted", "blocked", "spammy", "manual", "suppressed"), _S.BLOCKED),
}

# Between two words of one cell, as when somebody left and complained.
SEPARATOR = ","

_YES = ("true", "1", "yes")
_NO = ("false", "0", "no")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a column says of a person's wish: by the word in it, or by there being any."""

    title: str
    words: Mapping[str, Standing] = field(default_factory=dict)
    # For a word that is not among them.
    else_: Standing = Standing.GOOD

    def judge(self, cell: str) -> frozenset[Standing]:
        """Give what a cell says: of several words each, where it is not known as one."""
        word = cell.strip().casefold()
        words = [word] if word in self.words else word.split(SEPARATOR)
        return frozenset(self.words.get(one.strip(), self.else_) for one in words)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one program writes its list."""

    name: str
    # Titles that, together, no other program writes; lower case.
    marks: frozenset[str]
    rules: tuple[Rule, ...]
    # Columns of a name of its own, before the usual ones.
    titles: Mapping[Field, Sequence[str]] = field(default_factory=dict)
    # The column that has attributes as a JSON object.
    document: str = ""


_STATED = (Rule("state", STATES), Rule("status", STATES), Rule("suppressed", STATES, _S.BLOCKED))
_MAILCHIMP = (Rule("unsub_time", else_=_S.LEFT), Rule("clean_time", else_=_S.BOUNCED))

# What a file says that no program is known by; some of its columns may have been taken out by hand.
PLAIN = Dialect("", frozenset(), (*_STATED, *_MAILCHIMP))

DIALECTS = (
    Dialect("newsletter", frozenset({"email", "state", "suppressed", "withdrawn_at"}), _STATED),
    Dialect(
        "listmonk",
        frozenset({"uuid", "email", "attributes", "status"}),
        (Rule("status", STATES),),
        {Field.REQUESTED_AT: ("created_at",)},
        document="attributes",
    ),
    Dialect(
        # Three files: subscribed, unsubscribed and cleaned; what makes them so stands in a column of each. The first titles
        # are in the language of the account, and anybody may have renamed them.
        "Mailchimp",
        frozenset({"leid", "euid"}),
        _MAILCHIMP,
        {Field.REQUESTED_AT: ("optin_time",), Field.CONFIRMED_AT: ("confirm_time",)},
    ),
    Dialect(
        "Substack",
        frozenset({"email", "active_subscription", "email_disabled"}),
        (Rule("email_disabled", dict.fromkeys(_YES, _S.LEFT)),),
        {Field.REQUESTED_AT: ("created_at",)},
    ),
    Dialect(
        "Ghost",
        frozenset({"email", "subscribed_to_emails", "complimentary_plan"}),
        (Rule("subscribed_to_emails", dict.fromkeys(_NO, _S.LEFT)), Rule("deleted_at", else_=_S.LEFT)),
        {Field.REQUESTED_AT: ("created_at",)},
    ),
    Dialect(
        "Buttondown",
        frozenset({"email", "subscriber_type", "creation_date"}),
        (Rule("subscriber_type", STATES),),
        {Field.REQUESTED_AT: ("creation_date",)},
        document="metadata",
    ),
    Dialect(
        # Since the API renamed its fields.
        "Buttondown",
        frozenset({"email_address", "type", "creation_date"}),
        (Rule("type", STATES), Rule("unsubscription_date", else_=_S.LEFT), Rule("undeliverability_date", else_=_S.BOUNCED)),
        {Field.REQUESTED_AT: ("creation_date",)},
        document="metadata",
    ),
    *(
        # Titles are sentences in the language of its installation; these are the English ones, of both vintages.
        Dialect(
            "phpList",
            frozenset({"email", f"is this {who} confirmed", "list membership"}),
            (
                Rule(f"is this {who} confirmed", dict.fromkeys(_NO, _S.PENDING)),
                Rule(f"is this {who} blacklisted", dict.fromkeys(_YES, _S.BLOCKED)),
                Rule("is this account disabled?", dict.fromkeys(_YES, _S.LEFT)),
            ),
            {Field.REQUESTED_AT: ("entered",)},
        )
        for who in ("subscriber", "user")
    ),
)


def recognise(titles: Collection[str]) -> Dialect:
    """Give the program that writes these titles (lower case); `PLAIN` when it is none we know."""
    known = frozenset(titles)
    return next((dialect for dialect in DIALECTS if dialect.marks <= known), PLAIN)
