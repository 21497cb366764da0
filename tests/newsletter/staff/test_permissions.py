"""Who may do what."""

from itertools import pairwise

import pytest

from newsletter.errors import NotPermitted
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission, Role, allowed, includes, require

P = Permission


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        (None, set()),
        (Role.VIEWER, {P.VIEW}),
        (Role.EDITOR, {P.VIEW, P.EDIT}),
        (Role.PUBLISHER, {P.VIEW, P.EDIT, P.APPROVE, P.SEND, P.MANAGE_PEOPLE}),
        (Role.ADMIN, set(Permission)),
    ],
)
def test_what_each_role_includes(role: Role | None, permissions: set[Permission]) -> None:
    """The whole table; nobody has a permission by accident."""
    assert permissions == {permission for permission in Permission if includes(role, permission)}


def test_each_role_can_do_what_the_one_before_can() -> None:
    """A promotion never takes something away."""
    for lower, higher in pairwise(Role):
        assert all(includes(higher, permission) for permission in Permission if includes(lower, permission))


def test_the_local_operator_may_do_everything() -> None:
    """Whoever owns the machine owns the database."""
    for permission in Permission:
        require(LOCAL_OPERATOR, permission)


def test_a_refusal_names_who_and_what() -> None:
    """The sentence can be shown as it is."""
    with pytest.raises(NotPermitted, match=r"^Ann may not manage staff; that takes the role admin\.$"):
        require(Actor("Ann", Role.PUBLISHER), Permission.MANAGE_STAFF)


def test_somebody_without_a_role_may_not_even_look() -> None:
    """No role is no permission."""
    with pytest.raises(NotPermitted):
        require(Actor("Ann", None), Permission.VIEW)


def test_a_role_in_one_newsletter_counts_there_alone() -> None:
    """It is added to the role on the whole instance, and never takes from it."""
    ann = Actor("Ann", Role.VIEWER, {1: Role.PUBLISHER, 2: Role.VIEWER})

    assert [True, False, False] == [allowed(ann, P.SEND, one) for one in (1, 2, 3)]
    assert not allowed(ann, P.SEND)
    assert (None, frozenset({1})) == (ann.newsletters(P.VIEW), ann.newsletters(P.SEND))
    with pytest.raises(NotPermitted, match=r"^Ann may not send; that takes the role publisher or admin\.$"):
        require(ann, P.SEND, 2)


@pytest.mark.parametrize("permission", [P.MANAGE_RELAYS, P.MANAGE_STAFF, P.LIFT_COMPLAINTS, P.MANAGE_INSTANCE])
def test_what_reaches_beyond_a_newsletter_takes_a_role_on_the_whole(permission: Permission) -> None:
    """An admin of one newsletter is nobody to the others."""
    ann = Actor("Ann", None, {1: Role.ADMIN})

    assert not allowed(ann, permission, 1)
    assert frozenset() == ann.newsletters(permission)
    assert allowed(ann, P.MANAGE_NEWSLETTERS, 1)
