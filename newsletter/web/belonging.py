"""Which newsletters the object in an address belongs to, and whether somebody may do there what a page does."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from newsletter.errors import ArticleNotFound, SectionNotFound
from newsletter.feeds import store as feeds
from newsletter.issues import contents, newsletters, store
from newsletter.returns import browsing
from newsletter.staff.permissions import Actor, Permission, allowed, require
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Of, number_in
from subscribers import register
from subscribers.exchange import imports
from subscribers.transaction import Transaction

# What stands in an address, by the names in braces.
Path = Mapping[str, str | int]


def of_newsletter(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter itself."""
    return frozenset({newsletters.by_id(tx, number_in(path, "newsletter_id")).id})


def of_issue(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter of an issue."""
    return frozenset({store.newsletter_of(tx, number_in(path, "issue_id"))})


def of_article(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter of an issue that has this article."""
    article_id = number_in(path, "article_id")
    if contents.issue_of_article(tx, article_id) != number_in(path, "issue_id"):
        raise ArticleNotFound(article_id)
    return of_issue(tx, path)


def of_section(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter of an issue that has this section."""
    section_id = number_in(path, "section_id")
    if contents.issue_of_section(tx, section_id) != number_in(path, "issue_id"):
        raise SectionNotFound(section_id)
    return of_issue(tx, path)


def of_feed(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter that reads a feed."""
    return frozenset({feeds.feed_by_id(tx, number_in(path, "feed_id")).newsletter_id})


def of_list(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletters that the people of a list get."""
    return newsletters.ids_of_lists(tx, [register.list_by_id(tx, number_in(path, "list_id")).id])


def of_import(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletters of the list that an import fills."""
    return newsletters.ids_of_lists(tx, [imports.by_id(tx, number_in(path, "import_id")).order.list_id])


def of_subscriber(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletters of all lists that a person is or was on."""
    person = register.subscriber_by_id(tx, number_in(path, "subscriber_id"))
    return newsletters.ids_of_lists(tx, [one.list_id for one in register.subscriptions_of(tx, person.id)])


def of_return(tx: Transaction, path: Path) -> frozenset[int]:
    """Give the newsletter that something which came back is about, none for what is nobody's."""
    found = browsing.newsletters_of(tx, number_in(path, "return_id"))
    if found is None:
        raise PageNotFound
    return found


OWNERS: Mapping[Of, Callable[[Transaction, Path], frozenset[int]]] = MappingProxyType(
    {
        Of.NEWSLETTER: of_newsletter,
        Of.ISSUE: of_issue,
        Of.ARTICLE: of_article,
        Of.SECTION: of_section,
        Of.FEED: of_feed,
        Of.LIST: of_list,
        Of.IMPORT: of_import,
        Of.SUBSCRIBER: of_subscriber,
        Of.RETURN: of_return,
    },
)


def require_access(tx: Transaction, actor: Actor, permission: Permission, of: Of, path: Path) -> None:
    """Let *actor* to a page that is *of* an object in its address.

    Raises:
        NotFound: there is no such object.
        PageNotFound: it belongs to newsletters in which the actor has no role; they are not told that it is there.
        NotPermitted: a role of theirs is too small.

    """
    if of is Of.ACCOUNT:
        return
    if of is Of.INSTANCE:
        require(actor, permission)
    elif of is Of.ANY_NEWSLETTER:
        if actor.newsletters(permission) == frozenset():
            require(actor, permission)
    else:
        _require_in(actor, permission, OWNERS[of](tx, path))


def _require_in(actor: Actor, permission: Permission, owners: frozenset[int]) -> None:
    if allowed(actor, permission) or any(allowed(actor, permission, one) for one in owners):
        return
    if actor.role is None and not owners & actor.roles.keys():
        raise PageNotFound
    require(actor, permission)
