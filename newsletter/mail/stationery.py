"""Writes the messages of this instance: each letter is compiled once, and each person's links are sealed."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.letters.greeting import nameless
from newsletter.letters.letter import SlotName
from newsletter.letters.links import Links
from newsletter.mail.compiled import CompiledLetter, Signer
from newsletter.mail.delivery import Delivery
from newsletter.mail.message import Envelope, Facts, Person
from newsletter.mail.returnpath import NOWHERE, ReturnPath, bounce_address, leaving_address
from newsletter.staff import doorlinks
from subscribers.oneline import one_line
from subscribers.tokens import Keyring, Purpose


@dataclass(frozen=True, slots=True)
class Stationery:
    """What this instance puts into all its messages."""

    keyring: Keyring
    links: Links
    returns: ReturnPath = NOWHERE

    def compile(self, facts: Facts, signer: Signer | None = None) -> CompiledLetter:
        """Compile the letter of a mailing, signed by *signer* if there is one.

        Raises:
            HeaderUnsafe: the letter's sender is no address that can stand in a header.

        """
        return CompiledLetter(facts, self.links, signer, self.returns)

    def envelope(self, letter: CompiledLetter, delivery: Delivery) -> Envelope:
        """Write the message of one delivery."""
        person = self._person(letter, delivery)
        sender = bounce_address(person.token, self.returns.domain or letter.facts.sender_domain)
        return Envelope(sender, person.address, letter.write(person), person.token)

    def _person(self, letter: CompiledLetter, delivery: Delivery) -> Person:
        """Give the person a delivery is for, with the links that are theirs alone."""
        name = one_line(delivery.name)
        values = {slot: self._value(slot, name, letter.facts, delivery) for slot in letter.slots}
        token = self.keyring.seal(Purpose.DELIVERY, delivery.id)
        click_token = self._click_token(letter.facts, delivery)
        return Person(delivery.email, name, token, values, delivery.answers, click_token, self._leaving_address(values))

    def _leaving_address(self, values: Mapping[SlotName, str]) -> str:
        if not self.returns.leaving_domain or SlotName.UNSUBSCRIBE not in values:
            return ""
        # The token of the link: to seal it once more would cost as much as all other fields.
        return leaving_address(values[SlotName.UNSUBSCRIBE].rpartition("/")[2], self.returns.leaving_domain)

    def _click_token(self, facts: Facts, delivery: Delivery) -> str:
        if not facts.counted or not delivery.allows_clicks or delivery.subscription_id is None:
            return ""
        return self.keyring.seal(Purpose.CLICK, delivery.subscription_id)

    def _value(self, slot: SlotName, name: str, facts: Facts, delivery: Delivery) -> str:
        match slot:
            case SlotName.NAME:
                return name or nameless(facts.draft.language)
            case SlotName.UNSUBSCRIBE:
                return self.links.unsubscribe(self.keyring.seal(Purpose.UNSUBSCRIBE, delivery.subscription_id or 0))
            case SlotName.PREFERENCES:
                return self.links.preferences(self.keyring.seal(Purpose.PREFERENCES, delivery.subscriber_id or 0))
            case SlotName.CONFIRM | SlotName.DATA | SlotName.MOVE | SlotName.MOVE_BACK | SlotName.REVIEW | SlotName.CONTRIBUTE:
                return self._link_of_notice(slot, delivery.confirmation_id)
            case SlotName.DOOR:
                return self.links.door(doorlinks.token(self.keyring, delivery.confirmation_id))
            case SlotName.WEB_COPY:
                return self._web_copy(facts)

    def _link_of_notice(self, slot: SlotName, number: int) -> str:
        purpose, place = {
            SlotName.CONFIRM: (Purpose.CONFIRM, self.links.confirm),
            SlotName.DATA: (Purpose.DATA, self.links.data),
            SlotName.MOVE: (Purpose.MOVE, self.links.move),
            SlotName.MOVE_BACK: (Purpose.MOVE_BACK, self.links.move_back),
            SlotName.REVIEW: (Purpose.REVIEW, self.links.review),
            SlotName.CONTRIBUTE: (Purpose.CONTRIBUTE, self.links.contribution),
        }[slot]
        return place(self.keyring.seal(purpose, number))

    def _web_copy(self, facts: Facts) -> str:
        if facts.issue_id and not facts.is_shown:
            return self.links.read(self.keyring.seal(Purpose.READ, facts.issue_id))
        if facts.newsletter_slug and facts.issue_number:
            return self.links.issue(facts.newsletter_slug, facts.issue_number)
        return self.links.archive()
