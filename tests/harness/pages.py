"""Every page there is, those of the desk among them."""

from newsletter.web import routes
from newsletter.web.desk import routes as desk

ROUTES = (*routes.ROUTES, *desk.ROUTES)
