"""Every field of the database that somebody may fill in is an attack, and Chromium opens every page of the desk."""

import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page
from sqlalchemy import Text, cast, func, literal, select, update

from newsletter.bootstrap import Application
from newsletter.letters import hostbook
from newsletter.people import importwork
from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.web.desk.routes import ROUTES
from newsletter.web.porter import Porter
from subscribers import register
from subscribers.address import parse
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from subscribers.tables.kinds import Document, metadata
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import House, house_of_copy
from tests.harness.people import FORM
from tests.harness.underway import Underway
from tests.newsletter.web import test_attacks
from tests.newsletter.web.laden import load
from tests.newsletter.web.test_looks import enter, furnish

CANARY = "https://canary.example"
EVIL = (
    f"\"'></title></textarea></template><script>alert(1)</script><script src={CANARY}/s.js></script>"
    f"<img src={CANARY}/i onerror=alert(1)><svg onload=alert(1)><a href=javascript:alert(1)>x</a>{{{{7*7}}}}${{7*7}}"
)
# A rule that asks for it; a value in one has 200 characters at most.
SHORT = EVIL[:190]
RULE = {"any": [{"field": "name", "op": "contains", "values": [SHORT]}, {"topic": SHORT, "of_list": SHORT}]}

# What an editor keeps of a text, in one article: all others have it as HTML.
_LINK = {"type": "link", "attrs": {"href": "https://blog.example.org/?q=" + quote(EVIL)}}
RICH = {
    "type": "doc",
    "schema": 1,
    "content": [
        {"type": "heading", "attrs": {"level": 2}, "content": [{"type": "text", "text": EVIL}]},
        {"type": "paragraph", "content": [{"type": "text", "text": EVIL, "marks": [_LINK]}]},
        {
            "type": "paragraph",
            "content": [{"type": "slot", "attrs": {"key": "name", "otherwise": "\"' onload=alert(1) x=&lt"}}],
        },
        {"type": "image", "attrs": {"key": "0" * 64, "alt": EVIL}},
    ],
}

# A file beside a post, as a feed names it; pictures are shown where the text has none.
ENCLOSURE = {"href": EVIL, "media_type": f"image/{EVIL}", "length": 1}

# A file of people: a title and cells are the attack, and where the address should be.
CELL = EVIL.replace('"', '""')
FILE = f'email,"{CELL}"\n"{CELL}","{CELL}"\neva@example.org,"{CELL}"\n'.encode()

# A message that comes back, with the attack in every field of its header and behind it.
_FIELDS = ("From", "To", "Subject", "Reply-To", "Message-ID", "Content-Type", "X-Failed-Recipients", EVIL)
MESSAGE = "\r\n".join([*(f"{name}: {EVIL}" for name in _FIELDS), "", EVIL]).encode()

# What editors, guests, readers, feeds, mail servers and strangers write, by table.
WRITTEN: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "account_identity": ["subject"],
        "announcement": ["site"],
        "api_key": ["name"],
        "archive_print": ["trouble"],
        "counted_link": ["url"],
        "kept_for": ["changed_by"],
        "letter": ["subject", "preheader", "sender_name", "text"],
        "archive_article": ["section", "title", "byline", "picture_alt", "picture_credit", "portrait_alt", "portrait_credit"],
        "account": ["name"],
        "account_session": ["agent", "network"],
        "alert": ["text"],
        "approval": ["approved_by", "override_reason"],
        "article": [
            "title",
            "byline",
            "affiliation",
            "picture_alt",
            "picture_credit",
            "portrait_alt",
            "portrait_credit",
            "summary",
            "content",
            "link",
            "snippet",
        ],
        "attempt": ["reply"],
        "attribute": ["label"],
        "attribute_value": ["text"],
        "audit": ["actor", "act", "subject"],
        "author": ["name", "affiliation"],
        "author_alias": ["alias"],
        "contribution": [
            "section",
            "title",
            "byline",
            "affiliation",
            "text",
            "picture_alt",
            "picture_credit",
            "portrait_alt",
            "portrait_credit",
            "handed_in",
            "agreed_to",
        ],
        "data_request": ["note", "noted_by", "closed_by"],
        "delivery": ["name", "reply", "note"],
        "delivery_answer": ["text"],
        "departure": ["reason"],
        "digest": ["note"],
        "erratum": ["text", "published_by"],
        "feed": ["title", "trouble", "etag", "last_modified", "fetch_url", "url"],
        "further_order": ["given_by"],
        "guest_link": ["name", "invited_by"],
        "hook": ["url", "off_because", "created_by"],
        "identity_provider": ["name", "client_id"],
        "image": ["name", "alt", "credit", "source"],
        "import_run": ["source", "basis"],
        "import_work": ["owner", "source", "basis", "trouble", "encoding", "undone_by"],
        "issue": ["title", "subject", "preheader"],
        "issue_version": ["written_by", "deed"],
        "link_check": ["reason", "leads_to", "url"],
        "mailing_list": ["name", "description", "sender_name"],
        "newsletter": ["name", "sender_name", "postal_address"],
        "notice_words": ["subject", "heading", "text"],
        "passkey": ["name"],
        "post": ["guid", "title", "feed_title", "author", "byline", "summary", "content", "date_doubt", "permalink"],
        "post_revision": ["title", "feed_title", "author", "byline", "summary", "content", "permalink"],
        "relay": ["username", "ca_file"],
        "return_fact": ["domain", "status", "reason", "words"],
        "return_message": ["recipient", "sender", "subject", "status", "reason"],
        "remote_file": ["trouble", "url"],
        "review_comment": ["author", "text", "resolved_by", "answer"],
        "section": ["title", "planned"],
        "section_charge": ["set_by"],
        "segment": ["name", "made_by"],
        "send_order": ["given_by", "slot_note"],
        "slot": ["note"],
        "snippet": ["name", "title", "content", "link"],
        "subscriber": ["name", "language"],
        "telling": ["trouble"],
        "telling_try": ["trouble"],
        "topic": ["name", "description"],
        "worker": ["place", "host"],
        "drained_host": ["host"],
        "host_templates": ["host"],
    },
)

# The same within what is kept as a small JSON value: what is in it, with the attack in place of each text.
DOCUMENTS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "article": {
            "event": {"begins": "2020-02-03T09:00", "ends": "", "zone": "", "place": EVIL},
            "suggestion": {"byline": EVIL, "why": EVIL},
        },
        "attribute": {"choices": [EVIL, "b"]},
        "audit": {"detail": {EVIL: EVIL}},
        "feed": {"site_categories": [EVIL]},
        "issue_segment": {"rule": RULE},
        "post": {"categories": [EVIL], "enclosures": [ENCLOSURE]},
        "import_run": {"reading": {"columns": {EVIL: "email"}, "encoding": "", "is_raw": False}},
        "newsletter": {
            "plan": [{"title": EVIL, "kind": "letter", "rules": [], "rest": False, "required": False, "show": "full"}]
        },
        "segment": {"rule": RULE},
        "tiding": {"document": {"issue": {"title": EVIL}, EVIL: EVIL}},
    },
)

# Why every other text is none of somebody else's choosing, and which they are.
OURS: Mapping[str, str] = MappingProxyType(
    {
        "a hash, a seal, a secret, or a key, number, day or name that is ours": (
            "account.address_key account.password account.totp account_device.secret_hash account_session.secret_hash "
            "account_session.csrf alert.key allowance.key allowance.day "
            "approval.content_hash approval.inputs archive_article.slug archive_print.content_hash "
            "article.taken_fingerprint article.portrait article.picture asked_mail.email_hash "
            "author.name_key author.portrait author_alias.alias_key click_day.day confirmation.email_hash "
            "consent.origin_salt consent.origin_digest consent.person_salt consent.person_digest consent.email_hash "
            "consent.digest consent_seal.day consent_seal.key_id consent_seal.digest consent_seal.code "
            "contribution.portrait contribution.picture counted_link.token delivery.email_hash delivery.worker_id "
            "departure.network departure_burst.network digest.quarter dkim_key.public dkim_key.sealed door_failure.key "
            "figure.shard forgetting.day forgetting.forgotten identity_provider.client_secret image.key image.card_key "
            "import_run.fingerprint import_work.stored instance.id instance.key_check issue.month issue.slot_key "
            "issue_part.digest kept_for.name issue_remote_file.digest letter.content_hash letter_image.image_key "
            "letter_pieces.content_hash limit_use.key link_check.digest list_day.day open_window.window "
            "passkey.handle passkey.credential api_key.secret_hash api_key.newsletters api_request.name api_request.digest "
            "passkey.public_key post.fingerprint post_revision.fingerprint recovery_code.code_hash relay.password_sealed "
            "remote_file.digest remote_file.image_key return_message.digest slot.slot_key slot.lease_token snippet.name_key "
            "spent_challenge.challenge_hash instance.least_shape worker.version import_work.held_by host_templates.digest "
            "subscriber.email_key subscriber.email_hash subscriber.name_key "
            "subscriber.name_turned suppression.email_hash wording.digest worker.id attribute_value.folded "
            "hook.secret_sealed hook.former_sealed tiding.uid telling.lease"
        ),
        "one of a few words of ours: a state, a kind, a verdict, a door, a language, a theme": (
            "account.role account_role.role api_key.scopes article.show attempt.verdict attempt.phase attempt.enhanced "
            "attribute.kind "
            "consent.act consent.door contribution.state data_request.kind delivery.state "
            "delivery.enhanced delivery_answer.kind departure.door dkim_key.algorithm dkim_key.state domain_rule.verdict "
            "further_order.kind "
            "figure.state guest_link.purpose image.media_type import_run.kind import_run.state import_work.reason "
            "import_work.state issue.state letter.kind letter.language link_check.verdict "
            "kept_out_by.reason kept_out_by.former "
            "list_day.act list_day.door mailing.kind mailing.state mailing_list.language newsletter.language "
            "newsletter.archive newsletter.theme notice_words.kind notice_words.language remote_file.kind schedule.covers "
            "schedule.when_empty schedule.shift section.kind section.look send_order.was_state send_order.slot_state "
            "open_window.place "
            "slot.state staff_reminder.duty subscription.state subscription.cadence suppression.reason "
            "relay.tls return_message.came_by return_message.kind return_message.cause return_message.found_by "
            "return_message.fate return_fact.kind return_fact.cause return_fact.followed "
            "hook.kinds tiding.kind telling.state"
        ),
        "held to an alphabet before it is kept: an address, a domain, a name in addresses, a time, a zone, a country": (
            "account.address account_link.address account_identity.issuer address_move.old_email "
            "address_move.new_email attribute.key delivery.email delivery.paced_domain "
            "delivery_answer.key dkim_key.domain dkim_key.selector domain_rate.domain domain_rate.rate domain_rule.domain "
            "feed.site_zone guest_link.address identity_provider.issuer "
            "mailing_list.slug mailing_list.sender_address newsletter.slug "
            "newsletter.sender_address newsletter.reply_to newsletter.zone newsletter.tokens relay.name relay.host "
            "relay.limits relay.timeouts schedule.recurrence schedule.at schedule.zone "
            "schedule.contributions_before schedule.review_before schedule.approval_before schedule.country "
            "subscriber.email hook.name"
        ),
        "written by the verbs that the house calls with the attack: a chain or a digest holds it": (
            "article.document issue_version.document consent.agent consent.form consent.network consent.language "
            "consent.message_id wording.text import_work.columns import_work.report import_change.former"
        ),
        "made of the others, and read back as a document of ours": (
            "snippet.document instance.place evidence_round.place evidence_round.findings "
            "api_request.headers api_request.body letter.sender_address letter.reply_to letter.html "
            "letter.slots letter_pieces.newsletter letter_pieces.title letter_pieces.articles "
            "letter_pieces.page archive_article.link "
            "archive_article.html archive_article.picture "
            "archive_article.portrait archive_article.happens "
            "archive_article.calendar archive_article.heading archive_article.body"
        ),
    },
)

GETS = tuple(line for line in ROUTES if "GET" in line.methods)

# Lines that no link of this house leads to.
UNLINKED: Mapping[str, str] = MappingProxyType(
    {
        "/desk/enter/{token}": "its token was used to come in",
        "/desk/link/{token}": "its token is in a mail",
        "/desk/sign-in": "whoever is in has no need of it",
        "/desk/sign-in/forgotten": "the same",
        "/desk/sign-in/forgotten/sent": "the same",
        "/desk/sign-in/second": "the same",
        "/desk/sign-in/passkey": "the same",
        "/desk/sign-in/provider": "there is none",
        "/desk/sign-in/provider/back": "the same",
        "/desk/link/{token}/provider": "the same",
        "/desk/account/second-factor": "no secret for one is being shown",
        "/desk/account/passkeys/new": "none is being made",
        "/desk/issues/{issue_id:int}/stream": "ends with the mailing; its frames are the page that is asked for instead",
        "/desk/issues/{issue_id:int}/articles/{article_id:int}/pictures": "answers a script in JSON",
        "/samples/{name}": "a picture of ours",
        "/desk/settings/feeds/try": "asks the address that it is given",
    },
)
# What pages ask for behind themselves, and what is known by its address alone.
BEHIND = (
    "/desk/issues/1/live",
    "/desk/issues/1/uncertain",
    "/desk/issues/1/figures/domains",
    "/desk/figures/size",
    "/desk/issues/1/figures/clicks",
    "/desk/issues/2/send/count",
    "/desk/newsletters/1/readers",
    "/desk/settings/lists/1/people",
    # Tried.
    "/desk/people/imports/files/1",
    "/desk/people/suppression/files/2/left-out.csv",
    # Whoever asked for their data, and answered a question.
    "/desk/people/1",
    "/desk/settings/questions/library/people",
    "/desk/returns/1",
    "/desk/settings/relays/second",
    "/desk/settings/relays/second/remove",
    "/desk/settings/webhooks/1/messages/1",
    # Somebody else's: of oneself there is less to be done.
    "/desk/settings/staff/2",
)

# A second page of one line: a file that nobody has said how to read.
SECOND = "/desk/people/imports/files/3"

FILES = {"csv", "eml", "json"}
# A button of ours may lead to another page of ours.
ACTING = test_attacks.ACTING.replace("[formaction]", "[formaction]:not([formaction^='/desk/'])")

# Every address on a page that a person can come to.
FOLLOW = "[...document.querySelectorAll('a[href], iframe[src]')].map(one => one.href || one.src)"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[House, tuple[str, ...]]]:
    """Give the product, open, and where to begin: with too much of everything, and all of it an attack."""
    with house_of_copy(tmp_path_factory.mktemp("payloads"), sqlite_template, "newsletter") as opened:
        with opened.application.database.write() as tx:
            places = furnish(tx, opened.application, opened.application.clock())
            accounts.add(tx, "Bo", Role.VIEWER, opened.application.clock(), "bo@example.org")
            load(tx, opened.application, opened.application.clock())
            consent(tx, opened.application)
            hostbook.say(tx, EVIL, "", opened.application.clock())
        bring(opened)
        with opened.application.database.write() as tx:
            poison(tx)
        yield opened, (*(path for path in places.values() if path.startswith("/desk")), *BEHIND)


def consent(tx: Transaction, application: Application) -> None:
    """Let somebody ask to join in words, by a form and with a browser that are the attack; its chain is written as always."""
    # Behind a proxy that is believed, the network is whatever somebody says it is.
    act = replace(FORM, wording=EVIL, form=EVIL, agent=EVIL, network=EVIL, language=EVIL, message_id=EVIL)
    register.request(tx, application.keyring, 1, parse("mal@example.org"), EVIL, application.clock(), act)


def bring(house: House) -> None:
    """Bring files: one of people that is tried, one of addresses to be kept out that is, and one that is not understood yet."""
    carrier = Porter(house.application).carrier
    order = ImportOrder(1, EVIL, is_confirmed=True, columns={"email": "email"}, source=EVIL)
    tried = carrier.keep(order, EVIL, FILE)
    with house.application.database.write() as tx:
        importwork.map_(tx, tried, order)
    carrier.keep(order, EVIL, FILE, reason=Reason.BOUNCED)
    carrier.carry()
    carrier.keep(replace(order, columns={}), EVIL, FILE)


def poison(tx: Transaction) -> None:
    """Write the attack into every field, with the number of its row where no two may be alike."""
    for name, columns in WRITTEN.items():
        table = metadata.tables[name]
        [key, *_] = table.primary_key.columns
        tx.execute(update(table).values({column: literal(EVIL) + cast(key, Text) for column in columns}))
    for name, documents in DOCUMENTS.items():
        tx.execute(update(metadata.tables[name]).values(documents))
    article = metadata.tables["article"]
    last = select(func.max(article.c.id)).scalar_subquery()
    tx.execute(update(article).where(article.c.id == last).values(document=RICH))
    tx.execute(update(metadata.tables["return_message"]).values(raw=zlib.compress(MESSAGE), size=len(MESSAGE)))
    delivery = metadata.tables["delivery"]
    tx.execute(update(delivery).where(delivery.c.state == "accepted").values(state="uncertain", settled_at=None))


def follow(page: Page, underway: Underway, house: House, starts: Sequence[str]) -> dict[str, str]:
    """Open every page of the desk that a link leads to, one of each line of the route table; gives its address by line."""
    patterns = {line.path: re.compile(_spelled(line.path)) for line in GETS}
    opened: dict[str, str] = {}
    waiting = deque(starts)
    while waiting:
        path = waiting.popleft()
        line = next((line for line, pattern in patterns.items() if pattern.fullmatch(urlsplit(path).path)), None)
        if line is None or line in opened:
            continue
        opened[line] = path
        look(page, underway, house, path)
        waiting += [found.removeprefix(house.url) for found in page.evaluate(FOLLOW) if found.startswith(f"{house.url}/desk")]
    return opened


def _spelled(path: str) -> str:
    numbers = re.sub(r"\\{\w+:int\\}", r"\\d+", re.escape(path))
    return re.sub(r"\\{\w+\\}", "[^/]+", numbers)


def look(page: Page, underway: Underway, house: House, path: str) -> None:
    """Open one page, with what is asked for later; a file is only asked for."""
    if (urlsplit(path).path.rpartition(".")[2]) in FILES:
        assert "attachment" in page.request.get(house.url + path).headers["content-disposition"], path
        return
    answer = page.goto(house.url + path)
    assert answer is not None
    policy = answer.headers.get("content-security-policy", "")
    # In a sandbox no script runs, not even one that waits for the next frame; what it asks for, it has when it is loaded.
    if "sandbox" not in policy or "allow-scripts" in policy:
        underway.settle()

    assert 200 == answer.status, path
    assert [] == page.eval_on_selector_all(ACTING, "all => all.map(one => one.outerHTML)"), path


def rich_article(house: House) -> str:
    """Give the page of the article that is kept as rich text."""
    article = metadata.tables["article"]
    with house.application.database.read() as tx:
        row = tx.execute(select(article.c.id, article.c.issue_id).where(article.c.document.is_not(None))).one()
    return f"/desk/issues/{row.issue_id}/articles/{row.id}"


def test_every_text_of_the_database_is_an_attack_or_says_why_not(house: tuple[House, tuple[str, ...]]) -> None:
    """A new column is written to, or it is named with its reason; and what is written to has rows."""
    opened, _ = house
    texts = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, (Text, Document)) or column.type.python_type is str
    }
    attacked = [
        f"{name}.{column}" for by_table in (WRITTEN, DOCUMENTS) for name, columns in by_table.items() for column in columns
    ]
    ours = [column for columns in OURS.values() for column in columns.split()]
    with opened.application.database.read() as tx:
        without = {
            name for name in (*WRITTEN, *DOCUMENTS) if tx.execute(select(metadata.tables[name]).limit(1)).first() is None
        }

    assert sorted(texts) == sorted([*attacked, *ours])
    assert set() == without


def test_no_field_becomes_a_script(browser: Browser, house: tuple[House, tuple[str, ...]]) -> None:  # noqa: F811 -- the fixture
    """Whatever it is and whoever wrote it, on every page a link of the desk leads to (A02, A03, W02)."""
    opened, starts = house
    page = browser.new_context().new_page()
    dialogs: list[str] = []
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.on("request", lambda request: asked.append(request.url))
    underway = Underway(page)
    enter(page, opened)
    seen = follow(page, underway, opened, starts)
    look(page, underway, opened, SECOND)
    look(page, underway, opened, rich_article(opened))

    assert [] == dialogs
    assert [] == [url for url in asked if not url.startswith((opened.url, "data:"))]
    assert UNLINKED.keys() == {line.path for line in GETS} - seen.keys()
