"""The pages of figures."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.figures import clicks, issue, overtime
from newsletter.web.visits import GET, POST, Of, Page

ROUTES = (
    Page("/desk/figures", GET, overtime.show, Permission.VIEW, Of.ANY_NEWSLETTER),
    Page("/desk/figures/size", GET, overtime.size, Permission.VIEW, Of.ANY_NEWSLETTER),
    Page("/desk/figures/{key}.csv", GET, overtime.csv, Permission.VIEW, Of.ANY_NEWSLETTER),
    Page("/desk/issues/{issue_id:int}/figures", GET, issue.show, Permission.VIEW, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/figures/domains", GET, issue.domains, Permission.VIEW, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/figures/clicks", GET, clicks.people, Permission.MANAGE_PEOPLE, Of.ISSUE),
    Page("/desk/issues/{issue_id:int}/figures/clicks", POST, clicks.people_file, Permission.MANAGE_PEOPLE, Of.ISSUE, fields=()),
    Page("/desk/issues/{issue_id:int}/figures/{key}.csv", GET, issue.csv, Permission.VIEW, Of.ISSUE),
)
