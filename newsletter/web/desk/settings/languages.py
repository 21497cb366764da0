"""Languages: what is said in which, and where each is chosen."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.model import LANGUAGES, Language, meant
from newsletter.letters import notebook
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.model import MailingList


@dataclass(frozen=True, slots=True)
class Spoken:
    """One language and who speaks it."""

    language: Language
    newsletters: tuple[Newsletter, ...]
    lists: tuple[MailingList, ...]
    # Lists that say something of their own in it.
    own: tuple[MailingList, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show the languages of the house, and what speaks which."""
    with site.application.database.read() as tx:
        papers = newsletters.all_newsletters(tx)
        lists = register.all_lists(tx)
        own = notebook.languages_of_lists(tx)
        spoken = tuple(
            Spoken(
                language,
                tuple(one for one in papers if meant(one.language) is language),
                tuple(one for one in lists if one.language and meant(one.language) is language),
                tuple(one for one in lists if (one.id, language.code) in own),
            )
            for language in LANGUAGES
        )
    return sheets.page(site, visit, "languages", at="languages", spoken=spoken)
