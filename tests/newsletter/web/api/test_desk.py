"""What an account does at the desk, programs do too: every act of the desk has its endpoint, or a reason why it has none."""

from collections.abc import Mapping

from newsletter.web.api.assembly import ROOMS
from newsletter.web.desk.routes import ROUTES
from newsletter.web.visits import Page

LINES = {f"{line.method} {line.path.replace(':int', '')}": line for room in ROOMS for line in room.lines}

# Why a program does not do it.
SIGNING_IN = "Signing in is for people; a program comes with its key."
OWN_ACCOUNT = "It is the account of whoever sits at the screen: what they sign in with, and where they are signed in."
WAY_IN = "It opens a way in. Whoever finds a key must not make themselves another one that outlives it."
SCREEN = "It is about a page on a screen, and changes nothing that is kept."
UNSAVED = "It keeps what is typed and not saved in a browser; a program has nothing half typed."

ISSUE, ARTICLE, SECTION = (
    "/issues/{issue_id}",
    "/issues/{issue_id}/articles/{article_id}",
    "/issues/{issue_id}/sections/{section_id}",
)
PAPER, LIST, PERSON = "/newsletters/{newsletter_id}", "/lists/{list_id}", "/subscribers/{subscriber_id}"

# By the address below /desk: the endpoints that do what it does, or why none does. A reason is a sentence, and ends as one.
ACTS: Mapping[str, tuple[str, ...]] = {
    # The door, and one's own account.
    "/enter/{token}": (SIGNING_IN,),
    "/sign-in": (SIGNING_IN,),
    "/sign-in/second": (SIGNING_IN,),
    "/sign-in/passkey/begin": (SIGNING_IN,),
    "/sign-in/passkey": (SIGNING_IN,),
    "/sign-in/forgotten": (SIGNING_IN,),
    "/link/{token}": (SIGNING_IN,),
    "/leave": (SIGNING_IN,),
    "/account/name": (OWN_ACCOUNT,),
    "/account/password": (OWN_ACCOUNT,),
    "/account/second-factor/begin": (OWN_ACCOUNT,),
    "/account/second-factor": (OWN_ACCOUNT,),
    "/account/second-factor/off": (OWN_ACCOUNT,),
    "/account/codes": (OWN_ACCOUNT,),
    "/account/passkeys/begin": (OWN_ACCOUNT,),
    "/account/passkeys/new": (OWN_ACCOUNT,),
    "/account/passkeys/{passkey_id}/remove": (OWN_ACCOUNT,),
    "/account/provider/unbind": (OWN_ACCOUNT,),
    "/account/sessions/{session_id}/end": (OWN_ACCOUNT,),
    "/account/sessions/end-others": (OWN_ACCOUNT,),
    # The board.
    f"{PAPER}/draft": (f"POST {PAPER}/issues",),
    f"{PAPER}/begin": (f"POST {PAPER}/issues",),
    "/alerts/{alert_id}/settle": ("POST /alerts/{alert_id}/settle",),
    # An issue.
    f"{ISSUE}/owners": (f"PUT {SECTION}/owner",),
    f"{ISSUE}/approve": (f"POST {ISSUE}/approve",),
    f"{ISSUE}/reviewers": (f"POST {ISSUE}/reviewers",),
    f"{ISSUE}/reviewers/{{link_id}}/revoke": (f"POST {ISSUE}/reviewers/{{link_id}}/revoke",),
    f"{ISSUE}/comments": (f"POST {ISSUE}/comments",),
    f"{ISSUE}/comments/{{comment_id}}/resolve": (f"POST {ISSUE}/comments/{{comment_id}}/resolve",),
    f"{ISSUE}/proof": (f"POST {ISSUE}/proof",),
    f"{ISSUE}/audience": (f"PUT {ISSUE}/readers",),
    f"{ISSUE}/schedule": (f"POST {ISSUE}/schedule",),
    f"{ISSUE}/send": (f"POST {ISSUE}/send",),
    f"{ISSUE}/undo": (f"POST {ISSUE}/undo", f"POST {ISSUE}/orders/{{order_id}}/undo"),
    f"{ISSUE}/unschedule": (f"POST {ISSUE}/unschedule",),
    f"{ISSUE}/pause": (f"POST {ISSUE}/pause",),
    f"{ISSUE}/resume": (f"POST {ISSUE}/resume",),
    f"{ISSUE}/rate": (f"POST {ISSUE}/rate",),
    f"{ISSUE}/cancel": (f"POST {ISSUE}/cancel",),
    f"{ISSUE}/uncertain": (f"POST {ISSUE}/uncertain",),
    f"{ISSUE}/rest": (f"POST {ISSUE}/rest",),
    # The composer.
    f"{ISSUE}/compose": (
        *(f"POST {ARTICLE}/move", f"POST {ARTICLE}/drop", f"POST {ARTICLE}/restore", f"PATCH {ARTICLE}"),
        *(f"PATCH {SECTION}", f"POST {ISSUE}/restore", f"POST {ISSUE}/comments"),
        f"POST {ISSUE}/comments/{{comment_id}}/resolve",
    ),
    f"{ISSUE}/compose/here": (SCREEN,),
    f"{ISSUE}/compose/head": (f"PATCH {ISSUE}",),
    f"{ISSUE}/compose/head/unsaved": (UNSAVED,),
    f"{ISSUE}/compose/articles/{{article_id}}": (f"PATCH {ARTICLE}", "POST /files/images"),
    f"{ISSUE}/compose/articles/{{article_id}}/unsaved": (UNSAVED,),
    f"{ISSUE}/compose/take": (f"POST {ISSUE}/articles",),
    f"{ISSUE}/compose/reader": (SCREEN,),
    f"{ISSUE}/compose/sections": (f"POST {ISSUE}/sections",),
    f"{ISSUE}/compose/sections/{{section_id}}": (f"PATCH {SECTION}",),
    f"{ISSUE}/compose/sections/{{section_id}}/unsaved": (UNSAVED,),
    f"{ISSUE}/compose/sections/{{section_id}}/remove": (f"DELETE {SECTION}",),
    f"{ISSUE}/compose/sections/{{section_id}}/page": (f"POST {ISSUE}/articles",),
    f"{ISSUE}/compose/sections/{{section_id}}/text": (f"POST {ISSUE}/articles", f"PUT {ISSUE}/letter"),
    f"{ISSUE}/compose/sections/{{section_id}}/event": (f"POST {ISSUE}/articles",),
    f"{ISSUE}/compose/sections/{{section_id}}/snippet": (f"POST {ISSUE}/articles",),
    # Writing.
    ARTICLE: (f"PATCH {ARTICLE}",),
    f"{ARTICLE}/unsaved": (UNSAVED,),
    f"{ARTICLE}/take": (f"POST {ARTICLE}/take-version",),
    f"{ARTICLE}/post": (f"POST {ARTICLE}/take-revision", f"POST {ARTICLE}/keep-text"),
    f"{ARTICLE}/here": (SCREEN,),
    f"{ARTICLE}/paste": (SCREEN,),
    f"{ARTICLE}/pictures": ("POST /files/images",),
    f"{ARTICLE}/comments": (f"POST {ISSUE}/comments",),
    f"{ARTICLE}/comments/{{comment_id}}/done": (f"POST {ISSUE}/comments/{{comment_id}}/resolve",),
    f"{ISSUE}/versions/undo": (f"POST {ISSUE}/restore",),
    f"{ISSUE}/versions/{{label}}/restore": (f"POST {ISSUE}/restore",),
    f"{ISSUE}/contributions": (f"POST {ISSUE}/contributions",),
    f"{ISSUE}/contributions/{{number}}/ask": (f"POST {ISSUE}/contributions/{{number}}/ask",),
    f"{ISSUE}/contributions/{{number}}/remind": (f"POST {ISSUE}/contributions/{{number}}/remind",),
    f"{ISSUE}/contributions/{{number}}/withdraw": (f"POST {ISSUE}/contributions/{{number}}/withdraw",),
    # What is kept to be used again.
    f"{PAPER}/snippets/new": (f"POST {PAPER}/snippets",),
    f"{PAPER}/snippets/{{snippet_id}}": (f"PATCH {PAPER}/snippets/{{snippet_id}}",),
    f"{PAPER}/snippets/{{snippet_id}}/remove": (f"DELETE {PAPER}/snippets/{{snippet_id}}",),
    f"{PAPER}/snippets/back": (f"POST {PAPER}/snippets",),
    f"{PAPER}/authors/new": (f"POST {PAPER}/authors",),
    f"{PAPER}/authors/{{author_id}}": (f"PATCH {PAPER}/authors/{{author_id}}",),
    f"{PAPER}/authors/{{author_id}}/merge": (f"POST {PAPER}/authors/{{author_id}}/merge",),
    f"{PAPER}/authors/{{author_id}}/remove": (f"DELETE {PAPER}/authors/{{author_id}}",),
    # People.
    "/people/add": ("POST /subscribers",),
    "/people/export": (f"GET {LIST}/people.csv", f"GET {LIST}/people.ndjson"),
    "/people/export/found": ("GET /subscribers.csv", "GET /subscribers.ndjson"),
    "/people/imports": ("POST /files/imports",),
    "/people/imports/files/{work_id}/try": ("POST /imports/uploads/{work_id}/try",),
    "/people/imports/files/{work_id}/run": ("POST /imports/uploads/{work_id}/run",),
    "/people/imports/files/{work_id}/drop": ("DELETE /imports/uploads/{work_id}",),
    "/people/imports/{import_id}/undo": ("POST /imports/{import_id}/undo",),
    "/people/imports/{import_id}/ask": ("POST /imports/{import_id}/ask",),
    "/people/requests/guest/data": ("POST /guests/data",),
    "/people/requests/guest/erase": ("POST /guests/erase",),
    "/people/segments/new": ("POST /segments",),
    "/people/segments/{segment_id}": ("PATCH /segments/{segment_id}",),
    "/people/segments/{segment_id}/remove": ("DELETE /segments/{segment_id}",),
    "/people/segments/{segment_id}/export": (
        "GET /segments/{segment_id}/people.csv",
        "GET /segments/{segment_id}/people.ndjson",
    ),
    "/people/suppression": ("POST /suppressions",),
    "/people/suppression/lift": ("POST /suppressions/lift",),
    "/people/suppression/files": ("POST /files/suppressions",),
    "/people/suppression/files/{work_id}/try": ("POST /suppressions/files/{work_id}/try",),
    "/people/suppression/files/{work_id}/run": ("POST /suppressions/files/{work_id}/run",),
    "/people/suppression/files/{work_id}/undo": ("POST /suppressions/files/{work_id}/undo",),
    "/people/suppression/files/{work_id}/drop": ("DELETE /suppressions/files/{work_id}",),
    "/people/{subscriber_id}/edit": (f"PATCH {PERSON}",),
    "/people/{subscriber_id}/terms": (f"PATCH {PERSON}/subscriptions/{{list_id}}",),
    "/people/{subscriber_id}/unsubscribe": (f"POST {PERSON}/unsubscribe",),
    "/people/{subscriber_id}/keep-out": ("POST /suppressions",),
    "/people/{subscriber_id}/lift": ("POST /suppressions/lift",),
    "/people/{subscriber_id}/move": (f"POST {PERSON}/move",),
    "/people/{subscriber_id}/request": (f"POST {PERSON}/requests",),
    "/people/{subscriber_id}/answered": (f"POST {PERSON}/requests/{{request_id}}/answered",),
    "/people/{subscriber_id}/data": (f"POST {PERSON}/data",),
    "/people/{subscriber_id}/erase": (f"DELETE {PERSON}",),
    # Figures.
    f"{ISSUE}/figures/clicks": (f"GET {ISSUE}/clicks/people", f"GET {ISSUE}/clicks/people.ndjson"),
    # The staff.
    "/settings/staff/provider": (WAY_IN,),
    "/settings/staff/provider/remove": (WAY_IN,),
    "/settings/staff/new": (WAY_IN,),
    "/settings/staff/{account_id}": (WAY_IN,),
    "/settings/staff/{account_id}/link": (WAY_IN,),
    "/settings/staff/{account_id}/sign-out": ("POST /staff/{account_id}/sign-out",),
    "/settings/staff/{account_id}/drop": (WAY_IN,),
    "/settings/staff/{account_id}/remove": ("DELETE /staff/{account_id}",),
    "/settings/keys": (WAY_IN,),
    "/settings/keys/{key_id}/revoke": ("POST /keys/{key_id}/revoke",),
    # Newsletters.
    "/settings/newsletters/new": ("POST /newsletters",),
    f"/settings{PAPER}": (f"PATCH {PAPER}",),
    f"/settings{PAPER}/zone": (f"POST {PAPER}/zone",),
    f"/settings{PAPER}/list": (f"POST {PAPER}/list",),
    f"/settings{PAPER}/sections": (f"PUT {PAPER}/plan",),
    f"/settings{PAPER}/sections/new": (f"PUT {PAPER}/plan",),
    f"/settings{PAPER}/sections/{{place}}": (f"PUT {PAPER}/plan",),
    f"/settings{PAPER}/calendar": (f"PUT {PAPER}/calendar",),
    f"/settings{PAPER}/look": (f"PUT {PAPER}/look",),
    f"/settings{PAPER}/returns": (f"PUT {PAPER}/return-rules",),
    "/settings/feeds": (f"POST {PAPER}/feeds",),
    "/settings/feeds/{feed_id}/read": ("POST /feeds/{feed_id}/read",),
    "/settings/feeds/{feed_id}/remove": ("DELETE /feeds/{feed_id}",),
    # Lists.
    "/settings/lists/new": ("POST /lists",),
    f"/settings{LIST}": (f"PATCH {LIST}",),
    f"/settings{LIST}/archive": (f"POST {LIST}/archive",),
    f"/settings{LIST}/reopen": (f"POST {LIST}/reopen",),
    f"/settings{LIST}/form/ask": (f"PUT {LIST}/questions/{{key}}",),
    f"/settings{LIST}/form/drop": (f"DELETE {LIST}/questions/{{key}}",),
    f"/settings{LIST}/form/domains": (f"PUT {LIST}/domains",),
    f"/settings{LIST}/topics": (f"POST {LIST}/topics",),
    f"/settings{LIST}/topics/{{topic_id}}": (f"PATCH {LIST}/topics/{{topic_id}}", f"DELETE {LIST}/topics/{{topic_id}}"),
    f"/settings{LIST}/notices": (f"PUT {LIST}/notices/{{kind}}/{{language}}", f"DELETE {LIST}/notices/{{kind}}/{{language}}"),
    "/settings/questions": ("POST /attributes",),
    "/settings/questions/{key}": ("PATCH /attributes/{key}",),
    "/settings/questions/{key}/remove": ("DELETE /attributes/{key}",),
    # Relays and what signs.
    "/settings/relays/new": ("POST /relays",),
    "/settings/relays/rates": ("PUT /rates/{domain}", "DELETE /rates/{domain}"),
    "/settings/relays/{name}": ("PATCH /relays/{name}",),
    "/settings/relays/{name}/switch": ("POST /relays/{name}/enable", "POST /relays/{name}/disable"),
    "/settings/relays/{name}/test": ("POST /relays/{name}/test",),
    "/settings/relays/{name}/remove": ("DELETE /relays/{name}",),
    "/settings/domains/keys": ("POST /dkim",),
    "/settings/domains/activate": ("POST /dkim/{domain}/{selector}/activate",),
    "/settings/domains/retire": ("POST /dkim/{domain}/{selector}/retire",),
    # The instance.
    "/settings/webhooks/new": ("POST /webhooks",),
    "/settings/webhooks/{hook_id}": ("PATCH /webhooks/{hook_id}",),
    "/settings/webhooks/{hook_id}/switch": ("POST /webhooks/{hook_id}/enable", "POST /webhooks/{hook_id}/disable"),
    "/settings/webhooks/{hook_id}/secret": ("POST /webhooks/{hook_id}/rotate",),
    "/settings/webhooks/{hook_id}/test": ("POST /webhooks/{hook_id}/test",),
    "/settings/webhooks/{hook_id}/replay": ("POST /webhooks/{hook_id}/replay",),
    "/settings/webhooks/{hook_id}/remove": ("DELETE /webhooks/{hook_id}",),
    "/settings/images/{key}": ("PATCH /images/{key}", "DELETE /images/{key}"),
    "/settings/retention": ("PUT /retention/{name}", "POST /retention/rehearsal"),
    "/settings/retention/undo": ("POST /retention/{name}/undo",),
    "/settings/system/workers": ("POST /workers/{worker}/drain", "POST /workers/{worker}/resume", "PUT /hosts/{host}"),
}

# A page that only asks, or shows a form: what follows it is an act above.
ASKS = (
    *("/enter/{token}", "/sign-in", "/sign-in/second", "/sign-in/passkey", "/sign-in/provider", "/sign-in/provider/back"),
    *("/sign-in/forgotten", "/sign-in/forgotten/sent", "/link/{token}", "/link/{token}/provider"),
    *("/account", "/account/second-factor", "/account/passkeys/new"),
    *(f"{PAPER}/begin", f"{ISSUE}/send", f"{ISSUE}/send/look", f"{ISSUE}/cancel"),
    *(f"{PAPER}/snippets/new", f"{PAPER}/authors/new", "/people/add", "/people/export", "/people/export/found"),
    *("/people/segments/new", "/people/segments/{segment_id}/export", "/people/{subscriber_id}/erase"),
    *("/settings", "/settings/staff/provider", "/settings/staff/new", "/settings/staff/{account_id}/remove"),
    *("/settings/newsletters/new", f"/settings{PAPER}/zone", f"/settings{PAPER}/list", f"/settings{PAPER}/sections/new"),
    *(f"/settings{PAPER}/sections/{{place}}", "/settings/feeds/{feed_id}/remove", "/settings/lists/new"),
    *(f"/settings{LIST}/archive", "/settings/questions/{key}/remove", "/settings/relays/new"),
    *("/settings/relays/{name}/remove", "/settings/webhooks/new", "/settings/webhooks/{hook_id}/edit"),
    "/settings/webhooks/{hook_id}/remove",
)
DRAWN = "It is drawn for eyes: a piece of a page, a picture of the program, or what is told again as it changes."
LANGUAGES = "It tells which languages this version of the program speaks."
SETTINGS_FILE = "It tells what stands in the settings of the machine, which no account changes."

# What else is shown, by the address below /desk: the endpoints that tell it, or why none does.
SHOWS: Mapping[str, tuple[str, ...]] = {
    "": ("GET /newsletters", "GET /alerts", f"GET {PAPER}/issues"),
    f"{PAPER}/readers": (f"GET {PAPER}/figures",),
    f"{PAPER}/issues": (f"GET {PAPER}/issues",),
    ISSUE: (f"GET {ISSUE}",),
    f"{ISSUE}/owners": (f"GET {ISSUE}/owners",),
    f"{ISSUE}/review": (f"GET {ISSUE}/comments", f"GET {ISSUE}/reviewers", f"GET {ISSUE}/findings"),
    f"{ISSUE}/send/count": (f"GET {ISSUE}/readers/count",),
    f"{ISSUE}/live": (f"GET {ISSUE}/report",),
    f"{ISSUE}/stream": (DRAWN,),
    f"{ISSUE}/uncertain": (f"GET {ISSUE}/uncertain",),
    f"{ISSUE}/rest": (f"GET {ISSUE}/rest",),
    f"{ISSUE}/preview": (f"GET {ISSUE}/preview",),
    f"{ISSUE}/compose": (f"GET {ISSUE}", f"GET {PAPER}/posts"),
    ARTICLE: (f"GET {ISSUE}",),
    f"{ARTICLE}/versions": (f"GET {ISSUE}/versions",),
    f"{ARTICLE}/beside/{{label}}": (f"GET {ISSUE}/versions/{{label}}",),
    f"{ARTICLE}/post": (f"GET {ISSUE}/revisions",),
    f"{ARTICLE}/pictures": ("GET /images",),
    f"{ISSUE}/versions": (f"GET {ISSUE}/versions",),
    f"{ISSUE}/versions/{{label}}": (f"GET {ISSUE}/versions/{{label}}",),
    f"{ISSUE}/contributions": (f"GET {ISSUE}/contributions",),
    f"{PAPER}/snippets": (f"GET {PAPER}/snippets",),
    f"{PAPER}/snippets/{{snippet_id}}": (f"GET {PAPER}/snippets/{{snippet_id}}",),
    f"{PAPER}/authors": (f"GET {PAPER}/authors",),
    f"{PAPER}/authors/{{author_id}}": (f"GET {PAPER}/authors/{{author_id}}",),
    "/people": ("GET /subscribers",),
    "/people/imports": ("GET /imports",),
    "/people/imports/files/{work_id}": ("GET /imports/uploads/{work_id}",),
    "/people/imports/files/{work_id}/left-out.csv": ("GET /imports/uploads/{work_id}",),
    "/people/imports/{import_id}": ("GET /imports/{import_id}",),
    "/people/requests": ("GET /requests",),
    "/people/segments": ("GET /segments",),
    "/people/segments/{segment_id}": ("GET /segments/{segment_id}", "GET /segments/count"),
    "/people/suppression": ("GET /suppressions", "POST /suppressions/look", "GET /suppressions/files"),
    "/people/suppression/files/{work_id}": ("GET /suppressions/files/{work_id}",),
    "/people/suppression/files/{work_id}/left-out.csv": ("GET /suppressions/files/{work_id}",),
    "/people/{subscriber_id}": (f"GET {PERSON}", f"GET {PERSON}/subscriptions", f"GET {PERSON}/consent"),
    "/returns": ("GET /returns",),
    "/returns/{return_id}": ("GET /returns/{return_id}",),
    "/returns/{return_id}.eml": ("GET /returns/{return_id}/message",),
    "/figures": (f"GET {PAPER}/figures", f"GET {LIST}/departures"),
    "/figures/size": (f"GET {PAPER}/figures",),
    "/figures/{key}.csv": (f"GET {PAPER}/figures",),
    f"{ISSUE}/figures": (f"GET {ISSUE}/report", f"GET {ISSUE}/returns", f"GET {ISSUE}/clicks"),
    f"{ISSUE}/figures/domains": (f"GET {ISSUE}/returns",),
    f"{ISSUE}/figures/clicks": (f"GET {ISSUE}/clicks/people",),
    f"{ISSUE}/figures/{{key}}.csv": (f"GET {ISSUE}/report", f"GET {ISSUE}/returns", f"GET {ISSUE}/clicks"),
    "/settings/staff": ("GET /staff",),
    "/settings/staff/{account_id}": ("GET /staff",),
    "/settings/keys": ("GET /keys",),
    "/settings/newsletters": ("GET /newsletters",),
    f"/settings{PAPER}": (f"GET {PAPER}",),
    f"/settings{PAPER}/sections": (f"GET {PAPER}/plan",),
    f"/settings{PAPER}/calendar": (f"GET {PAPER}/calendar",),
    f"/settings{PAPER}/look": (f"GET {PAPER}/look", "GET /themes"),
    f"/settings{PAPER}/look/sample": (DRAWN,),
    "/samples/{name}": (DRAWN,),
    f"/settings{PAPER}/returns": (f"GET {PAPER}/return-rules",),
    "/settings/returns": (SETTINGS_FILE,),
    "/settings/feeds": ("GET /feeds",),
    "/settings/feeds/try": (f"POST {PAPER}/feeds/try",),
    "/settings/feeds/{feed_id}/test": (f"POST {PAPER}/feeds/try", "GET /feeds/{feed_id}"),
    "/settings/lists": ("GET /lists",),
    f"/settings{LIST}": (f"GET {LIST}",),
    f"/settings{LIST}/people": (f"GET {LIST}/people",),
    f"/settings{LIST}/form": (f"GET {LIST}/questions", f"GET {LIST}/domains"),
    f"/settings{LIST}/topics": (f"GET {LIST}/topics",),
    f"/settings{LIST}/notices": (f"GET {LIST}/notices/{{kind}}/{{language}}",),
    "/settings/questions": ("GET /attributes",),
    "/settings/questions/{key}/people": ("GET /segments/count",),
    "/settings/relays": ("GET /relays", "GET /rates"),
    "/settings/relays/{name}": ("GET /relays/{name}",),
    "/settings/domains": ("GET /dkim",),
    "/settings/domains/look": ("GET /dkim/{domain}/{selector}/published", "GET /checks/senders"),
    "/settings/webhooks": ("GET /webhooks",),
    "/settings/webhooks/{hook_id}": ("GET /webhooks/{hook_id}", "GET /webhooks/{hook_id}/messages"),
    "/settings/webhooks/{hook_id}/messages/{telling_id}": ("GET /webhooks/{hook_id}/messages",),
    "/settings/images": ("GET /images",),
    "/settings/languages": (LANGUAGES,),
    "/settings/retention": ("GET /retention",),
    "/settings/retention/rehearsal": ("POST /retention/rehearsal",),
    "/settings/audit": ("GET /audit",),
    "/settings/audit.csv": ("GET /audit",),
    "/settings/audit.json": ("GET /audit",),
    "/settings/system": ("GET /checks", "GET /workers", "GET /hosts"),
}


def below_the_desk(page: Page) -> str:
    """Give the address of a page as the table has it."""
    return page.path.removeprefix("/desk").replace(":int", "")


def endpoints() -> list[tuple[Page, str]]:
    """Give each act with each of its endpoints."""
    acts = [page for page in ROUTES if page.methods != ("GET",)]
    return [(page, one) for page in acts for one in ACTS.get(below_the_desk(page), ()) if not one.endswith(".")]


def test_every_act_of_the_desk_has_its_endpoint_or_a_reason() -> None:
    """A new button is a new endpoint; what the desk does no more stands here no more."""
    assert {below_the_desk(page) for page in ROUTES if page.methods != ("GET",)} == set(ACTS)
    assert [] == [one for _, one in endpoints() if one not in LINES]


def test_what_the_desk_shows_is_told_to_programs() -> None:
    """By an endpoint, or with a reason why by none."""
    pages = {below_the_desk(page) for page in ROUTES if page.methods == ("GET",)}

    assert pages == {*ASKS, *SHOWS}
    assert [] == [one for shown in SHOWS.values() for one in shown if not one.endswith(".") and one not in LINES]


def test_an_endpoint_asks_for_what_its_button_asks_for() -> None:
    """Neither more nor less: what an account may do at the desk, its key may."""
    differs = [(page.path, one) for page, one in endpoints() if LINES[one].permission is not page.permission]

    assert [] == differs
