from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import listbook, register
from subscribers.address import parse
from subscribers.errors import AddressRefused, ListArchived, ListExists, ListNotFound, ListUnfit, ListUnnamed
from subscribers.model import MailingList
from subscribers.outcomes import Expired, Withdrawn
from subscribers.tokens import Keyring
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, a_list, ask, join

ANN = "ann@x.test"


def test_what_is_said_of_a_list_can_be_changed(database: Database, now: datetime) -> None:
    """Except its slug, which stands in links; what is not named stays."""
    with database.write() as tx:
        made = a_list(tx, now)
        changed = listbook.edit(
            tx,
            made.id,
            name="Amis\u2028du livre",
            description="Une fois par mois.",
            is_public=False,
            language="fr",
            sender_name="Les amis",
            sender_address="amis@example.org",
        )
        same = listbook.edit(tx, made.id)
        bare = listbook.edit(tx, made.id, language="", sender_name="", sender_address="")

    expected = MailingList(
        id=made.id,
        name="Amis du livre",
        slug="friends",
        description="Une fois par mois.",
        is_public=False,
        created_at=now,
        language="fr",
        sender_name="Les amis",
        sender_address="amis@example.org",
    )
    assert expected == changed
    assert expected == same
    assert ("", "", "") == (bare.language, bare.sender_name, bare.sender_address)


def test_what_no_list_can_be_is_refused(database: Database, now: datetime) -> None:
    """With the reason, and nothing is changed."""
    with database.write() as tx:
        made = a_list(tx, now)
        a_list(tx, now, "Board")
        with pytest.raises(ListExists, match="Board"):
            listbook.edit(tx, made.id, name="Board")
        with pytest.raises(ListUnnamed):
            listbook.edit(tx, made.id, name="\u202e ")
        with pytest.raises(ListUnfit, match="no language"):
            listbook.edit(tx, made.id, language="français")
        with pytest.raises(ListUnfit, match="before the @"):
            listbook.edit(tx, made.id, sender_address="müller@example.org")
        with pytest.raises(AddressRefused):
            listbook.edit(tx, made.id, sender_address="nobody")
        with pytest.raises(ListNotFound):
            listbook.edit(tx, made.id + 9, name="x")

        assert made == listbook.edit(tx, made.id, name=made.name)


def test_nobody_joins_an_archived_list(database: Database, keyring: Keyring, now: datetime) -> None:
    """Not by form, nor by the staff, nor by a button that lay in an inbox; whoever is on it may leave."""
    with database.write() as tx:
        made = a_list(tx, now)
        there = join(tx, keyring, made.id, ANN, now)
        due = ask(tx, keyring, made.id, "bob@x.test", now)
        archived = listbook.archive(tx, made.id, now)
        listbook.archive(tx, made.id, now + timedelta(days=1))

        assert (now, True, False) == (archived.archived_at, archived.is_archived, archived.has_form)
        assert archived == register.list_by_id(tx, made.id)
        with pytest.raises(ListArchived, match="Friends is archived"):
            register.request(tx, keyring, made.id, parse("eve@x.test"), "", now, FORM)
        with pytest.raises(ListArchived):
            register.add(tx, keyring, made.id, parse("eve@x.test"), "", now, COMMAND, is_confirmed=True)
        assert Expired() == register.confirm(tx, keyring, due.confirmation_id, now, LINK)
        assert isinstance(register.withdraw(tx, keyring, there.subscription.id, now, ONE_CLICK), Withdrawn)


def test_reopened_list_goes_on(database: Database, keyring: Keyring, now: datetime) -> None:
    """The button that was refused meanwhile works."""
    with database.write() as tx:
        made = a_list(tx, now)
        due = ask(tx, keyring, made.id, ANN, now)
        listbook.archive(tx, made.id, now)
        register.confirm(tx, keyring, due.confirmation_id, now, LINK)

        assert made == listbook.reopen(tx, made.id)
        assert not isinstance(register.confirm(tx, keyring, due.confirmation_id, now, LINK), Expired)
