"""Everything that can go wrong about people and is not a bug.

- SubscribersError
  - AddressRefused(text, reason)     no address we could write to safely
  - DomainRefused(text, reason)      no domain that a rule could be about
  - TokenInvalid                     a link that we did not make, or made for something else
  - ListNotFound(name)
  - ListExists(name)
  - ListUnnamed
  - ListUnfit(name, reason)          a list that cannot be as it is wanted
  - ListArchived(name)               nobody joins it any more, and nothing is sent to it
  - TopicNotFound(name)
  - TopicUnfit(name, reason)         a topic that cannot be as it is wanted
  - SubscriberNotFound(who)
  - SubscriptionNotFound(who)
  - PauseRefused(reason)
  - SecretTooShort                   the key all tokens and hashes rest on
  - BasisMissing                     an import that does not say why we may write to these people
  - FileUnreadable(reason)           a file that is no list of people
  - AttributeNotFound(key)
  - AttributeExists(key)
  - AttributeUnfit(key, reason)      a definition that cannot be
  - AnswerRefused(key, text, reason) no answer to this attribute
  - AnswerMissing(key, label)        a form that leaves out what it must say
  - ImportNotFound(import_id)
  - ImportUnderWay(import_id)        two go on with one import at once
  - ImportInUse(import_id)           an import that was mailed on cannot be undone
  - RuleRefused(reason, at)          a rule about people that cannot be read, or asks for what there is not
  - SegmentNotFound(name)
  - SegmentExists(name)
  - SegmentUnnamed
"""

from subscribers.sentence import say

# Of what somebody wrote, an error repeats so much.
LONGEST_SHOWN = 80


class SubscribersError(Exception):
    """Root of all errors about people that a door turns into a sentence."""


class AddressRefused(SubscribersError):  # noqa: N818 -- named for the outcome
    """This text is no address we could write to safely."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(say("%(text)s is not an address we can write to: %(reason)s", text=f"{text!r}", reason=reason))


class DomainRefused(SubscribersError):  # noqa: N818 -- named for the outcome
    """This text is no domain that an address could have."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(say("%(text)s is not the domain of a mail address: %(reason)s", text=f"{text!r}", reason=reason))


class TokenInvalid(SubscribersError):  # noqa: N818 -- named for the outcome
    """A token that was not made by us, was made for another purpose, or is damaged."""

    def __init__(self) -> None:
        super().__init__(say("This link is not valid. It may have been cut off; copy it whole from the mail."))


class ListNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """No mailing list of this name."""

    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(say("There is no mailing list %(name)s.", name=name))


class ListExists(SubscribersError):  # noqa: N818 -- named for the outcome
    """The name is taken."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(say("There is a mailing list %(name)s already.", name=name))


class ListUnnamed(SubscribersError):  # noqa: N818 -- named for the outcome
    """A list is to be made and nothing is left of its name."""

    def __init__(self) -> None:
        super().__init__(say("A mailing list needs a name."))


class ListUnfit(SubscribersError):  # noqa: N818 -- named for the outcome
    """A list that cannot be as it is wanted; nothing was changed."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(say("The mailing list %(name)s cannot be so: %(reason)s.", name=name, reason=reason))


class ListArchived(SubscribersError):  # noqa: N818 -- named for the outcome
    """A list that is over; nothing was done."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            say(
                "The mailing list %(name)s is archived: nobody joins it, and nothing is sent to it. Reopen it first.", name=name
            )
        )


class SubscriberNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """Nobody of this address or id is known."""

    def __init__(self, who: object) -> None:
        self.who = who
        super().__init__(say("Nobody is known as %(who)s.", who=who))


class SubscriptionNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """This person has nothing to do with this list."""

    def __init__(self, who: object) -> None:
        self.who = who
        super().__init__(say("There is no subscription %(who)s.", who=who))


class TopicNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """The list has no topic of this name."""

    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(say("The list has no topic %(name)s.", name=name))


class TopicUnfit(SubscribersError):  # noqa: N818 -- named for the outcome
    """A topic that cannot be as it is wanted; nothing was changed."""

    def __init__(self, name: str, reason: str) -> None:
        self.name = name
        self.reason = reason
        super().__init__(say("The topic %(name)s cannot be so: %(reason)s.", name=f"{name!r}", reason=reason))


class PauseRefused(SubscribersError):  # noqa: N818 -- named for the outcome
    """A pause until a day that makes no sense; nothing was changed."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(say("A pause cannot end then: %(reason)s.", reason=reason))


class SecretTooShort(SubscribersError):  # noqa: N818 -- named for the outcome
    """A secret that could be guessed."""

    def __init__(self, least: int) -> None:
        self.least = least
        super().__init__(say("The secret key needs %(least)s characters or more.", least=least))


class BasisMissing(SubscribersError):  # noqa: N818 -- named for the outcome
    """An import without a stated basis of consent."""

    def __init__(self) -> None:
        super().__init__(say("State why these people may be written to, for instance: members' form of 3 May 2019."))


class FileUnreadable(SubscribersError):  # noqa: N818 -- named for the outcome
    """A file that cannot be read as a list of people; nothing of it was imported."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(say("The file cannot be read as a list of people. %(reason)s", reason=reason))


class AttributeNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """No attribute of this key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(say("There is no attribute %(key)s.", key=key))


class AttributeExists(SubscribersError):  # noqa: N818 -- named for the outcome
    """The key is taken."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(say("There is an attribute %(key)s already.", key=key))


class AttributeUnfit(SubscribersError):  # noqa: N818 -- named for the outcome
    """An attribute that cannot be as it is wanted; nothing was changed."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(say("The attribute %(key)s cannot be so: %(reason)s.", key=key, reason=reason))


class AnswerRefused(SubscribersError):  # noqa: N818 -- named for the outcome
    """A text that is no answer to an attribute."""

    def __init__(self, key: str, text: str, reason: str) -> None:
        self.key = key
        self.text = text
        self.reason = reason
        shown = text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"
        super().__init__(f"{key}: {shown!r} {reason}.")


class ImportNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """No import of this id."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        super().__init__(say("There is no import %(import_id)s.", import_id=import_id))


class ImportUnderWay(SubscribersError):  # noqa: N818 -- named for the outcome
    """Somebody else goes on with this import; each row is done once, by one of them."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        super().__init__(
            say(
                "Import %(import_id)s is being done by somebody else at this moment. Look at it again when they are done.",
                import_id=import_id,
            )
        )


class AnswerMissing(SubscribersError):  # noqa: N818 -- named for the outcome
    """A form that leaves out what it must say; nothing was written."""

    def __init__(self, key: str, label: str) -> None:
        self.key = key
        self.label = label
        super().__init__(say("%(label)s: this must be answered.", label=label))


class RuleRefused(SubscribersError):  # noqa: N818 -- named for the outcome
    """A rule about people that cannot be read, or asks for what there is not."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        self.reason = reason
        # From 0; None where it is no place in a text.
        self.at = at
        place = say(" at character %(at)s", at=at + 1) if at is not None else ""
        super().__init__(say("The rule cannot be used: %(reason)s%(place)s.", reason=reason, place=place))


class SegmentNotFound(SubscribersError):  # noqa: N818 -- named for the outcome
    """No segment of this name."""

    def __init__(self, name: object) -> None:
        self.name = name
        super().__init__(say("There is no segment %(name)s.", name=name))


class SegmentExists(SubscribersError):  # noqa: N818 -- named for the outcome
    """The name is taken."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(say("There is a segment %(name)s already.", name=name))


class SegmentUnnamed(SubscribersError):  # noqa: N818 -- named for the outcome
    """A segment is to be made and nothing is left of its name."""

    def __init__(self) -> None:
        super().__init__(say("A segment needs a name."))


class ImportInUse(SubscribersError):  # noqa: N818 -- named for the outcome
    """An import on which an issue was sent; nothing of it was undone."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        super().__init__(
            say(
                "Import %(import_id)s cannot be undone: an issue was sent to people it brought. Nothing was changed. "
                "Whoever should not be on the list can be unsubscribed or erased.",
                import_id=import_id,
            )
        )
