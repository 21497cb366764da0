"""Languages at the desk: who speaks which."""

import re

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.model import LANGUAGES
from newsletter.letters import notebook
from newsletter.letters.letter import LetterKind
from newsletter.letters.ownwords import OwnWords
from subscribers import listbook, register
from subscribers.model import MailingList
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk


def test_each_language_says_who_speaks_it(
    desk: OpenDesk, database: Database, newsletter: Newsletter, list_: MailingList, clock: Hands
) -> None:
    """Newsletters, lists that say so themselves, and own words of notices; each leads to where it is said."""
    with database.write() as tx:
        newsletters.edit(tx, newsletter.id, language="fr-CH")
        german = register.create_list(tx, "Leserinnen", clock())
        listbook.edit(tx, german.id, language="de")
        notebook.keep(tx, list_.id, LetterKind.WELCOME, "ar", OwnWords("Welcome"), clock())
    table = desk.page("/desk/settings/languages").partition("<tbody>")[2].partition("</tbody>")[0]
    rows = {
        re.findall(r'scope="row"[^>]*>([^<]+)<', row)[0]: re.findall(r'<a href="([^"]+)" dir="auto">([^<]+)</a>', row)
        for row in table.split("</tr>")[:-1]
    }

    assert [one.name for one in LANGUAGES] == list(rows)
    assert {
        "Français": [(f"/desk/settings/newsletters/{newsletter.id}", newsletter.name)],
        "Deutsch": [(f"/desk/settings/lists/{german.id}", "Leserinnen")],
        "العربية": [(f"/desk/settings/lists/{list_.id}/notices?language=ar", list_.name)],
    } == {name: links for name, links in rows.items() if links}
    assert 3 * len(rows) - 3 == table.count(">none<")
