"""Newsletters at the desk: made, changed, given a plan, a calendar and a look."""

import re
from html import unescape

from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import calendar, newsletters, planning, schedulebook
from newsletter.issues.model import Archive, Look, Newsletter, Rule, SectionKind
from newsletter.staff import audit
from subscribers import listbook, register
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/newsletters"
NEW = {
    "name": "CPDWL",
    "sender_address": "news@example.org",
    "postal_address": "The Hague",
    "zone": "Europe/Amsterdam",
    "language": "en",
    "list_id": "new",
}
CALENDAR = {
    "which": "last",
    "unit": "friday",
    "at": "10:30",
    "zone": "Europe/Amsterdam",
    "draft_before": "5",
    "review": "2wd",
    "shift": "before",
    "country": "NL",
    "least": "2",
    "most_late": "12",
    "when_empty": "hold",
}


def reread(database: Database, newsletter: Newsletter) -> Newsletter:
    """Give a newsletter as it is kept."""
    with database.read() as tx:
        return newsletters.by_id(tx, newsletter.id)


def seen(newsletter: Newsletter) -> str:
    """Give what a page of the plan carries."""
    return planning.stamp(newsletter.plan)


def test_a_newsletter_is_made_with_a_list_of_its_own(desk: OpenDesk, database: Database) -> None:
    """And the act stands in the audit."""
    answer = desk.press(f"{HERE}/new", **NEW)

    assert "The newsletter is made" in desk.page(answer.headers["location"])
    with database.read() as tx:
        made = newsletters.find(tx, "CPDWL")
        assert "Readers of CPDWL" == register.list_by_id(tx, made.list_id).name
        assert "newsletter.create" == audit.recent(tx, 1)[0].act


def test_what_was_typed_stays_when_it_is_refused(desk: OpenDesk, database: Database) -> None:
    """With the reason, and nothing made: neither newsletter nor list."""
    answer = desk.press(f"{HERE}/new", **NEW | {"sender_address": "nobody", "postal_address": "Kept here"})

    assert 422 == answer.status_code
    assert "Kept here" in answer.text
    assert "not an address we can write to" in answer.text
    with database.read() as tx:
        assert () == newsletters.all_newsletters(tx)
        assert () == register.all_lists(tx)


def test_details_are_changed(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Sender, approval rule, archive and what is counted in one form."""
    desk.press(
        f"{HERE}/{newsletter.id}",
        sender_name="The Section",
        sender_address="other@example.org",
        postal_address="Oslo",
        archive="off",
        second_person="1",
        counts_clicks="1",
    )

    changed = reread(database, newsletter)
    assert ("other@example.org", Archive.OFF, True, True) == (
        changed.sender_address,
        changed.archive,
        changed.needs_second_person,
        changed.counts_clicks,
    )


def test_a_lists_own_sender_is_not_taken_for_the_newsletters(
    desk: OpenDesk, database: Database, newsletter: Newsletter
) -> None:
    """Saving the page leaves the newsletter's sender alone, for the day the list has none any more."""
    with database.write() as tx:
        listbook.edit(tx, newsletter.list_id, sender_address="list@example.org")

    page = desk.page(f"{HERE}/{newsletter.id}")
    desk.press(f"{HERE}/{newsletter.id}", postal_address="Oslo", archive="as-list")
    with database.write() as tx:
        listbook.edit(tx, newsletter.list_id, sender_address="")

    assert 'name="sender_address"' not in page
    assert newsletter.sender_address == reread(database, newsletter).sender_address


def test_a_section_is_added_with_its_rules(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """An empty rule is no rule."""
    desk.press(
        f"{HERE}/{newsletter.id}/sections/new",
        seen=seen(newsletter),
        title="Jobs",
        kind="articles",
        look="cards",
        show="excerpt",
        most="3",
        **{"categories-0": "Jobs\r\nVacancies, open", "byline-0": "no", "categories-1": " ", "titles-1": ""},
    )

    made = reread(database, newsletter).plan[-1]
    assert ("Jobs", SectionKind.ARTICLES, Look.CARDS, 3) == (made.title, made.kind, made.look, made.most)
    assert (Rule(("Jobs", "Vacancies, open"), (), byline=False),) == made.rules


def test_a_section_that_cannot_be_is_refused_with_its_fields(desk: OpenDesk, newsletter: Newsletter) -> None:
    """A second one that takes the rest, and a number that is none."""
    given = {"seen": seen(newsletter), "title": "Jobs", "kind": "articles", "look": "auto", "show": "full"}
    twice = desk.press(f"{HERE}/{newsletter.id}/sections/new", **given, rest="1")
    many = desk.press(f"{HERE}/{newsletter.id}/sections/new", **given, most="many")

    assert [422, 422] == [twice.status_code, many.status_code]
    assert "more than one section" in twice.text
    assert 'value="many"' in many.text


def test_sections_are_moved_and_removed(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """By buttons, and only while the plan is the one that the page showed."""
    titles = [section.title for section in newsletter.plan]
    path = f"{HERE}/{newsletter.id}/sections"
    desk.press(path, seen=seen(newsletter), place="2", act="up")
    moved = reread(database, newsletter)
    late = desk.press(path, seen=seen(newsletter), place="1", act="remove")
    desk.press(path, seen=seen(moved), place="1", act="remove")

    assert [titles[1], titles[0], *titles[2:]] == [section.title for section in moved.plan]
    assert "somebody else changed it" in late.text
    assert [titles[0], *titles[2:]] == [section.title for section in reread(database, newsletter).plan]


def test_a_section_opens_with_what_it_is_saved_with(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Sending the form of each section of the plan as it came changes nothing."""
    for place in range(1, len(newsletter.plan) + 1):
        path = f"{HERE}/{newsletter.id}/sections/{place}"
        fields = form_fields(desk.page(path))
        assert 303 == desk.press(path, **fields).status_code

    assert newsletter.plan == reread(database, newsletter).plan


def form_fields(page: str) -> dict[str, str]:
    """Give what a browser would send of the form on a page of a newsletter."""
    before, _, rest = page.partition('name="seen"')
    form = before.rpartition("<form")[2] + 'name="seen"' + rest.partition("</form>")[0]
    found = dict(re.findall(r'<input(?![^>]*type="(?:checkbox|radio)")[^>]*?[ ]name="([^"]+)"[^>]*?[ ]value="([^"]*)"', form))
    found.pop("csrf", None)
    ticked = re.findall(r'<input type="(?:checkbox|radio)" name="([^"]+)" value="([^"]*)" checked', form)
    texts = re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>([^<]*)</textarea>', form)
    selects = re.findall(r'<select[^>]* name="([^"]+)".*?<option value="([^"]*)"[^>]* selected', form, re.DOTALL)
    return {name: unescape(text) for name, text in [*found.items(), *ticked, *texts, *selects]}


def test_dates_are_shown_before_a_calendar_is_kept(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """Looking changes nothing; pressing the button lets it hold."""
    path = f"{HERE}/{newsletter.id}/calendar"
    page = desk.client.get(path, params=CALENDAR).text
    with database.read() as tx:
        assert schedulebook.schedule_of(tx, newsletter.id) is None
    desk.press(path, **CALENDAR)

    with database.read() as tx:
        kept = schedulebook.schedule_of(tx, newsletter.id)
        slots = calendar.upcoming(tx, newsletter.id, clock(), 2)
    assert kept is not None
    assert ("last friday", "NL", 2) == (str(kept.recurrence), kept.practice.workdays.country, kept.practice.least)
    assert "Not kept yet" in page
    assert f"{slots[0].send_at:%-d %b %Y}" in page
    assert "last" in desk.page(path)


def test_a_calendar_that_cannot_be(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Is refused in words, when it is looked at and when it is to be kept."""
    path = f"{HERE}/{newsletter.id}/calendar"
    looked = desk.client.get(path, params=CALENDAR | {"at": "25:00"})
    kept = desk.press(path, **CALENDAR | {"country": "Utopia"})

    assert [422, 422] == [looked.status_code, kept.status_code]
    assert "such as 09:00" in looked.text
    assert "NL or DE-BY" in kept.text


def test_a_look_that_can_be_read_is_kept(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Theme and tokens; what is left empty is as the theme has it."""
    given = {"theme": "magazine", "token.accent": "#7a2e3b", "token.ink": ""}
    desk.press(f"{HERE}/{newsletter.id}/look", **given)

    kept = reread(database, newsletter)
    assert ("magazine", {"accent": "#7a2e3b"}) == (kept.theme, dict(kept.tokens))


def test_a_look_that_cannot_be_read_is_refused_with_its_pairs(
    desk: OpenDesk, database: Database, newsletter: Newsletter
) -> None:
    """Every pair is named, not the first alone; nothing is composed and nothing kept."""
    given = {"theme": "federation", "token.accent": "#dddddd"}
    answer = desk.press(f"{HERE}/{newsletter.id}/look", **given)

    assert 422 == answer.status_code
    assert "3 pairs of colours cannot be read" in answer.text
    assert "<iframe" not in answer.text
    assert {} == dict(reread(database, newsletter).tokens)


def test_a_sample_is_shown_in_a_frame_that_runs_nothing(desk: OpenDesk, newsletter: Newsletter) -> None:
    """With pictures that need no session, because a sandboxed frame brings none."""
    answer = desk.client.get(f"{HERE}/{newsletter.id}/look/sample?theme=magazine&token.accent=%237a2e3b")
    picture = re.search(r'src="(/samples/[a-z]+\.png)"', answer.text)

    assert "#7a2e3b" in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "script-src 'none'" in answer.headers["content-security-policy"]
    assert picture is not None
    assert "image/png" == desk.client.get(picture[1]).headers["content-type"]


def test_no_other_file_is_a_picture_of_a_sample(client: TestClient, application: Application) -> None:
    """Whatever path an address spells."""
    assert application.settings.templates.is_dir()
    for name in ("..%2fpages%2fstatic%2fstyle.css", "shelf.png%00", "style.css", "%2e%2e"):
        assert 404 == client.get(f"/samples/{name}").status_code


def test_two_people_at_the_details_are_shown_both(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Nothing is saved over what they have not seen; the form has both, and one more press saves that."""
    path = f"{HERE}/{newsletter.id}"
    shown = form_fields(desk.page(path))
    desk.press(path, **shown | {"postal_address": "Oslo", "reply_to": "theirs@example.org"})
    answer = desk.press(path, **shown | {"postal_address": "Bergen"})

    assert 409 == answer.status_code
    assert "<del>Oslo</del>" in answer.text
    assert "<ins>Bergen</ins>" in answer.text
    assert "Oslo" == reread(database, newsletter).postal_address
    assert 303 == desk.press(path, **form_fields(answer.text)).status_code
    kept = reread(database, newsletter)
    assert ("Bergen", "theirs@example.org") == (kept.postal_address, kept.reply_to)


def test_two_people_at_the_calendar_are_shown_both(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Also where the dates were looked at in between."""
    path = f"{HERE}/{newsletter.id}/calendar"
    shown = form_fields(desk.page(path))
    desk.press(path, **CALENDAR)
    looked = form_fields(desk.client.get(path, params={**shown, "at": "11:45"}).text)
    answer = desk.press(path, **looked)

    assert 409 == answer.status_code
    assert "<del>10:30</del>" in answer.text
    assert "<ins>11:45</ins>" in answer.text
    assert "It would go out" in answer.text
    assert 303 == desk.press(path, **form_fields(answer.text)).status_code
    with database.read() as tx:
        known = schedulebook.schedule_of(tx, newsletter.id)
    assert known is not None
    assert ("11:45", "last friday") == (known.at.isoformat("minutes"), str(known.recurrence))


def test_two_people_at_the_look_are_shown_both(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Each of its tokens by itself."""
    path = f"{HERE}/{newsletter.id}/look"
    shown = form_fields(desk.page(path))
    desk.press(path, **shown | {"token.accent": "#123456", "token.length.gutter": "20"})
    answer = desk.press(path, **shown | {"token.accent": "#654321"})

    assert 409 == answer.status_code
    assert "<del>#123456</del>" in answer.text
    assert 303 == desk.press(path, **form_fields(answer.text)).status_code
    tokens = reread(database, newsletter).tokens
    assert ("#654321", "20") == (tokens["accent"], tokens["length.gutter"])


def test_two_people_at_one_section_are_shown_both(desk: OpenDesk, database: Database, newsletter: Newsletter) -> None:
    """Wherever it stands by now; who changes another one, or adds one, is in nobody's way."""
    path = f"{HERE}/{newsletter.id}/sections"
    shown, other = form_fields(desk.page(f"{path}/2")), form_fields(desk.page(f"{path}/1"))
    desk.press(f"{path}/2", **shown | {"title": "Theirs", "most": "7"})
    desk.press(path, seen=seen(reread(database, newsletter)), place="2", act="up")
    answer = desk.press(f"{path}/2", **shown | {"title": "Mine"})

    assert 422 == answer.status_code
    assert 'value="Mine"' in answer.text
    assert 303 == desk.press(f"{path}/1", **other | {"words": "40"}).status_code
    desk.press(path, seen=seen(reread(database, newsletter)), place="1", act="down")
    answer = desk.press(f"{path}/2", **shown | {"title": "Mine"})
    assert 409 == answer.status_code
    assert "<del>Theirs</del>" in answer.text
    assert 303 == desk.press(f"{path}/2", **form_fields(answer.text)).status_code
    plan = reread(database, newsletter).plan
    assert [("Mine", 7), 40] == [(plan[1].title, plan[1].most), plan[0].words]
