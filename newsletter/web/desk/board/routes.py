"""The board's lines of the route table."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.board import begin, board, missed, settling, shelf
from newsletter.web.visits import GET, POST, Of, Page

FIELDS = ("of", "month", "title", "from_last")

ROUTES = (
    Page("/desk", GET, board.board, Permission.VIEW, Of.ANY_NEWSLETTER),
    Page("/desk/newsletters/{newsletter_id:int}/readers", GET, board.readers, Permission.VIEW, Of.NEWSLETTER),
    Page("/desk/newsletters/{newsletter_id:int}/issues", GET, shelf.show, Permission.VIEW, Of.NEWSLETTER),
    Page(
        "/desk/newsletters/{newsletter_id:int}/draft",
        POST,
        missed.draft_missed,
        Permission.EDIT,
        Of.NEWSLETTER,
        fields=("month",),
    ),
    # Of the newsletters in which they may; the page asks again whose the alert is, and some are of none.
    Page("/desk/alerts/{alert_id:int}/settle", POST, settling.settle, Permission.EDIT, Of.ANY_NEWSLETTER, fields=()),
    Page("/desk/newsletters/{newsletter_id:int}/begin", GET, begin.form, Permission.EDIT, Of.NEWSLETTER),
    Page("/desk/newsletters/{newsletter_id:int}/begin", POST, begin.begin, Permission.EDIT, Of.NEWSLETTER, fields=FIELDS),
)
