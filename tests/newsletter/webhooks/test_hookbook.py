"""Programs that are told, as they are kept."""

import pytest
from sqlalchemy import select

from newsletter.errors import AlreadyThere, BadValue
from newsletter.strongbox import Strongbox
from newsletter.tables.webhooks import hook as table
from newsletter.webhooks import hookbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import HookNotFound
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.newsletter.webhooks.conftest import Outside


def test_a_secret_is_sealed_and_moves_to_another_key(outside: Outside) -> None:
    """Both of them, where a former one signs still."""
    hook = outside.hook()
    first = outside.secret(hook)
    with outside.database.write() as tx:
        hookbook.rotate(tx, hook.id, None, outside.strongbox, outside.clock(), at_once=False)
        before = hookbook.secrets_of(tx, hook.id, outside.strongbox, outside.clock())
        assert first not in str(tx.execute(select(table)).all())
        key = Keyring("another secret of the tests, long enough", (SECRET,))
        assert 1 == hookbook.reseal(tx, Strongbox.of(key))
        alone = Strongbox.of(Keyring("another secret of the tests, long enough"))
        assert before == hookbook.secrets_of(tx, hook.id, alone, outside.clock())
    assert 2 == len(before)


def test_a_name_is_taken_once(outside: Outside) -> None:
    """However it is written; one without a letter is none."""
    outside.hook("The CRM")
    with pytest.raises(AlreadyThere):
        outside.hook("the-crm")
    with pytest.raises(BadValue):
        outside.hook("   ")
    with outside.database.read() as tx:
        assert "the-crm" == hookbook.find(tx, "The CRM").name


def test_there_are_not_very_many(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of them is told in turn."""
    monkeypatch.setattr(hookbook, "MOST", 1)
    outside.hook()
    with pytest.raises(BadValue, match="one too many"):
        outside.hook("second")


def test_a_program_is_changed_and_forgotten(outside: Outside) -> None:
    """With all it was told; nothing that is not there is."""
    hook = outside.hook()
    outside.join()
    with outside.database.write() as tx:
        changed = hookbook.change(
            tx,
            hook.id,
            Wanted("x", "https://crm.example.org/", None, ("issue.sent",), shows_addresses=True),
            outside.herald.policy,
        )
        hookbook.remove(tx, hook.id, outside.clock())
        with pytest.raises(HookNotFound):
            hookbook.by_id(tx, hook.id)

    assert ("crm", ("issue.sent",), True) == (changed.name, changed.kinds, changed.shows_addresses)
    assert [] == outside.log(hook)
