"""The events of issues, for the calendar programs of readers: by the link that stands in the letter."""

from starlette.responses import Response

from newsletter.issues import contents, events, newsletters, store
from newsletter.issues.ical import MEDIA_TYPE, calendar_file
from newsletter.issues.model import IssueState
from newsletter.letters import eventlinks
from newsletter.letters.content import is_web_link
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

# Of an issue that is out they never change; a minute keeps a rush of readers off the database.
HEADERS = {"Cache-Control": "public, max-age=60", "Content-Disposition": 'inline; filename="event.ics"'}

_PUBLISHED = frozenset({IssueState.SENDING, IssueState.SENT})


def show(site: Site, visit: Visit) -> Response:
    """Give the calendar file of one event; one that was dropped or whose issue was cancelled is gone."""
    application = site.application
    keyrings = (application.keyring, *application.keyring.former)
    article_id = eventlinks.opened(visit.token, [keyring.derive("slots") for keyring in keyrings])
    with application.database.read() as tx:
        issue = store.load(tx, contents.issue_of_article(tx, article_id))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    article = next((one for one in issue.articles if one.id == article_id), None)
    if article is None or article.event is None or issue.state is IssueState.CANCELLED:
        raise PageNotFound
    links = application.links
    published = links.issue(newsletter.slug, issue.number) if issue.state in _PUBLISHED else ""
    link = article.link if is_web_link(article.link) else published
    appointment = events.appointment(article, article.event, newsletter.zone, links.host, link)
    file = calendar_file(newsletter.name, [appointment], issue.updated_at)
    return Response(file, media_type=MEDIA_TYPE, headers=HEADERS)
