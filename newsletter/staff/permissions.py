"""Who may do what; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import NotPermitted


class Role(StrEnum):
    """What somebody on the staff is trusted with; each can do what the one before can."""

    VIEWER = "viewer"
    EDITOR = "editor"
    PUBLISHER = "publisher"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that can be allowed."""

    VIEW = "view"
    EDIT = "edit"
    APPROVE = "approve"
    SEND = "send"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_NEWSLETTERS = "manage_newsletters"
    MANAGE_RELAYS = "manage_relays"
    MANAGE_STAFF = "manage_staff"
    # Let somebody be written to again who called our mail spam.
    LIFT_COMPLAINTS = "lift_complaints"
    # Adopt a copy, read journals into it, change its key.
    MANAGE_INSTANCE = "manage_instance"

    @property
    def words(self) -> str:
        """The permission as it ends a sentence that begins with "may not"."""
        return self.value.replace("_", " ")


P = Permission

_ALLOWED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({P.VIEW}),
    Role.EDITOR: frozenset({P.VIEW, P.EDIT}),
    Role.PUBLISHER: frozenset({P.VIEW, P.EDIT, P.APPROVE, P.SEND, P.MANAGE_PEOPLE}),
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as it is written into the audit."""

    name: str
    # None may do nothing at all.
    role: Role | None


# Whoever can run commands on this machine can also read the database and the secret key.
LOCAL_OPERATOR = Actor("local operator", Role.ADMIN)


def allowed(role: Role | None, permission: Permission) -> bool:
    """Whether *role* includes *permission*."""
    return role is not None and permission in _ALLOWED[role]


def require(actor: Actor, permission: Permission) -> None:
    """Let *actor* pass.

    Raises:
        NotPermitted: the role does not include *permission*.

    """
    if not allowed(actor.role, permission):
        raise NotPermitted(actor.name, permission.words, [role.value for role in roles_with(permission)])


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Give the roles that include *permission*, the least first."""
    return tuple(role for role in Role if allowed(role, permission))
