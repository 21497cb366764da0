"""What the description says is what happens: asked of every address by machines, and read by people."""

import os
import secrets
from collections.abc import Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from newsletter.database import Database
from newsletter.web.api import openapi
from newsletter.web.api.problems import kinds
from subscribers.tokens import Keyring
from tests.newsletter.web.api.conftest import Programs
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.test_access import furnished

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
# Seconds; a machine that is busy with other things is no finding.
PATIENCE = 60
# A run asks one of so many parts of all addresses, by chance, so that every address has its turn in some runs; what is asked of
# it is the same each time. `ASK_PART=3` asks a part again, `ASK_EVERYTHING=1` all of them, `ASK_TIMES=4` each so often.
PARTS = 8
PART = int(os.environ.get("ASK_PART", secrets.randbelow(PARTS)))
ASKED = slice(None) if os.environ.get("ASK_EVERYTHING") else slice(PART, None, PARTS)
EXAMPLES = int(os.environ.get("ASK_TIMES", "1"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_machines_find_nothing(programs: Programs, database: Database, keyring: Keyring, clock: Hands) -> None:
    """Whatever the description allows is answered as it says: a part of the addresses in each run."""
    own = furnished(database, keyring, "own", clock())
    program = programs()
    headers = {"Host": "news.example.org", "Authorization": program.headers["Authorization"]}
    # Loaded before somebody counts seconds.
    program.get("/openapi.json")
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", program.app, headers={"Host": "news.example.org"})

    for result in list(schema.get_all_operations())[ASKED]:
        assert isinstance(result, Ok)
        try:
            _asked(result.ok(), headers, own)
        except Exception as error:
            error.add_note(f"ASK_PART={PART} asks this again.")
            raise


def _asked(operation: Any, headers: Mapping[str, str], own: Mapping[str, int]) -> None:  # noqa: ANN401 -- schemathesis has its own types
    @seed(7)
    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:  # noqa: ANN401 -- the same
        # What is there: nothing is found where there is nothing.
        case.path_parameters = {name: own.get(name, value) for name, value in (case.path_parameters or {}).items()}
        case.validate_response(case.call(headers=dict(headers), timeout=PATIENCE), checks=CHECKS)

    ask()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_people_read_it_too(programs: Programs) -> None:
    """Without a key, as a page of ours: each address with its scope, and each kind of problem where its type leads."""
    anybody = programs()
    del anybody.headers["Authorization"]
    page, document = anybody.get("/docs"), anybody.get("/openapi.json").json()

    assert "3.1.0" == document["openapi"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "<script" not in page.text
    assert all(f'id="problem-{one.name}"' in page.text for one in kinds())
    assert all(f'id="{one["operationId"]}"' in page.text for _, one in openapi.operations(document))


# What answers with all there is at once, and why that has an end.
WHOLE = {
    "check_instance": "what the doctor looks at, a line for each thing",
    "check_senders": "a line for each domain that newsletters are sent from, of which a house has a few",
    "list_drained_hosts": "hosts that an operator named",
    "list_findings": "of one issue, computed as it is asked; no more than it has sections and articles",
    "list_owners": "a line for each section of one issue",
    "list_periods": "one for each kind of thing that is kept",
    "list_questions": "one form, which a person fills in",
    "list_revisions": "at most a line for each article of one issue",
    "list_themes": "files that are installed with the service",
    "list_workers": "those of today, a line for each process",
    "look_up_suppression": "reasons, of which there are a handful",
    "rehearse_retention": "a line for each rule",
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_can_grow_comes_a_page_at_a_time(programs: Programs) -> None:
    """A bare list is one that has an end by its nature."""
    document = programs().get("/openapi.json").json()
    bare = {
        operation["operationId"]
        for _, operation in openapi.operations(document)
        for answer in operation["responses"].values()
        if answer.get("content", {}).get("application/json", {}).get("schema", {}).get("type") == "array"
    }

    assert sorted(WHOLE) == sorted(bare)
