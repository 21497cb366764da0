from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import SlotName, fill_html
from newsletter.letters.templates import Templates
from subscribers.records import LONGEST_NAME
from subscribers.tokens import Keyring, Purpose
from tests.harness.letters import LINKS, SEED, a_newsletter, an_article, one_article_issue


def test_size_is_that_of_the_largest_letter_to_the_byte(templates: Templates) -> None:
    """Whoever has the longest name, of signs that HTML spells longest, gets exactly so many bytes."""
    keyring = Keyring("a secret of the tests, long enough for a key")
    composition = compose_issue(templates, a_newsletter(), one_article_issue(an_article(title="Ärger & Süße")), LINKS, SEED)
    values = {
        SlotName.NAME: '"' * LONGEST_NAME,
        SlotName.UNSUBSCRIBE: LINKS.unsubscribe(keyring.seal(Purpose.UNSUBSCRIBE, 2**40 - 1)),
        SlotName.PREFERENCES: LINKS.preferences(keyring.seal(Purpose.PREFERENCES, 1)),
        SlotName.WEB_COPY: LINKS.issue("cpdwl-update", 12),
    }

    assert len(fill_html(composition.draft.html, composition.draft.slots, values).encode()) == composition.size
