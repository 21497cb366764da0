"""An issue composed as it is now, for pages that show it or look it over."""

from newsletter.issues.model import Issue, Newsletter
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.web.visits import Site


def compose(site: Site, issue: Issue, newsletter: Newsletter) -> Composition:
    """Compose an issue as it is now.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    application = site.application
    seed = application.keyring.derive("slots")
    with application.database.read() as tx:
        shelf = shelf_of(tx, issue, application.links)
    return compose_issue(application.templates, newsletter, issue, application.links, seed, shelf)
