"""The pages of the settings: each with the permission it needs, and where."""

from newsletter.people.spans import CHOICES as SPANS
from newsletter.staff.permissions import Permission
from newsletter.web.desk.settings import (
    audit,
    calendars,
    domains,
    feeds,
    hooks,
    images,
    intake,
    keys,
    languages,
    listforms,
    listnotices,
    lists,
    looks,
    moves,
    overview,
    papers,
    provider,
    questions,
    relays,
    retention,
    returnrules,
    sections,
    staff,
    system,
)
from newsletter.web.visits import GET, POST, Of, Page

P = Permission
HERE = "/desk/settings"
PAPER = f"{HERE}/newsletters/{{newsletter_id:int}}"
LIST = f"{HERE}/lists/{{list_id:int}}"
FEED = f"{HERE}/feeds/{{feed_id:int}}"
RELAY = f"{HERE}/relays/{{name}}"
QUESTION = f"{HERE}/questions/{{key}}"
HOOK = f"{hooks.HERE}/{{hook_id:int}}"

# What their forms have; a field with another name is answered with 422 (A39).
NEW_PAPER = ("name", "sender_name", "sender_address", "reply_to", "postal_address", "zone", "language", "list_id", "list_name")
PAPER_FIELDS = (
    *("name", "language", "sender_name", "sender_address", "reply_to", "postal_address", "archive", "second_person"),
    *("counts_clicks", "seen"),
)
SECTION = (
    *("seen", "title", "kind", "look", "show", "most", "words", "required", "rest"),
    *("categories-*", "titles-*", "byline-*"),
)
CALENDAR = (
    *("which", "unit", "day", "at", "zone", "shift", "country", "draft_before", "contributions", "review", "approval"),
    *("covers", "least", "when_empty", "most_late", "seen"),
)
LIST_FIELDS = ("name", "description", "is_public", "language", "sender_name", "sender_address")
RELAY_FIELDS = (
    *("name", "host", "port", "tls", "is_insecure", "ca_file", "username", "password", "connections", "weight"),
    *("rate", "daily_cap", "quiet_hours", "warm_up", "zone"),
    *("messages", "idle", "pipelining", "chunking", "dsn", f"{relays.TIMEOUT}*"),
)
NOTICE = ("kind", "language", "subject", "heading", "text", "act", "seen")
ONE = f"{staff.HERE}/{{account_id:int}}"
ROLES = ("role", f"{staff.IN_ONE}*")

ROUTES = (
    Page(staff.HERE, GET, staff.show_all, P.MANAGE_STAFF),
    Page(provider.HERE, GET, provider.show, P.MANAGE_STAFF),
    Page(provider.HERE, POST, provider.save, P.MANAGE_STAFF, fields=("name", "issuer", "client_id", "secret", "is_enough")),
    Page(f"{provider.HERE}/remove", POST, provider.remove, P.MANAGE_STAFF, fields=()),
    Page(f"{staff.HERE}/new", GET, staff.ask, P.MANAGE_STAFF),
    Page(f"{staff.HERE}/new", POST, staff.add, P.MANAGE_STAFF, fields=("name", "address", "mail", *ROLES)),
    Page(ONE, GET, staff.show, P.MANAGE_STAFF),
    Page(ONE, POST, staff.save, P.MANAGE_STAFF, fields=("address", *ROLES)),
    Page(f"{ONE}/link", POST, staff.link, P.MANAGE_STAFF, fields=("mail",)),
    Page(f"{ONE}/sign-out", POST, staff.sign_out, P.MANAGE_STAFF, fields=()),
    Page(f"{ONE}/drop", POST, staff.drop, P.MANAGE_STAFF, fields=("second_factor", "passkeys")),
    Page(f"{ONE}/remove", GET, staff.ask_to_remove, P.MANAGE_STAFF),
    Page(f"{ONE}/remove", POST, staff.remove, P.MANAGE_STAFF, fields=()),
    Page(keys.HERE, GET, keys.show, P.MANAGE_STAFF),
    Page(keys.HERE, POST, keys.add, P.MANAGE_STAFF, fields=keys.FIELDS),
    Page(f"{keys.HERE}/{{key_id:int}}/revoke", POST, keys.revoke, P.MANAGE_STAFF, fields=()),
    Page(HERE, GET, overview.show, P.MANAGE_PEOPLE, Of.ANY_NEWSLETTER),
    # Newsletters.
    Page(f"{HERE}/newsletters", GET, papers.show_all, P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Page(f"{HERE}/newsletters/new", GET, papers.ask, P.MANAGE_NEWSLETTERS),
    Page(f"{HERE}/newsletters/new", POST, papers.create, P.MANAGE_NEWSLETTERS, fields=NEW_PAPER),
    Page(PAPER, GET, papers.show, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(PAPER, POST, papers.save, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=PAPER_FIELDS),
    Page(f"{PAPER}/zone", GET, moves.ask_zone, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/zone", POST, moves.set_zone, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=("zone",)),
    Page(f"{PAPER}/list", GET, moves.ask_list, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/list", POST, moves.set_list, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=("list_id",)),
    Page(f"{PAPER}/sections", GET, sections.show, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/sections", POST, sections.arrange, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=("place", "seen", "act")),
    Page(f"{PAPER}/sections/new", GET, sections.ask, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/sections/new", POST, sections.add, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=SECTION),
    Page(f"{PAPER}/sections/{{place:int}}", GET, sections.open_, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/sections/{{place:int}}", POST, sections.change, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=SECTION),
    Page(f"{PAPER}/calendar", GET, calendars.show, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/calendar", POST, calendars.save, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=CALENDAR),
    Page(f"{PAPER}/look", GET, looks.show, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/look", POST, looks.save, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=("theme", "sample", "token.*", "seen")),
    Page(f"{PAPER}/look/sample", GET, looks.sample, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page("/samples/{name}", GET, looks.picture, None),
    Page(f"{PAPER}/returns", GET, returnrules.show, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER),
    Page(f"{PAPER}/returns", POST, returnrules.save, P.MANAGE_NEWSLETTERS, Of.NEWSLETTER, fields=returnrules.FIELDS),
    Page(intake.HERE, GET, intake.show, P.MANAGE_INSTANCE),
    # Feeds.
    Page(f"{HERE}/feeds", GET, feeds.show, P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Page(f"{HERE}/feeds", POST, feeds.add, P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER, fields=("newsletter", "url")),
    Page(f"{HERE}/feeds/try", GET, feeds.try_out, P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Page(f"{FEED}/test", GET, feeds.test, P.MANAGE_NEWSLETTERS, Of.FEED),
    Page(f"{FEED}/read", POST, feeds.read, P.MANAGE_NEWSLETTERS, Of.FEED, fields=()),
    Page(f"{FEED}/remove", GET, feeds.ask_to_remove, P.MANAGE_NEWSLETTERS, Of.FEED),
    Page(f"{FEED}/remove", POST, feeds.remove, P.MANAGE_NEWSLETTERS, Of.FEED, fields=()),
    # Lists, their forms and what they say.
    Page(f"{HERE}/lists", GET, lists.show_all, P.MANAGE_PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{HERE}/lists/new", GET, lists.ask, P.MANAGE_PEOPLE),
    Page(f"{HERE}/lists/new", POST, lists.create, P.MANAGE_PEOPLE, fields=LIST_FIELDS),
    Page(LIST, GET, lists.show, P.MANAGE_PEOPLE, Of.LIST),
    Page(LIST, POST, lists.save, P.MANAGE_PEOPLE, Of.LIST, fields=(*LIST_FIELDS, "seen")),
    Page(f"{LIST}/people", GET, lists.count, P.MANAGE_PEOPLE, Of.LIST),
    Page(f"{LIST}/archive", GET, lists.ask_to_archive, P.MANAGE_PEOPLE, Of.LIST),
    Page(f"{LIST}/archive", POST, lists.archive, P.MANAGE_PEOPLE, Of.LIST, fields=()),
    Page(f"{LIST}/reopen", POST, lists.reopen, P.MANAGE_PEOPLE, Of.LIST, fields=()),
    Page(f"{LIST}/form", GET, listforms.show, P.MANAGE_PEOPLE, Of.LIST),
    Page(f"{LIST}/form/ask", POST, listforms.ask, P.MANAGE_PEOPLE, Of.LIST, fields=("key", "required")),
    Page(f"{LIST}/form/drop", POST, listforms.drop, P.MANAGE_PEOPLE, Of.LIST, fields=("key",)),
    Page(f"{LIST}/form/domains", POST, listforms.rule, P.MANAGE_PEOPLE, Of.LIST, fields=("domains", "verdict")),
    Page(f"{LIST}/topics", GET, listforms.topics, P.MANAGE_PEOPLE, Of.LIST),
    Page(f"{LIST}/topics", POST, listforms.add_topic, P.MANAGE_PEOPLE, Of.LIST, fields=("name", "description")),
    Page(
        f"{LIST}/topics/{{topic_id:int}}",
        POST,
        listforms.edit_topic,
        P.MANAGE_PEOPLE,
        Of.LIST,
        fields=("name", "description", "act"),
    ),
    Page(f"{LIST}/notices", GET, listnotices.show, P.MANAGE_PEOPLE, Of.LIST),
    Page(f"{LIST}/notices", POST, listnotices.save, P.MANAGE_PEOPLE, Of.LIST, fields=NOTICE),
    # What the whole instance may ask of its people.
    Page(f"{HERE}/questions", GET, questions.show, P.MANAGE_PEOPLE),
    Page(f"{HERE}/questions", POST, questions.define, P.MANAGE_PEOPLE, fields=("key", "kind", "label", "choices")),
    Page(QUESTION, POST, questions.save, P.MANAGE_PEOPLE, fields=("label", "choices")),
    Page(f"{QUESTION}/people", GET, questions.count, P.MANAGE_PEOPLE),
    Page(f"{QUESTION}/remove", GET, questions.ask_to_remove, P.MANAGE_PEOPLE),
    Page(f"{QUESTION}/remove", POST, questions.remove, P.MANAGE_PEOPLE, fields=()),
    # Relays and what proves their mail.
    Page(f"{HERE}/relays", GET, relays.show, P.MANAGE_RELAYS),
    Page(f"{HERE}/relays/new", GET, relays.ask, P.MANAGE_RELAYS),
    Page(f"{HERE}/relays/new", POST, relays.add, P.MANAGE_RELAYS, fields=RELAY_FIELDS),
    Page(f"{HERE}/relays/rates", POST, relays.set_rate, P.MANAGE_RELAYS, fields=("domain", "rate", "act")),
    Page(RELAY, GET, relays.open_, P.MANAGE_RELAYS),
    Page(RELAY, POST, relays.change, P.MANAGE_RELAYS, fields=RELAY_FIELDS),
    Page(f"{RELAY}/switch", POST, relays.switch, P.MANAGE_RELAYS, fields=("act",)),
    Page(f"{RELAY}/test", POST, relays.test, P.MANAGE_RELAYS, fields=("to",)),
    Page(f"{RELAY}/remove", GET, relays.ask_to_remove, P.MANAGE_RELAYS),
    Page(f"{RELAY}/remove", POST, relays.remove, P.MANAGE_RELAYS, fields=()),
    Page(domains.HERE, GET, domains.show, P.MANAGE_RELAYS),
    Page(f"{domains.HERE}/look", GET, domains.look, P.MANAGE_RELAYS),
    Page(f"{domains.HERE}/keys", POST, domains.make, P.MANAGE_RELAYS, fields=("domain", "kind")),
    Page(f"{domains.HERE}/activate", POST, domains.activate, P.MANAGE_RELAYS, fields=("domain", "selector")),
    Page(f"{domains.HERE}/retire", POST, domains.retire, P.MANAGE_RELAYS, fields=("domain", "selector")),
    # Programs that are told what happens.
    Page(hooks.HERE, GET, hooks.show_all, P.MANAGE_INSTANCE),
    Page(f"{hooks.HERE}/new", GET, hooks.ask, P.MANAGE_INSTANCE),
    Page(f"{hooks.HERE}/new", POST, hooks.add, P.MANAGE_INSTANCE, fields=hooks.FIELDS),
    Page(HOOK, GET, hooks.open_, P.MANAGE_INSTANCE),
    Page(HOOK, POST, hooks.change, P.MANAGE_INSTANCE, fields=hooks.FIELDS),
    Page(f"{HOOK}/edit", GET, hooks.edit, P.MANAGE_INSTANCE),
    Page(f"{HOOK}/switch", POST, hooks.switch, P.MANAGE_INSTANCE, fields=("act",)),
    Page(f"{HOOK}/secret", POST, hooks.secret, P.MANAGE_INSTANCE, fields=("act",)),
    Page(f"{HOOK}/test", POST, hooks.test, P.MANAGE_INSTANCE, fields=()),
    Page(f"{HOOK}/replay", POST, hooks.replay, P.MANAGE_INSTANCE, fields=("message",)),
    Page(f"{HOOK}/messages/{{telling_id:int}}", GET, hooks.message, P.MANAGE_INSTANCE),
    Page(f"{HOOK}/remove", GET, hooks.ask_to_remove, P.MANAGE_INSTANCE),
    Page(f"{HOOK}/remove", POST, hooks.remove, P.MANAGE_INSTANCE, fields=()),
    # The instance.
    Page(f"{HERE}/images", GET, images.show, P.EDIT),
    Page(f"{HERE}/images/{{key}}", POST, images.change, P.EDIT, fields=("name", "alt", "credit", "focus", "act")),
    Page(f"{HERE}/languages", GET, languages.show, P.MANAGE_NEWSLETTERS),
    Page(f"{HERE}/retention", GET, retention.show, P.MANAGE_INSTANCE),
    Page(f"{HERE}/retention", POST, retention.change, P.MANAGE_INSTANCE, fields=("act", *SPANS)),
    Page(f"{HERE}/retention/undo", POST, retention.have_back, P.MANAGE_INSTANCE, fields=("name",)),
    Page(f"{HERE}/retention/rehearsal", GET, retention.rehearse, P.MANAGE_INSTANCE),
    Page(f"{HERE}/audit", GET, audit.show, P.MANAGE_STAFF),
    Page(f"{HERE}/audit.csv", GET, audit.csv, P.MANAGE_STAFF),
    Page(f"{HERE}/audit.json", GET, audit.json_lines, P.MANAGE_STAFF),
    Page(system.HERE, GET, system.show, P.MANAGE_INSTANCE),
    Page(system.WORKERS, POST, system.tell_workers, P.MANAGE_INSTANCE, fields=("act", "host", "worker")),
)
