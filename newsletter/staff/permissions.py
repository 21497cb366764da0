"""Who may do what; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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


# What reaches beyond any one newsletter: a role in some of them never includes it.
_OF_THE_WHOLE = frozenset({P.MANAGE_RELAYS, P.MANAGE_STAFF, P.LIFT_COMPLAINTS, P.MANAGE_INSTANCE})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as it is written into the audit."""

    name: str
    # On the whole instance. None: nothing but what `roles` allow, and nothing at all where there are none.
    role: Role | None
    # In single newsletters, by their ids; the higher of two counts.
    roles: Mapping[int, Role] = field(default_factory=dict, hash=False)
    # None: nobody with an account, such as the local operator.
    account_id: int | None = None
    # What the key that they came with lets through of all this; None: everything.
    scopes: frozenset[Permission] | None = None
    # What that key is called, for the audit; empty: they came without one.
    key: str = ""

    def newsletters(self, permission: Permission) -> frozenset[int] | None:
        """Give the newsletters in which it is allowed; None: in all of them, those to come included."""
        if allowed(self, permission):
            return None
        return frozenset(one for one in self.roles if allowed(self, permission, one))


# Whoever can run commands on this machine can also read the database and the secret key.
LOCAL_OPERATOR = Actor("local operator", Role.ADMIN)

# Who did it, in the audit, where nobody did.
WORKER = Actor("the worker", None)


def includes(role: Role | None, permission: Permission) -> bool:
    """Whether *role* includes *permission*."""
    return role is not None and permission in _ALLOWED[role]


def allowed(actor: Actor, permission: Permission, newsletter_id: int | None = None) -> bool:
    """Whether *actor* may: in this newsletter, or, without one, on the whole instance."""
    if actor.scopes is not None and permission not in actor.scopes:
        return False
    if includes(actor.role, permission):
        return True
    if newsletter_id is None or permission in _OF_THE_WHOLE:
        return False
    return includes(actor.roles.get(newsletter_id), permission)


def higher(one: Role | None, other: Role | None) -> Role | None:
    """Give the role of two with which more can be done; None is none."""
    known = [role for role in (one, other) if role is not None]
    return max(known, key=list(Role).index, default=None)


def require(actor: Actor, permission: Permission, newsletter_id: int | None = None) -> None:
    """Let *actor* pass: in this newsletter, or, without one, on the whole instance.

    Raises:
        NotPermitted: no role of theirs includes *permission* there.

    """
    if not allowed(actor, permission, newsletter_id):
        raise NotPermitted(actor.name, permission.words, [role.value for role in roles_with(permission)])


def roles_with(permission: Permission) -> tuple[Role, ...]:
    """Give the roles that include *permission*, the least first."""
    return tuple(role for role in Role if includes(role, permission))
