"""The lines of the route table for people."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.people import acts, adding, browse, exports, person, requests, suppressions
from newsletter.web.visits import GET, POST, Of, Page

PEOPLE = Permission.MANAGE_PEOPLE

ROUTES = (
    Page("/desk/people", GET, browse.show, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", GET, adding.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/add", POST, adding.add, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export", GET, exports.form, PEOPLE, Of.ANY_NEWSLETTER),
    Page("/desk/people/export", POST, exports.export, PEOPLE, Of.ANY_NEWSLETTER),
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
    Page("/desk/people/{subscriber_id:int}/data", POST, requests.hand_out, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/erase", GET, requests.ask_to_erase, PEOPLE, Of.SUBSCRIBER),
    Page("/desk/people/{subscriber_id:int}/erase", POST, requests.erase, PEOPLE, Of.SUBSCRIBER),
)
