"""What nobody is told: the secrets of the instance stand on no page, in no file and in no row (A45, W13)."""

import re

import pyotp
import pytest
from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.mail import relaybook
from newsletter.mail.relays import Relay, Tls
from newsletter.staff import accounts, identities, passwords, secondfactor, sessions
from newsletter.staff.provider import Provider
from newsletter.strongbox import Strongbox
from newsletter.web.desk.routes import ROUTES
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.test_access import ADMIN, furnished

RELAY_PASSWORD = "what-the-relay-wants-to-hear"
PROVIDER_SECRET = "what-only-the-provider-knows"
PASSWORD = "a few words in a row"

# What is taken as a file, beside what GET gives.
EXPORT = "/desk/people/export"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_no_file_and_no_row_tells_a_secret(
    application: Application, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Of relays, providers, second factors, of the instance; nor what is kept of passwords, sessions and codes (A45, W13)."""
    ids: dict[str, int | str] = {**furnished(database, keyring, "Own", clock())}
    client = browser_of(application, ADMIN)
    box, totp, kept = Strongbox.of(keyring), pyotp.random_base32(), passwords.hashed(PASSWORD)
    with database.write() as tx:
        account = accounts.find(tx, ADMIN.name)
        relaybook.add(tx, Relay("mail.example.org", 587, Tls.STARTTLS, "news", RELAY_PASSWORD, name="other"), box, clock())
        identities.set_provider(tx, box, Provider("SSO", "https://id.example.org", "desk", PROVIDER_SECRET))
        accounts.set_password(tx, account.id, kept)
        codes = secondfactor.take(tx, box, account.id, totp, 0)
        session = sessions.begin(tx, account.id, clock(), agent="", network="")
    rows = everything(database)
    ids |= {"account_id": account.id, "name": "other"}
    shown = [client.get(_address(page.path, ids)) for page in ROUTES if "GET" in page.methods and not page.is_stream]
    shown += [client.post(EXPORT, data={"csrf": csrf_of(client), "list": str(ids["list_id"])})]
    told = "".join(one.text for one in shown)
    plain = (RELAY_PASSWORD, PROVIDER_SECRET, totp, PASSWORD, SECRET, session, *codes, *(one.replace("-", "") for one in codes))

    assert [] == [one for one in plain if one in rows]
    assert [] == [one for one in (*plain, kept, *sealed(database)) if one in told]
    assert sum(one.status_code == 200 for one in shown) > len(shown) / 2


def everything(database: Database) -> str:
    """Give every row of every table as text."""
    with database.read() as tx:
        return "".join(str(tx.execute(select(table)).all()) for table in metadata.sorted_tables)


def sealed(database: Database) -> list[str]:
    """Give what the database keeps in place of secrets."""
    columns = {
        ("relay", "password_sealed"),
        ("identity_provider", "client_secret"),
        ("account", "totp"),
        ("account_session", "secret_hash"),
        ("recovery_code", "code_hash"),
    }
    with database.read() as tx:
        rows = [one for table, name in columns for one in tx.execute(select(metadata.tables[table].c[name])).scalars()]
    return [one for one in rows if one]


def _address(path: str, ids: dict[str, int | str]) -> str:
    return re.sub(r"\{(\w+)(?::int)?\}", lambda found: str(ids.get(found[1], 1)), path)
