"""Every command that the documentation shows is typed, on an instance such as its page has in mind."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.review import comments
from tests.harness import documented, returned
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.harness.documented import NOW, Stage
from tests.harness.drawn import photo
from tests.harness.mailed import Mailed
from tests.harness.wordpress import Blog, BlogPost
from tests.newsletter.mail.test_dkim import pem

PAGES = {page.name: page for page in documented.pages() if page.commands and page.name != "docs/tutorial.md"}

Preparation = str | Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be known of commands that begin so."""

    begins: str
    # What somebody who types it has done before; done already is no matter.
    before: tuple[Preparation, ...] = ()
    # What is called otherwise here.
    words: Mapping[str, str] = field(default_factory=dict)
    code: Exit = Exit.DONE
    # The test that runs it, where it cannot be run here.
    elsewhere: str = ""
    # It is this command, and not those that begin so.
    is_whole: bool = False

    def is_about(self, command: str) -> bool:
        """Whether this is known of *command*."""
        return command == self.begins if self.is_whole else command.startswith(self.begins)


def mailed(stage: Stage) -> None:
    """Let the issue be mailed, with one of its people uncertain."""
    database = Database(stage.database_url)
    with database.read() as tx:
        letter_id, state = mailings.letter_of_issue(tx, 5), issues.load(tx, 5).state
    # Once is enough, however many commands of a page want it.
    if letter_id is not None and state is IssueState.SENDING:
        Mailed(database, 5, letter_id, NOW + timedelta(minutes=2)).mail({"ann": DeliveryState.UNCERTAIN})
    database.close()


def commented(stage: Stage) -> None:
    """Let a reviewer say something of the first article."""
    database = Database(stage.database_url)
    with database.write() as tx:
        issue = issues.load(tx, 5)
        comments.say(tx, issue, "Chair", "The date is wrong.", NOW, article_id=issue.articles[0].id)
    database.close()


def came_back(stage: Stage) -> None:
    """Let a mail come back."""
    database = Database(stage.database_url)
    with database.write() as tx:
        returned.a_return(tx, 1, NOW)
    database.close()


NEWSLETTER = ' --from "The Section <news@example.org>" --postal-address "1 Library Road" --timezone Europe/Amsterdam'
LETTER = 'issues letter 5 "Division Chair letter" chair.md --by "Ann Other"'
SENT = (LETTER, "issues approve 5", "issues send 5")
MAILED = (*SENT, mailed)
ANN = "staff add ann --role editor --address ann@example.org"
JOBS = 'topics add "CPDWL news" Jobs'
INVITED = 'issues review 5 --invite chair@example.org --name "Chair"'

NOTICES = 'issues section add 5 "Section notices" --kind notice'
ALSO = 'issues section rename 5 "… and more" "Also of note"'
VERSIONS = tuple(f'issues edit 5 --subject "Subject {number}"' for number in range(4))
COUNTRY = "attributes define country --kind text"
LIBRARY = "attributes define library --kind choice --choice Public --choice Academic"
BENELUX = """segments create "Benelux" 'country in (NL, BE)'"""
FRENCH = """segments create "French readers" 'language = fr'"""
ASKED = 'issues invite 5 --section "Division Chair letter" --to chair@example.org --name "The Chair" --by 2020-01-24'
OTHER_ASKED = 'issues invite 5 --section "Feature articles" --to ann@example.org --name "Ann" --by 2020-01-24'
AUTHORS = ("Ulrike Lang", "Mary Ann M. Ingua", "Dr. Mary Ann Ingua")
PEOPLE = ("ann@example.org", "bob@example.org")
TO_BE_ASKED = (
    'subscribers import Friends export.csv --basis "x" --ask-to-confirm 200 --map Kontakt=nothing --map Zustand=nothing'
)
MAIN = 'relays add main "smtp://news@mail.example.org:587?tls=starttls" --password-file password.txt'

HOOK = 'hooks add crm https://crm.example.org/in --event "subscriber.*"'
HOOK_VERBS = ("show", "edit", "secret", "rotate", "enable", "disable", "log", "replay", "remove")

KNOWN = (
    # What asks the world, or never ends.
    Told("newsletter demo", elsewhere="tests/newsletter/demo/test_script.py"),
    Told("newsletter serve", elsewhere="tests/newsletter/cli/test_running.py"),
    Told("newsletter worker", elsewhere="tests/newsletter/cli/test_running.py", is_whole=True),
    Told("newsletter doctor", elsewhere="tests/newsletter/cli/test_doctor.py"),
    Told("newsletter templates check", elsewhere="tests/newsletter/cli/test_templates.py"),
    Told("newsletter relays test", elsewhere="tests/newsletter/cli/test_relays.py"),
    Told("newsletter returns check", elsewhere="tests/newsletter/cli/test_fetching.py"),
    Told("newsletter returns fetch", elsewhere="tests/newsletter/cli/test_fetching.py"),
    Told("newsletter staff provider-set", elsewhere="tests/newsletter/cli/test_providers.py"),
    Told("newsletter dkim show --check", elsewhere="tests/newsletter/cli/test_dkim.py"),
    Told("newsletter dkim activate example.org nl202102", elsewhere="tests/newsletter/cli/test_dkim.py"),
    Told("newsletter issues announce 5 --publish-to-wordpress", elsewhere="tests/newsletter/cli/test_archive.py"),
    # Newsletters and their feeds.
    Told('newsletter newsletters create "CPDWL', before=('newsletters edit cpdwl --name "Former"',)),
    Told('newsletter feeds gather "Our', before=(f'newsletters create "Our News" --list readers{NEWSLETTER}',)),
    Told('newsletter feeds add "Our', before=(f'newsletters create "Our News" --list readers{NEWSLETTER}',)),
    Told("newsletter feeds show 3", words={"3": "1"}),
    Told("newsletter feeds remove 3", words={"3": "1"}),
    Told("newsletter posts", words={"17": "6"}),
    Told("newsletter newsletters readers", before=("lists create members",)),
    # Issues as they are written.
    Told("newsletter issues snippet", before=('snippets add cpdwl "Call for authors" call.md', NOTICES)),
    Told("newsletter issues event", before=('issues section add 5 "Dates" --kind events',)),
    Told('newsletter issues section move 5 "Dates"', before=('issues section add 5 "Dates" --kind events',)),
    Told('newsletter issues section remove 5 "Communication initiatives" --into "Also', before=(ALSO,)),
    Told("newsletter issues section assign", before=(ANN,)),
    Told(
        'newsletter issues letter 5 "From the president"', before=('issues section add 5 "From the president" --kind letter',)
    ),
    Told("newsletter issues topics 5", before=("topics add readers Jobs", "topics add readers Congresses")),
    Told("newsletter issues changes 5 --", elsewhere="tests/newsletter/cli/test_changes.py"),
    Told("newsletter issues versions", before=VERSIONS),
    Told("newsletter issues compare", before=VERSIONS),
    Told("newsletter issues restore", before=VERSIONS),
    Told("newsletter issues undo", before=VERSIONS),
    # Others came first: that is what the page is about.
    Told('newsletter issues edit 5 --subject "News of January" --over', before=VERSIONS, code=Exit.REFUSED),
    Told("newsletter issues audience 5 --", before=(COUNTRY, BENELUX, FRENCH, 'segments create Board "domain = example.net"')),
    Told("newsletter issues article 5 12", words={"12": "2"}),
    Told("newsletter issues article 5 41 --confirm-byline", words={"41": "6"}),
    # Guests.
    Told("newsletter issues review 5 --revoke", before=(INVITED, INVITED, INVITED)),
    Told("newsletter issues resolve-comment", before=(commented,), words={"12": "1"}),
    # Asked today, they are not reminded today.
    Told("newsletter issues remind", elsewhere="tests/newsletter/cli/test_contributing.py"),
    # What is not handed in yet is not asked about.
    Told("newsletter issues ask-contributor", elsewhere="tests/newsletter/cli/test_contributing.py"),
    Told("newsletter issues uninvite 5 2", before=(ASKED, OTHER_ASKED)),
    # On the way out.
    Told("newsletter issues check", before=(LETTER,)),
    Told("newsletter issues approve", before=(LETTER, "staff add bo --role publisher")),
    Told("newsletter issues schedule", before=SENT[:2]),
    Told("newsletter issues send 5", before=SENT[:2]),
    Told("newsletter issues pause", before=SENT),
    Told("newsletter issues resume", before=(*SENT, "issues pause 5")),
    Told("newsletter issues send-rest", before=(*SENT, "issues cancel 5")),
    Told("newsletter issues verify", before=MAILED),
    Told("newsletter issues erratum", before=("newsletters edit cpdwl --second-person no", *MAILED)),
    Told("newsletter issues announce", before=MAILED),
    Told("newsletter uncertain", before=MAILED),
    Told("newsletter clicks", before=MAILED),
    Told("newsletter returns stats 12", before=MAILED, words={"12": "5"}),
    Told("newsletter returns show", before=(*MAILED, came_back), words={"12": "1", "345": "1"}),
    Told("newsletter returns policy", words={"news": "cpdwl"}),
    Told("newsletter departures undo", elsewhere="tests/newsletter/cli/test_departures.py"),
    Told("newsletter digests resume", elsewhere="tests/newsletter/cli/test_digests.py"),
    Told("newsletter digests cancel", elsewhere="tests/newsletter/cli/test_digests.py"),
    # People and lists.
    Told("newsletter authors", before=(*(f'authors add cpdwl "{name}"' for name in AUTHORS),)),
    *(
        Told(f"newsletter snippets {verb}", before=('snippets add cpdwl "Call for authors" call.md',))
        for verb in ("show", "edit", "remove")
    ),
    Told('newsletter lists create "CPDWL news"', before=('lists edit "CPDWL news" --name Former',)),
    Told("newsletter lists domains allow staff", before=("lists create staff",)),
    Told("newsletter lists ask", before=(LIBRARY,)),
    Told("newsletter subscribers edit ann@example.org --set", before=(LIBRARY, "attributes define member_since --kind date")),
    Told('newsletter subscribers edit ann@example.org --name "Ann Other" --set', before=(LIBRARY,)),
    Told(
        "newsletter subscribers prefer",
        before=(
            JOBS,
            "topics add readers Jobs",
            *(f'subscribers add {who} --list "CPDWL news" --confirmed --basis "x"' for who in PEOPLE),
        ),
    ),
    Told("newsletter subscribers undo-import 3", words={"3": "1"}),
    Told("newsletter imports show 3", words={"3": "1"}),
    Told("newsletter imports ask", before=(TO_BE_ASKED,), words={"1": "2", "3": "2"}),
    Told("newsletter topics edit", before=("topics add readers Jobs",)),
    Told("newsletter topics remove", before=("topics add readers Jobs",)),
    Told("newsletter attributes edit", before=(LIBRARY,)),
    Told("newsletter attributes remove", before=(LIBRARY,)),
    Told('newsletter segments create "Benelux"', before=(COUNTRY,)),
    Told('newsletter segments preview "Benelux"', before=(COUNTRY, BENELUX)),
    *(Told(f'newsletter segments {verb} "French', before=(FRENCH,)) for verb in ("edit", "show", "preview", "remove")),
    Told("newsletter journal replay", before=("suppressions add eve@example.org",)),
    Told("newsletter suppressions lift", before=("suppressions add ann@example.org",)),
    # Nobody wrote down this seal: it is what the page shows.
    Told("newsletter consent verify --expect", code=Exit(8)),
    # Mail and the staff.
    *(Told(f"newsletter relays {verb} main", before=(MAIN,)) for verb in ("edit", "show", "remove", "enable", "disable")),
    Told(
        "newsletter relays disable spare",
        before=(MAIN, 'relays add spare "smtps://news@mail.example.com" --password-file password.txt'),
    ),
    Told("newsletter domains remove", before=("domains add gmail.com 600/h",)),
    *(Told(f"newsletter hooks {verb} crm", before=(HOOK,)) for verb in HOOK_VERBS),
    Told("newsletter database copy", elsewhere="tests/newsletter/backups/test_copying.py"),
    Told("newsletter backup", elsewhere="tests/journeys/test_backup_and_adopt.py"),
    Told("newsletter restore", elsewhere="tests/newsletter/backups/test_restoring.py"),
    Told("newsletter newsletters pack", elsewhere="tests/newsletter/backups/test_unpacking.py"),
    Told("newsletter newsletters unpack", elsewhere="tests/newsletter/backups/test_unpacking.py"),
    Told("newsletter adopt --stopped", elsewhere="tests/journeys/test_backup_and_adopt.py"),
    Told("newsletter hooks test", elsewhere="tests/newsletter/cli/test_hooks.py"),
    Told("newsletter keys", before=(ANN, "keys add shop --for ann --scope view --days 365"), words={"3": "1"}),
    *(Told(f"newsletter staff {verb} ann", before=(ANN,)) for verb in ("edit", "link", "remove", "role", "sign-out")),
    Told("newsletter dkim activate example.org nl202002", elsewhere="tests/newsletter/cli/test_dkim.py"),
    Told("newsletter dkim retire", before=("dkim new example.org --selector nl201911",)),
)

FILES = {
    "people.csv": "email,name,Kontakt,Anrede\nann@example.org,Ann,ann@example.org,Ms\nbob@example.org,Bob,bob@example.org,Mr\n",
    "export.csv": "email,Kontakt,Zustand\nfay@example.org,fay@example.org,active\n",
    "blocklist.csv": "email\neve@example.org\n",
    "disposable.txt": "mailinator.com\n",
    "plan.toml": '[[section]]\ntitle = "All"\nkind = "headlines"\nrest = true\n',
    "bounce.eml": returned.bounce("ann@example.org").decode(),
    **{f"{name}.md": "A few lines.\n" for name in ("chair", "call", "story", "shorter", "president")},
    **{f"{name}.txt": "words\n" for name in ("welcome", "password", "secret")},
    "mail.log": "",
    "key.pem": pem(generate_private_key(65537, 2048)),
}
POSTS = [
    BlogPost(1, "Staying relevant by Susan Schnuer", datetime(2020, 1, 3, 9, tzinfo=UTC), categories=("Feature articles",)),
    BlogPost(2, "Mentoring in Norway by Almuth Gastinger", datetime(2020, 1, 7, 9, tzinfo=UTC)),
    BlogPost(3, "Where to find us", datetime(2020, 1, 9, 9, tzinfo=UTC), categories=("Communication",)),
    BlogPost(4, "Learning for free", datetime(2020, 1, 15, 9, tzinfo=UTC)),
    BlogPost(6, "Notes by Lake Geneva", datetime(2020, 1, 16, 9, tzinfo=UTC)),
    BlogPost(5, "Winter reading", datetime(2019, 12, 5, 9, tzinfo=UTC)),
]


@pytest.fixture(scope="module")
def blog() -> Iterator[ChaosFeed]:
    """Give the blog that the pages speak of."""
    with ChaosFeed() as chaos:
        blog = Blog(POSTS)
        blog.mount(chaos)
        # A second address of the same, for whoever reads it for another newsletter.
        chaos.put("/again/feed/", blog.answer)
        for post in POSTS:
            chaos.put(f"/{post.published:%Y/%m}/post-{post.number}/", Page(b"<title>A post</title>", "text/html"))
        yield chaos


@pytest.fixture(scope="module")
def stage(sqlite_template: Path, blog: ChaosFeed, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give the instance on which a page begins, and which it leaves as it was."""
    folder = tmp_path_factory.mktemp("stage") / "first"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "newsletter.db")
    made = Stage(folder, {"NEWSLETTER_ALLOW_LOOPBACK": "1"}, MovableClock(NOW))
    for name, text in FILES.items():
        (folder / name).write_text(text)
    for name, kind in {"chair.jpg": "JPEG", "logo.png": "PNG"}.items():
        (folder / name).write_bytes(photo(90, 60, kind))
    for title, list_ in {"CPDWL": "readers", "Section News": "readers"}.items():
        made.did(f'newsletters create "{title}" --list {list_}{NEWSLETTER}')
    made.did('newsletters edit cpdwl --name "CPDWL Newsletter"')
    for list_ in ('"CPDWL news"', "Friends", "Board", '"Congress 2019"'):
        made.did(f"lists create {list_}")
    made.did('subscribers import readers people.csv --basis "Signed up" --confirmed --map Kontakt=nothing --map Anrede=nothing')
    made.did(f"feeds add cpdwl {blog.url('/feed/')}")
    made.did("feeds gather cpdwl")
    for number in range(1, 5):
        made.did(f'issues draft cpdwl --empty "Number {number}"')
    made.did("issues draft cpdwl --month 2020-01 --as-read")
    return made


class Prepared:
    """Stages on which something was done before: what many commands want is done once."""

    def __init__(self, first: Stage, folder: Path) -> None:
        self._first = first
        self._folder = folder
        self._made: dict[tuple[Preparation, ...], Stage] = {}

    def stage(self, before: tuple[Preparation, ...], folder: Path) -> Stage:
        """Give a stage of one's own on which that was done, in a new folder."""
        if before not in self._made:
            self._made[before] = self._first.copied(self._folder / str(len(self._made)))
            prepare(self._made[before], before)
        return self._made[before].copied(folder)


def prepare(stage: Stage, before: tuple[Preparation, ...]) -> None:
    """Do what is to be done before; what was done already is refused, and no matter."""
    for preparation in before:
        if isinstance(preparation, str):
            stage.run(f"newsletter {preparation}")
        else:
            preparation(stage)


def known(command: str) -> list[Told]:
    """Give what is to be known of a command, from all that fits its beginning."""
    return [one for one in KNOWN if one.is_about(command)]


def before(command: str) -> tuple[Preparation, ...]:
    """Give what a command wants done before."""
    return tuple(step for one in known(command) for step in one.before)


def test_what_is_not_run_here_is_run_by_a_test_that_there_is() -> None:
    """Nothing is left out for convenience."""
    shown = [command for page in PAGES.values() for command in page.commands]
    named = {one.elsewhere for command in shown for one in known(command) if one.elsewhere}

    assert [] == [name for name in sorted(named) if not (documented.ROOT / name).exists()]


def is_run(command: str) -> bool:
    """Whether it can be run here."""
    return not any(one.elsewhere for one in known(command))


def typed(stage: Stage, command: str, words: Mapping[str, str]) -> list[str]:
    """Type a command; gives what is wrong with what came of it."""
    told = known(command)
    came = stage.run(command, {**words, **{name: word for one in told for name, word in one.words.items()}})
    wanted = next((one.code for one in told if one.code), Exit.DONE)
    said = came.err.strip().splitlines()[-1:] or came.out.strip().splitlines()[-1:]
    return [] if came.code == wanted else [f"{command}: {came.code} {' '.join(said)}"]


@pytest.fixture(scope="module")
def words(stage: Stage, blog: ChaosFeed) -> Mapping[str, str]:
    """Give what pages call otherwise than it is called on the stage."""
    key = json.loads(stage.did('images add chair.jpg --alt "The Chair" --json').out)["key"]
    shown = json.loads(stage.did("issues show 5 --json").out)
    articles = [str(article["id"]) for section in shown["sections"] for article in section["articles"]]
    return {
        **dict.fromkeys(("3f9a1c", "3f9a1c8e2b71", "4f2a"), key),
        "logo.src=3f9a1c8e2b71": f"logo.src={key}",
        **dict(zip(("41", "42", "43", "44"), articles[1:], strict=False)),
        "https://blog.example.org/": blog.url("/feed/"),
        "https://blog.example.org/feed/": blog.url("/feed/"),
        "https://blogs.example.org/cpdwl/": blog.url("/again/feed/"),
        "https://example.org/report/": blog.put("/report/", Page(b"<title>A report</title><p>Words.</p>", "text/html")),
        **dict.fromkeys(("/var/log/mail.log", "/var/log/mail.log.1", "/var/log/mail.log.1.gz"), "mail.log"),
        **dict.fromkeys(("/var/lib/newsletter/journal", "/from/the/other/host/journal"), "journal"),
    }


@pytest.mark.parametrize("page", [page for page in PAGES if page != documented.REFERENCE])
def test_commands_of_a_page_do_what_they_are_to_do(page: str, stage: Stage, words: Mapping[str, str], tmp_path: Path) -> None:
    """One after the other, as somebody who reads types them."""
    copy, wrong = stage.copied(tmp_path / "stage"), []
    for command in filter(is_run, PAGES[page].commands):
        prepare(copy, before(command))
        wrong += typed(copy, command, words)

    assert [] == wrong


def test_examples_of_the_reference_do_what_they_are_to_do(stage: Stage, words: Mapping[str, str], tmp_path: Path) -> None:
    """Each by itself; those that a page shows, too, were typed there."""
    elsewhere = {command for name, page in PAGES.items() if name != documented.REFERENCE for command in page.commands}
    examples = [one for one in PAGES[documented.REFERENCE].commands if one not in elsewhere and is_run(one)]
    prepared, wrong = Prepared(stage, tmp_path), []
    for number, command in enumerate(examples):
        wrong += typed(prepared.stage(before(command), tmp_path / f"of {number}"), command, words)

    assert [] == wrong
