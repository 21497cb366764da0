"""Articles about web pages that no feed told of."""

from datetime import datetime

from newsletter.errors import AlreadyThere
from newsletter.feeds import store as feeds
from newsletter.feeds.byline import is_doubtful
from newsletter.feeds.webpage import WebPage
from newsletter.issues import contents, editing, newsletters, store
from newsletter.issues.contents import Text
from newsletter.issues.model import Issue, Show, Suggestion
from newsletter.issues.plan import USUAL_SHOW
from subscribers.sentence import say
from subscribers.transaction import Transaction

_WHY_UNSURE = say("the page names them as its author, which may mean a body or whoever posted it")


def take_page(
    tx: Transaction, issue_id: int, page: WebPage, section: str, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Take a web page into a section as an article, behind what it has; a page that a feed knows, as the post it is.

    Raises:
        IssueNotFound: there is none of this id.
        SectionNotFound: the issue has no section of this title.
        AlreadyThere: an issue of the newsletter carries the page already.
        Outdated: it is not at `expected_version` any more.

    """
    known = store.load(tx, issue_id)
    post = feeds.post_at(tx, known.newsletter_id, page.url)
    if post is not None:
        return editing.take_post(tx, issue_id, post.id, section, now, expected_version=expected_version)
    newsletters.take_turn(tx, known.newsletter_id)
    known = store.begin_edit(tx, issue_id, now, expected_version)
    target = known.section_called(section)
    if contents.offered(tx, issue_id).has_page(page.url) or contents.carried(tx, known.newsletter_id).has_page(page.url):
        raise AlreadyThere(say("article about"), page.url)
    show = Show.EXCERPT if USUAL_SHOW[target.kind] is Show.FULL else USUAL_SHOW[target.kind]
    contents.add_article(tx, issue_id, target.id, _text(page, show))
    return store.load(tx, issue_id)


def _text(page: WebPage, show: Show) -> Text:
    is_sure = bool(page.byline) and not is_doubtful(page.byline)
    suggestion = Suggestion(page.byline, _WHY_UNSURE) if page.byline and not is_sure else None
    return Text(
        title=page.title,
        byline=page.byline if is_sure else "",
        link=page.url,
        content=page.html,
        show=show,
        suggestion=suggestion,
    )
