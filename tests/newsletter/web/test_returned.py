"""Every form that somebody with a role in one newsletter is shown, sent back as it is: nothing of another one changes (W15)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff.permissions import Actor, Role
from subscribers import topicbook
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from tests.harness.people import join
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.test_access import PAGES, address, furnished

# Ends the session with which the rest is asked for.
LEAVES = "/desk/leave"

# Which rows belong to one newsletter, by the column that says so; of tables that have several, the first counts.
OWNERS = ("newsletter_id", "list_id", "issue_id", "feed_id", "account_id")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a page, and what a browser would send of it."""

    to: str
    fields: Mapping[str, str]
    is_upload: bool


@pytest.fixture
def shared(database: Database, keyring: Keyring, clock: Hands) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Give two newsletters with somebody who reads both, and whose page both houses see."""
    own, foreign = furnished(database, keyring, "Own", clock()), furnished(database, keyring, "Foreign", clock())
    with database.write() as tx:
        # Nobody is asked twice on one day.
        for days, one in enumerate((own, foreign)):
            topicbook.add(tx, one["list_id"], "Jobs")
            both = join(tx, keyring, one["list_id"], "both@example.org", clock() + timedelta(days=days)).subscriber
    return {**own, "subscriber_id": both.id}, foreign


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.ADMIN])
def test_a_form_sent_back_changes_nothing_of_another_newsletter(
    application: Application, database: Database, shared: tuple[Mapping[str, int], Mapping[str, int]], role: Role
) -> None:
    """What it does not show it does not touch, whichever button is pressed; and nobody has another role by it (A39, W15)."""
    own, foreign = shared
    client = browser_of(application, Actor("Ann", None, {own["newsletter_id"]: role}))
    before, mine = of_another(database, foreign), of_another(database, own)
    pressed = set()
    for path in sorted({address(page, own) for page in PAGES if "GET" in page.methods and not page.is_stream}):
        for form in forms(client, path):
            if form.to != LEAVES:
                pressed.add(form.to)
                client.post(form.to, data=form.fields, files={"file": b""} if form.is_upload else None)

    assert before == of_another(database, foreign)
    assert len(pressed) > 10
    # They were taken, and not all refused.
    assert changed(mine, of_another(database, own)) >= {"issue itself", "consent"}


def changed(before: Mapping[str, list[Any]], after: Mapping[str, list[Any]]) -> set[str]:
    """Give the tables of which something is another than before."""
    return {name for name in before if before[name] != after[name]}


def forms(client: TestClient, path: str) -> Iterator[Form]:
    """Give each form of a page once for each of its buttons."""
    answer = client.get(path)
    if answer.status_code != 200 or "text/html" not in answer.headers["content-type"]:
        return
    for form in LexborHTMLParser(answer.text).css("form[method=post]"):
        to = urlsplit(form.attributes.get("action") or path)
        is_upload = "multipart" in (form.attributes.get("enctype") or "")
        typed = {name: value for one in form.css("input, textarea, select") for name, value in typed_in(one)}
        buttons = [(one.attributes["name"] or "", one.attributes.get("value") or "") for one in form.css("button[name]")]
        for pressed in [dict([one]) for one in buttons] or [{}]:
            yield Form(to.path + (f"?{to.query}" if to.query else ""), typed | pressed, is_upload)


def typed_in(field: LexborNode) -> Iterator[tuple[str, str]]:
    """Give what a browser sends of a field that nobody touched."""
    name, kind = field.attributes.get("name"), field.attributes.get("type")
    if not name or kind == "file" or (kind in {"checkbox", "radio"} and "checked" not in field.attributes):
        return
    if field.tag == "select":
        chosen = field.css_first("option[selected]") or field.css_first("option")
        yield name, (chosen.attributes.get("value") or "") if chosen is not None else ""
    elif field.tag == "textarea":
        yield name, field.text()
    else:
        yield name, field.attributes.get("value") or ("on" if kind == "checkbox" else "")


def of_another(database: Database, foreign: Mapping[str, int]) -> dict[str, list[Any]]:
    """Give every row of another newsletter, of its list, its issue and its feed, and of the staff and the instance."""
    rows: dict[str, list[Any]] = {}
    with database.read() as tx:
        for table in metadata.sorted_tables:
            owner = next((name for name in OWNERS if name in table.c and name in foreign), None)
            if owner is not None:
                rows[table.name] = list(tx.execute(select(table).where(table.c[owner] == foreign[owner])))
        for name, key in (
            ("newsletter", "newsletter_id"),
            ("mailing_list", "list_id"),
            ("issue", "issue_id"),
            ("feed", "feed_id"),
        ):
            table = metadata.tables[name]
            rows[f"{name} itself"] = list(tx.execute(select(table).where(table.c.id == foreign[key])))
        for name in ("relay", "account_role", "segment", "identity_provider", "attribute"):
            rows[f"all of {name}"] = list(tx.execute(select(metadata.tables[name])))
        account = metadata.tables["account"]
        rows["roles"] = list(tx.execute(select(account.c.id, account.c.role)))
    return rows
