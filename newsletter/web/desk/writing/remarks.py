"""Comments on one text, said and called done at the desk."""

from starlette.responses import Response

from newsletter.issues import store
from newsletter.review import comments
from newsletter.staff import audit
from newsletter.web.desk.writing.article import back
from newsletter.web.visits import Site, Visit


def say(site: Site, visit: Visit) -> Response:
    """Say something of a text."""
    with site.application.database.write() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        article_id = visit.number("article_id")
        said = comments.say(tx, issue, visit.actor.name, visit.text("comment"), visit.now, article_id=article_id)
        audit.record(tx, visit.actor, "issue.comment", f"issue {issue.id}", {"comment": said.id}, visit.now)
    return back(visit, "commented", "#comments")


def resolve(site: Site, visit: Visit) -> Response:
    """Call a comment done."""
    issue_id, comment_id = visit.number("issue_id"), visit.number("comment_id")
    with site.application.database.write() as tx:
        comments.resolve(tx, issue_id, comment_id, visit.actor.name, visit.now, visit.text("answer"))
        audit.record(tx, visit.actor, "issue.comment.resolve", f"issue {issue_id}", {"comment": comment_id}, visit.now)
    return back(visit, "resolved", "#comments")
