"""Periods chosen at the desk: tried before, written down, taken back."""

import re
from dataclasses import replace

import pytest

from newsletter.bootstrap import Application
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from tests.newsletter.web.conftest import Hands, Reader, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/retention"


def days_left(application: Application) -> int:
    """Give for how long somebody is known who left."""
    with application.database.read() as tx:
        span = application.keep(tx).left
    assert span is not None
    return span.days


def test_period_is_tried_before_it_is_kept(desk: OpenDesk, application: Application, reader: Reader, clock: Hands) -> None:
    """The first button counts, the second keeps; the audit knows from what to what."""
    assert reader.subscription.id
    tried = desk.press(HERE, left="365", act="look")
    assert 200 == tried.status_code
    assert "Nothing is changed yet" in tried.text
    assert 'name="left" value="365"' in tried.text
    assert 1095 == days_left(application)

    kept = desk.press(HERE, left="365", act="keep")
    assert "said=kept-for" in kept.headers["location"]
    assert 365 == days_left(application)
    assert "before it was 3 years" in desk.page(HERE)
    with application.database.read() as tx:
        (entry,) = audit.recent(tx, 1)
    assert ("retention.set", "keep left", {"days": 365, "before": 1095}) == (entry.act, entry.subject, entry.detail)


def test_rehearsal_counts_by_what_is_wanted(desk: OpenDesk, application: Application, reader: Reader, clock: Hands) -> None:
    """A network address of a month ago is due where a month is wanted."""
    assert reader.subscription.id
    clock.forward(days=20)
    due = re.findall(r"Due now</span>(\d+)</td></tr>", desk.press(HERE, networks="30", act="look").text)
    usual = re.findall(r"Due now</span>(\d+)</td></tr>", desk.page(f"{HERE}/rehearsal"))

    assert len(due) == len(usual) == 8
    assert sum(map(int, due)) > sum(map(int, usual))


def test_change_is_taken_back_until_the_night(desk: OpenDesk, application: Application, clock: Hands) -> None:
    """And not behind it."""
    desk.press(HERE, left="365", act="keep")
    assert "Take it back" in desk.page(HERE)
    assert "said=kept-back" in desk.press(f"{HERE}/undo", name="left").headers["location"]
    assert 1095 == days_left(application)
    assert "said=kept-late" in desk.press(f"{HERE}/undo", name="left").headers["location"]

    desk.press(HERE, left="365", act="keep")
    clock.forward(days=1)
    assert "Take it back" not in desk.page(HERE)
    assert "said=kept-late" in desk.press(f"{HERE}/undo", name="left").headers["location"]
    assert 365 == days_left(application)


@pytest.mark.parametrize("days", ["1", "0", "-5", "99999999999999999999", "x", "365.5", "364"])
def test_period_that_is_not_offered_is_refused(desk: OpenDesk, application: Application, days: str) -> None:
    """Neither too short to prove anything by, nor for ever; what else was chosen stands."""
    answer = desk.press(HERE, left=days, networks="30", act="keep")

    assert 422 == answer.status_code
    assert "choose one of those offered" in answer.text
    assert '<option value="30" selected>' in answer.text
    assert '<option value="1095" selected>' in answer.text
    assert 1095 == days_left(application)


def test_same_periods_change_nothing(desk: OpenDesk, application: Application) -> None:
    """Nor is anything written down."""
    assert "said=kept-same" in desk.press(HERE, left="1095", guests="", act="keep").headers["location"]
    assert "said=kept-late" in desk.press(f"{HERE}/undo", name="<script>").headers["location"]
    with application.database.read() as tx:
        assert [] == [one for one in audit.recent(tx, 5) if one.act.startswith("retention")]


def test_setting_of_the_instance_cannot_be_changed_here(application: Application, reader: Reader) -> None:
    """It is shown with its name, and a form that was made by hand changes nothing."""
    assert reader.subscription.id
    fixed = replace(application, settings=replace(application.settings, where={"keep_left": "NEWSLETTER_KEEP_LEFT"}))
    admin = browser_of(fixed, Actor("Eve", Role.ADMIN))
    page = admin.get(HERE).text

    assert "wins over this page: NEWSLETTER_KEEP_LEFT" in page
    assert 'name="left"' not in page
    answer = admin.post(HERE, data={"csrf": csrf_of(admin), "left": "365", "act": "keep"})
    assert "said=kept-same" in answer.headers["location"]
    assert 1095 == days_left(fixed)


def test_only_whoever_runs_the_instance_may(application: Application, reader: Reader) -> None:
    """It is a promise to all readers."""
    assert reader.subscription.id
    publisher = browser_of(application, Actor("Pia", Role.PUBLISHER))

    assert 403 == publisher.get(HERE).status_code
