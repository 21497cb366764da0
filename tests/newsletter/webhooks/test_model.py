"""What there is to be told of."""

import pytest

from newsletter.errors import BadValue
from newsletter.issues import tidings
from newsletter.web.desk.settings.hooks import MEANINGS
from newsletter.webhooks.model import EventKind, read_kinds
from subscribers import news


def test_everything_that_is_noted_can_be_chosen() -> None:
    """And each of it is said in words."""
    assert {*news.Kind, *tidings.Kind} == set(EventKind) == set(MEANINGS)


def test_a_star_stands_for_several() -> None:
    """In order, each once; all of them are everything, that to come included."""
    assert ("issue.drafted", "issue.approved", "issue.sent", "issue.finished") == read_kinds(["issue.sent", "issue.*"])
    assert () == read_kinds(["*"]) == read_kinds(list(EventKind))


@pytest.mark.parametrize("name", ["issue.read", "", "subscriber", "person.*"])
def test_what_is_never_told_is_refused(name: str) -> None:
    """A typing error is not waited for."""
    with pytest.raises(BadValue, match=r"subscriber\.confirmed"):
        read_kinds([name])
