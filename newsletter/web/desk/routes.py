"""Every page of the desk, area by area: what each is of (`Of`) stands beside the permission it needs there."""

from newsletter.web.desk.board.routes import ROUTES as BOARD
from newsletter.web.desk.composer.routes import ROUTES as COMPOSER
from newsletter.web.desk.door.routes import ROUTES as DOOR
from newsletter.web.desk.figures.routes import ROUTES as FIGURES
from newsletter.web.desk.issue.routes import ROUTES as ISSUE
from newsletter.web.desk.people.routes import ROUTES as PEOPLE
from newsletter.web.desk.returns.routes import ROUTES as RETURNS
from newsletter.web.desk.settings.routes import ROUTES as SETTINGS
from newsletter.web.desk.stock.routes import ROUTES as STOCK
from newsletter.web.desk.writing.routes import ROUTES as WRITING

ROUTES = (*DOOR, *BOARD, *ISSUE, *COMPOSER, *WRITING, *STOCK, *PEOPLE, *RETURNS, *FIGURES, *SETTINGS)
