"""The lines of the route table for people."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.people import (
    acts,
    adding,
    blocklists,
    browse,
    exports,
    guests,
    imports,
    inhand,
    person,
    requests,
    segments,
    suppressions,
    takeouts,
)
from newsletter.web.visits import GET, POST, Of, Page
from subscribers.segments.rows import MOST_GROUPS

PEOPLE = Permission.MANAGE_PEOPLE
_WORK = "/desk/people/imports/files/{work_id:int}"
_BLOCKLIST = "/desk/people/suppression/files/{work_id:int}"

# What their forms have; a field with another name is answered with 422 (A39).
_ADDED = ("address", "name", "list", "how", "basis")
# What a file holds is said column by column.
_FILE = ("encoding", "raw", f"{inhand.COLUMN}*")
_TERMS = ("list", "cadence", "until", "all-topics", "topic-*")
_RULE = ("act", "join", "rule", "list", *(f"g{number}-*" for number in range(MOST_GROUPS)))

ROUTES = (
    Page("/desk/people", GET, browse.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", GET, adding.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", POST, adding.add, PEOPLE, Of.ANY_NEWSLETTER, fields=_ADDED),
    Page("/desk/people/export", GET, exports.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export", POST, exports.export, PEOPLE, Of.ANY_NEWSLETTER, fields=("list", "raw")),
    Page("/desk/people/export/found", GET, takeouts.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export/found", POST, takeouts.take, PEOPLE, Of.ANY_NEWSLETTER, fields=("raw",)),
    Page("/desk/people/imports", GET, imports.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page(
        "/desk/people/imports",
        POST,
        imports.bring,
        PEOPLE,
        Of.ANY_NEWSLETTER,
        takes_uploads=True,
        largest_upload=inhand.LARGEST,
        fields=("list", "file"),
    ),
    Page(f"{_WORK}", GET, imports.look, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_WORK}/try", POST, imports.try_, PEOPLE, Of.ANY_NEWSLETTER, fields=("consent", "basis", "updates", *_FILE)),
    Page(f"{_WORK}/run", POST, imports.run, PEOPLE, Of.ANY_NEWSLETTER, fields=()),
    Page(f"{_WORK}/drop", POST, imports.drop, PEOPLE, Of.ANY_NEWSLETTER, fields=()),
    Page(f"{_WORK}/left-out.csv", GET, imports.rejects, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/imports/{import_id:int}", GET, imports.one, PEOPLE, Of.IMPORT),
    Page("/desk/people/imports/{import_id:int}/undo", POST, imports.undo, PEOPLE, Of.IMPORT, fields=()),
    Page("/desk/people/imports/{import_id:int}/ask", POST, imports.ask, PEOPLE, Of.IMPORT, fields=("pace",)),
    Page("/desk/people/requests", GET, requests.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/requests/guest/data", POST, guests.hand_out, PEOPLE, Of.ANY_NEWSLETTER, fields=("address",)),
    Page("/desk/people/requests/guest/erase", POST, guests.erase, PEOPLE, Of.ANY_NEWSLETTER, fields=("address",)),
    Page("/desk/people/segments", GET, segments.show, PEOPLE, Of.ANY_NEWSLETTER),
    # A segment is asked for by issues of any newsletter.
    Page("/desk/people/segments/new", GET, segments.new, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/new", POST, segments.make, PEOPLE, Of.INSTANCE, fields=("name", *_RULE)),
    Page("/desk/people/segments/{segment_id:int}", GET, segments.edit, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/{segment_id:int}", POST, segments.change, PEOPLE, Of.INSTANCE, fields=(*_RULE, "seen")),
    Page("/desk/people/segments/{segment_id:int}/remove", POST, segments.remove, PEOPLE, Of.INSTANCE, fields=()),
    Page("/desk/people/segments/{segment_id:int}/export", GET, takeouts.segment_form, PEOPLE, Of.INSTANCE),
    Page(
        "/desk/people/segments/{segment_id:int}/export",
        POST,
        takeouts.take_segment,
        PEOPLE,
        Of.INSTANCE,
        fields=("list", "raw"),
    ),
    Page("/desk/people/suppression", GET, suppressions.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/suppression", POST, suppressions.add, PEOPLE, Of.ANY_NEWSLETTER, fields=("address", "reason", "list")),
    Page(
        "/desk/people/suppression/lift", POST, suppressions.lift, PEOPLE, Of.ANY_NEWSLETTER, fields=("address", "list", "why")
    ),
    Page(
        "/desk/people/suppression/files",
        POST,
        blocklists.bring,
        PEOPLE,
        Of.ANY_NEWSLETTER,
        takes_uploads=True,
        largest_upload=inhand.LARGEST,
        fields=("file", "reason", "list"),
    ),
    Page(_BLOCKLIST, GET, blocklists.look, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_BLOCKLIST}/try", POST, blocklists.try_, PEOPLE, Of.ANY_NEWSLETTER, fields=_FILE),
    Page(f"{_BLOCKLIST}/run", POST, blocklists.run, PEOPLE, Of.ANY_NEWSLETTER, fields=()),
    Page(f"{_BLOCKLIST}/undo", POST, blocklists.undo, PEOPLE, Of.ANY_NEWSLETTER, fields=()),
    Page(f"{_BLOCKLIST}/drop", POST, blocklists.drop, PEOPLE, Of.ANY_NEWSLETTER, fields=()),
    Page(f"{_BLOCKLIST}/left-out.csv", GET, blocklists.rejects, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/{subscriber_id:int}", GET, person.show, PEOPLE, Of.SUBSCRIBER),
    Page(
        "/desk/people/{subscriber_id:int}/edit",
        POST,
        acts.edit,
        PEOPLE,
        Of.SUBSCRIBER,
        fields=("name", "language", f"{acts.ANSWER}*"),
    ),
    Page("/desk/people/{subscriber_id:int}/terms", POST, acts.prefer, PEOPLE, Of.SUBSCRIBER, fields=_TERMS),
    Page("/desk/people/{subscriber_id:int}/unsubscribe", POST, acts.unsubscribe, PEOPLE, Of.SUBSCRIBER, fields=("list", "why")),
    Page("/desk/people/{subscriber_id:int}/keep-out", POST, acts.keep_out, PEOPLE, Of.SUBSCRIBER, fields=("reason", "list")),
    Page("/desk/people/{subscriber_id:int}/lift", POST, acts.lift, PEOPLE, Of.SUBSCRIBER, fields=("list", "why")),
    Page("/desk/people/{subscriber_id:int}/move", POST, acts.move, PEOPLE, Of.SUBSCRIBER, fields=("address",)),
    Page("/desk/people/{subscriber_id:int}/request", POST, requests.note, PEOPLE, Of.SUBSCRIBER, fields=("kind", "note")),
    Page("/desk/people/{subscriber_id:int}/answered", POST, requests.answered, PEOPLE, Of.SUBSCRIBER, fields=("request",)),
    Page("/desk/people/{subscriber_id:int}/data", POST, requests.hand_out, PEOPLE, Of.SUBSCRIBER, fields=()),
    Page("/desk/people/{subscriber_id:int}/erase", GET, requests.ask_to_erase, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/erase", POST, requests.erase, PEOPLE, Of.SUBSCRIBER, fields=()),
)
