"""Every address of the API × no key, a wrong one, one without the scope, one for another newsletter (W01), hostile bodies."""

import re
from collections.abc import Mapping

import pytest
from starlette.testclient import TestClient

from newsletter.database import Database
from newsletter.staff.apikeys import Terms
from newsletter.staff.permissions import Actor, Permission, Role
from newsletter.web.api.assembly import ROOMS
from newsletter.web.api.routing import Line
from newsletter.web.visits import Of
from subscribers.tokens import Keyring
from tests.newsletter.web.api.conftest import EVERYTHING, Programs
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.test_access import furnished

LINES = tuple(line for room in ROOMS for line in room.lines)
CLOSED = tuple(line for line in LINES if line.permission is not None)
OWNED = frozenset(Of) - {Of.INSTANCE, Of.ANY_NEWSLETTER, Of.ACCOUNT}

# Bodies that no address takes, and none may break on.
HOSTILE: tuple[tuple[bytes, str], ...] = (
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b"[" * 20_000, "application/json"),
    (b'{"name": "a", "name": "b"}', "application/json"),
    (b'{"no such field \\u0000": "\\ud800"}', "application/json"),
    (b'{"no-such-field": 1' + b"0" * 5_000 + b"}", "application/json"),
    (b"\xff\xfe\x00", "application/json"),
    (b"name=a", "application/x-www-form-urlencoded"),
    (b'{"no-such-field": 1}', "text/plain"),
)


def address(line: Line, names: Mapping[str, int]) -> str:
    """Give an address of a line."""
    return re.sub(r"\{(\w+)(:\w+)?\}", lambda found: str(names.get(found[1], 1)), line.path)


def asked(program: TestClient, line: Line, names: Mapping[str, int], body: bytes = b"{}") -> int:
    """Ask, and give the status; whatever is wrong is a problem that programs can read."""
    answer = program.request(line.method, address(line, names), content=body, headers={"Content-Type": "application/json"})
    if answer.status_code >= 400:
        assert "application/problem+json" == answer.headers["Content-Type"], f"{line}: {answer.text}"
        assert answer.status_code == answer.json()["status"]
    return answer.status_code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_address_lets_anybody_do_what_is_not_theirs(
    programs: Programs, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """One table: who asks, and what each line of the API answers."""
    own, foreign = (furnished(database, keyring, name, clock()) for name in ("own", "foreign"))
    nobody, wrong = programs(Actor("n", Role.ADMIN)), programs(Actor("w", Role.ADMIN))
    del nobody.headers["Authorization"]
    wrong.headers["Authorization"] += "x"
    of_foreign = Terms(EVERYTHING, frozenset({foreign["newsletter_id"]}))
    elsewhere, viewer = programs(Actor("e", Role.ADMIN), of_foreign), programs(Actor("v", Role.VIEWER))
    # What stands before a key's bucket is told apart below; here nobody is to run out of it.
    for line in CLOSED:
        assert line.permission is not None
        assert asked(nobody, line, own) in {401, 429}, line
        assert asked(wrong, line, own) in {401, 429}, line
        if line.of in OWNED:
            assert 404 == asked(elsewhere, line, own), line
        if line.of is Of.INSTANCE:
            assert 403 == asked(elsewhere, line, own), line
        if line.permission is not Permission.VIEW:
            assert 403 == asked(viewer, line, own), line


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_key_does_no_more_than_its_scopes(programs: Programs, database: Database, keyring: Keyring, clock: Hands) -> None:
    """Whatever its account may do; and nothing is broken by what is sent, or found where there is nothing."""
    own = furnished(database, keyring, "own", clock())
    nowhere = dict.fromkeys((*own, "account_id", "key_id"), 987_654)
    several = {
        permission: programs(Actor(permission.value, Role.ADMIN), Terms(EVERYTHING - {permission})) for permission in Permission
    }
    for number, line in enumerate(CLOSED):
        if number % 8 == 0:
            # No key is to run out of requests here.
            admin = programs(Actor(f"a{number}", Role.ADMIN))
        assert line.permission is not None
        assert 403 == asked(several[line.permission], line, own), line
        if line.of in OWNED:
            assert 404 == asked(admin, line, nowhere), line
            assert 404 == asked(admin, line, dict.fromkeys(own, 10**14)), line
        if line.method in {"POST", "PUT", "PATCH"}:
            for body, kind in HOSTILE:
                answer = admin.request(line.method, address(line, nowhere), content=body, headers={"Content-Type": kind})
                assert 400 <= answer.status_code < 500 or not body, f"{line} {body[:30]!r}: {answer.text}"


def test_no_two_lines_answer_the_same_question() -> None:
    """A line that shadows another one would take its permission with it; and what acts takes more than looking."""
    questions = [(line.method, re.sub(r"\{.*?\}", "{}", line.path)) for line in LINES]

    assert len(questions) == len(set(questions))
    assert [] == [line for line in CLOSED if line.method != "GET" and line.permission is Permission.VIEW]
