"""The lines of the route table for people."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.people import acts, adding, browse, exports, guests, imports, person, requests, segments, suppressions
from newsletter.web.visits import GET, POST, Of, Page

PEOPLE = Permission.MANAGE_PEOPLE
_WORK = "/desk/people/imports/files/{work_id:int}"

ROUTES = (
    Page("/desk/people", GET, browse.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", GET, adding.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", POST, adding.add, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export", GET, exports.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export", POST, exports.export, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/imports", GET, imports.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page(
        "/desk/people/imports",
        POST,
        imports.bring,
        PEOPLE,
        Of.ANY_NEWSLETTER,
        takes_uploads=True,
        largest_upload=imports.LARGEST,
    ),
    Page(f"{_WORK}", GET, imports.look, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_WORK}/try", POST, imports.try_, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_WORK}/run", POST, imports.run, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_WORK}/drop", POST, imports.drop, PEOPLE, Of.ANY_NEWSLETTER),
    Page(f"{_WORK}/left-out.csv", GET, imports.rejects, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/imports/{import_id:int}", GET, imports.one, PEOPLE, Of.IMPORT),
    Page("/desk/people/imports/{import_id:int}/undo", POST, imports.undo, PEOPLE, Of.IMPORT),
    Page("/desk/people/imports/{import_id:int}/ask", POST, imports.ask, PEOPLE, Of.IMPORT),
    Page("/desk/people/requests", GET, requests.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/requests/guest/data", POST, guests.hand_out, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/requests/guest/erase", POST, guests.erase, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/segments", GET, segments.show, PEOPLE, Of.ANY_NEWSLETTER),
    # A segment is asked for by issues of any newsletter.
    Page("/desk/people/segments/new", GET, segments.new, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/new", POST, segments.make, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/{segment_id:int}", GET, segments.edit, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/{segment_id:int}", POST, segments.change, PEOPLE, Of.INSTANCE),
    Page("/desk/people/segments/{segment_id:int}/remove", POST, segments.remove, PEOPLE, Of.INSTANCE),
    Page("/desk/people/suppression", GET, suppressions.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/suppression", POST, suppressions.add, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/suppression/lift", POST, suppressions.lift, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/{subscriber_id:int}", GET, person.show, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/edit", POST, acts.edit, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/terms", POST, acts.prefer, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/unsubscribe", POST, acts.unsubscribe, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/keep-out", POST, acts.keep_out, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/lift", POST, acts.lift, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/move", POST, acts.move, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/request", POST, requests.note, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/answered", POST, requests.answered, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/data", POST, requests.hand_out, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/erase", GET, requests.ask_to_erase, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/erase", POST, requests.erase, PEOPLE, Of.SUBSCRIBER),
)
