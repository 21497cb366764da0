"""Leaving by the page and by the mail program's own button."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.errors import RenderFailed
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH
from newsletter.letters import notices
from newsletter.letters.letter import Draft, LetterKind
from newsletter.mail import dispatch, gate, leases, workers
from newsletter.mail.delivery import Passage
from newsletter.people import departures
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from subscribers import privacy, register
from subscribers.model import MailingList
from subscribers.tokens import Keyring, Purpose
from tests.harness.people import audience_of, join
from tests.newsletter.web.conftest import Hands, Reader, a_reader, standing

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
MULTIPART_BODY = b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_only_a_post_withdraws(client: TestClient, database: Database, reader: Reader, method: str) -> None:
    """Scanners follow links (RFC 8058 1, A38)."""
    for _ in range(50):
        client.request(method, reader.unsubscribe)

    assert "confirmed" == standing(database, reader.subscription)


def test_the_page_has_one_button_and_masks_the_address(client: TestClient, reader: Reader) -> None:
    """A forwarded mail does not tell whose it was."""
    page = client.get(reader.unsubscribe).text

    assert 1 == page.count("<button")
    assert "a…@example.org" in page
    assert "ann@example.org" not in page


def test_the_button_withdraws(client: TestClient, database: Database, reader: Reader) -> None:
    """The answer is a page, and pressing again changes nothing."""
    first, second = client.post(reader.unsubscribe), client.post(reader.unsubscribe)

    assert (200, 200) == (first.status_code, second.status_code)
    assert "You have left" in first.text
    assert "You had left already" in second.text
    assert "withdrawn" == standing(database, reader.subscription)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"List-Unsubscribe=One-Click", {"Content-Type": "application/x-www-form-urlencoded"}),
        (MULTIPART_BODY, MULTIPART),
        (b"List-Unsubscribe=One-Click&extra=1", {"Content-Type": "application/x-www-form-urlencoded; charset=UTF-8"}),
    ],
    ids=["urlencoded", "multipart", "with extras"],
)
def test_one_click(client: TestClient, database: Database, reader: Reader, content: bytes, headers: Mapping[str, str]) -> None:
    """200 and a short text, no cookie, no redirect, no Origin asked for (RFC 8058 3.1)."""
    answer = client.post(reader.unsubscribe, content=content, headers=headers)

    assert 200 == answer.status_code
    assert answer.text == "Unsubscribed.\n"
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert "withdrawn" == standing(database, reader.subscription)


def test_one_click_five_times(client: TestClient, database: Database, keyring: Keyring, reader: Reader) -> None:
    """One effect, five times the same answer."""
    answers = {client.post(reader.unsubscribe, data=ONE_CLICK).status_code for _ in range(5)}

    assert {200} == answers
    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address("ann@example.org"))
    assert ["requested", "confirmed", "withdrawn"] == [act.act for act in said]
    assert "one-click" == said[2].evidence.door


def test_one_click_comes_from_anywhere(client: TestClient, database: Database, reader: Reader) -> None:
    """A mail provider's server has no session and no page of ours."""
    client.post(reader.unsubscribe, data=ONE_CLICK, headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"})

    assert "withdrawn" == standing(database, reader.subscription)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (b"", {}),
        (b"\xff\x00", {"Content-Type": "multipart/form-data"}),
        (b'{"a": 1}', {"Content-Type": "application/json"}),
    ],
    ids=["nothing", "damaged", "json"],
)
def test_a_no_does_not_fail_on_its_body(
    client: TestClient, database: Database, reader: Reader, content: bytes, headers: Mapping[str, str]
) -> None:
    """Whoever posts to the address with the token means it."""
    assert 200 == client.post(reader.unsubscribe, content=content, headers=headers).status_code
    assert "withdrawn" == standing(database, reader.subscription)


def test_a_token_is_good_for_one_person_and_one_list(
    client: TestClient, database: Database, keyring: Keyring, list_: MailingList, reader: Reader, clock: Hands
) -> None:
    """The link of one person does not touch another (A48)."""
    with database.write() as tx:
        other = a_reader(join(tx, keyring, list_.id, "eve@example.org", clock()), keyring)
    client.post(reader.unsubscribe, data=ONE_CLICK)

    assert "confirmed" == standing(database, other.subscription)


def test_what_is_no_token_is_not_found(client: TestClient, keyring: Keyring, reader: Reader, database: Database) -> None:
    """Forged, cut off, made for another purpose, or unknown: a page without an address."""
    tokens = (
        keyring.seal(Purpose.PREFERENCES, reader.subscription.id),
        keyring.seal(Purpose.CONFIRM, reader.subscription.id),
        reader.unsubscribe[3:-1],
        "a" * 26,
        "%00",
        "x" * 5000,
    )
    for token in tokens:
        for answer in (client.get(f"/u/{token}"), client.post(f"/u/{token}"), client.post(f"/u/{token}", data=ONE_CLICK)):
            assert 404 == answer.status_code
            assert "example.org" not in answer.text.replace("news.example.org", "")
    assert "confirmed" == standing(database, reader.subscription)


def test_after_an_erasure_the_link_is_harmless(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader, clock: Hands
) -> None:
    """One-click is answered as ever, the page says that it knows nobody."""
    with database.write() as tx:
        privacy.erase(tx, keyring, reader.subscriber.id, clock())

    assert 200 == client.post(reader.unsubscribe, data=ONE_CLICK).status_code
    assert 404 == client.get(reader.unsubscribe).status_code
    assert 404 == client.post(reader.unsubscribe).status_code


def test_upper_case_tokens_work(client: TestClient, database: Database, reader: Reader) -> None:
    """Mail servers change letters."""
    client.post(f"/u/{reader.unsubscribe[3:].upper()}", data=ONE_CLICK)

    assert "withdrawn" == standing(database, reader.subscription)


def test_what_is_planned_for_the_person_is_not_sent(
    client: TestClient,
    application: Application,
    database: Database,
    newsletter: Newsletter,
    list_: MailingList,
    reader: Reader,
    clock: Hands,
) -> None:
    """Leaving reaches what waits in the ledger, in the same transaction."""
    draft = application.notice(LetterKind.WELCOME, newsletter, list_, words_of(ENGLISH))
    with database.write() as tx:
        dispatch.notice(tx, draft, reader.subscriber, clock(), list_id=list_.id, newsletter_id=newsletter.id)
    client.post(reader.unsubscribe, data=ONE_CLICK)

    with database.read() as tx:
        assert ["skipped", "pending"] == list(tx.execute(select(delivery.c.state).order_by(delivery.c.id)).scalars())


def test_a_flood_is_no_no(client: TestClient, database: Database, reader: Reader) -> None:
    """Megabytes are refused before they are read."""
    answer = client.post(reader.unsubscribe, content=b"x" * 1_000_000, headers={"Content-Type": "text/plain"})

    assert 413 == answer.status_code


def goodbyes(database: Database) -> list[tuple[str, str]]:
    """Give to whom a goodbye is planned, and how it stands."""
    query = select(delivery.c.email, delivery.c.state).join(letter, letter.c.id == delivery.c.letter_id)
    with database.read() as tx:
        return [tuple(row) for row in tx.execute(query.where(letter.c.kind == LetterKind.GOODBYE))]


def way_back(database: Database, keyring: Keyring) -> str:
    """Give the link in the goodbye."""
    query = select(delivery.c.confirmation_id).join(letter, letter.c.id == delivery.c.letter_id)
    with database.read() as tx:
        number = tx.execute(query.where(letter.c.kind == LetterKind.GOODBYE)).scalars().one()
    return f"/c/{keyring.seal(Purpose.CONFIRM, number)}"


@pytest.mark.parametrize("data", [{}, ONE_CLICK], ids=["button", "one-click"])
def test_leaving_is_told_by_one_mail(client: TestClient, database: Database, reader: Reader, data: dict[str, str]) -> None:
    """However often it is said; a second no does not keep the mail back."""
    for _ in range(3):
        client.post(reader.unsubscribe, data=data)

    assert [("ann@example.org", "pending")] == goodbyes(database)


def test_the_gate_lets_the_goodbye_out(client: TestClient, database: Database, reader: Reader, clock: Hands) -> None:
    """Although they have just said no."""
    client.post(reader.unsubscribe, data=ONE_CLICK)
    with database.write() as tx:
        workers.register(tx, "worker-1", "here", clock())
        claimed = leases.claim(tx, "worker-1", clock(), 10)
        passages = gate.mark(tx, "worker-1", claimed, clock())

    assert [Passage.GRANTED] == list(passages.values())


def test_the_goodbye_brings_back_by_its_button(
    client: TestClient, database: Database, keyring: Keyring, reader: Reader
) -> None:
    """By a fresh yes, which is evidence; looking at the link changes nothing, and a second no in between neither."""
    client.post(reader.unsubscribe, data=ONE_CLICK)
    client.post(reader.unsubscribe, data=ONE_CLICK)
    back = way_back(database, keyring)
    client.get(back)
    assert "withdrawn" == standing(database, reader.subscription)
    answer = client.post(back)

    assert "You are subscribed" in answer.text
    assert "confirmed" == standing(database, reader.subscription)
    with database.read() as tx:
        said = register.consent_of(tx, keyring.hash_address("ann@example.org"))
        assert ["ann@example.org"] == audience_of(tx, reader.subscription.list_id)
    assert ["withdrawn", "confirmed"] == [act.act for act in said][-2:]


def test_the_way_back_closes(client: TestClient, database: Database, keyring: Keyring, reader: Reader, clock: Hands) -> None:
    """After seven days, and when they left once more after having come back."""
    client.post(reader.unsubscribe, data=ONE_CLICK)
    back = way_back(database, keyring)
    clock.forward(days=8)

    assert 410 == client.post(back).status_code
    assert "withdrawn" == standing(database, reader.subscription)


def test_a_broken_template_keeps_nobody_on_a_list(
    client: TestClient, database: Database, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The no is taken without the mail."""

    def broken(*_: object) -> Draft:
        raise RenderFailed("goodbye", "no such file")

    monkeypatch.setattr(notices, "compose", broken)

    assert 200 == client.post(reader.unsubscribe, data=ONE_CLICK).status_code
    assert "withdrawn" == standing(database, reader.subscription)
    assert [] == goodbyes(database)


def test_why_may_be_said(client: TestClient, database: Database, reader: Reader, clock: Hands) -> None:
    """It is counted, and the page says so; what is no answer of ours is thanked for and not kept."""
    page = client.post(reader.unsubscribe).text
    assert f'action="{reader.unsubscribe}/reason"' in page
    answers = [client.post(f"{reader.unsubscribe}/reason", data={"why": why}) for why in ("not-for-me", "<script>", "")]

    assert {200} == {answer.status_code for answer in answers}
    assert all("Thank you" in answer.text for answer in answers)
    assert [True, False, False] == ["Your answer is counted" in answer.text for answer in answers]
    with database.read() as tx:
        assert {"not-for-me": 1} == departures.reasons(tx, reader.subscription.list_id, clock())


def test_whoever_stays_cannot_say_why_they_left(client: TestClient, database: Database, reader: Reader, clock: Hands) -> None:
    """They came back while the page lay open: they are not told that nothing is sent to them any more."""
    answer = client.post(f"{reader.unsubscribe}/reason", data={"why": "too-often"})

    assert 410 == answer.status_code
    with database.read() as tx:
        assert {} == departures.reasons(tx, reader.subscription.list_id, clock())
