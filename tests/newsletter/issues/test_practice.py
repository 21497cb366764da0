"""What is owed when before an issue is sent."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.practice import (
    LONGEST_LATENESS,
    MOST_LEAST,
    Lead,
    Practice,
    Stage,
    milestones,
    misplaced,
    parse_lead,
)
from newsletter.issues.workdays import Workdays

LEADS = st.one_of(
    st.integers(1, 28).map(lambda days: Lead(timedelta(days=days))),
    st.integers(1, 600).map(lambda hours: Lead(timedelta(hours=hours))),
    st.integers(1, 20).map(lambda days: Lead(workdays=days)),
)
SENDING = datetime(2020, 3, 30, 9, 0)  # noqa: DTZ001 -- wall time


@given(LEADS)
def test_a_lead_reads_what_it_writes(lead: Lead) -> None:
    """As it is kept, so it is understood."""
    assert lead == parse_lead(str(lead))


@pytest.mark.parametrize("text", ["", "3", "3 weeks", "0d", "0wd", "29d", "21wd", "673h", "-1d", "1e3d", "٣d"])
def test_what_is_no_lead_is_told(text: str) -> None:
    """Nothing, too much, or something else."""
    with pytest.raises(BadValue, match="time before"):
        parse_lead(text)


def test_dates_keep_their_hour_over_a_change_of_clocks() -> None:
    """Clocks in Amsterdam went forward on 29 March 2020: what is due at nine is due at nine before it, too."""
    practice = Practice(parse_lead("5d"), parse_lead("2d"), parse_lead("12h"))

    dates = milestones(practice, SENDING, "Europe/Amsterdam", None)

    assert [
        (Stage.CONTRIBUTIONS, datetime(2020, 3, 25, 8, 0, tzinfo=UTC)),
        (Stage.REVIEW, datetime(2020, 3, 28, 8, 0, tzinfo=UTC)),
        (Stage.APPROVAL, datetime(2020, 3, 29, 19, 0, tzinfo=UTC)),
        (Stage.SENDING, datetime(2020, 3, 30, 7, 0, tzinfo=UTC)),
    ] == [(one.stage, one.at) for one in dates]


def test_what_holidays_bring_out_of_order_falls_on_one_date() -> None:
    """An approval on Friday of what is reviewed from Saturday on: it is due when the review starts."""
    practice = Practice(review=parse_lead("2d"), approval=parse_lead("1wd"))

    review, approval, _ = milestones(practice, SENDING, "Europe/Amsterdam", None)

    assert review.at == approval.at
    assert (Stage.REVIEW, Stage.APPROVAL) == misplaced(practice, SENDING, "Europe/Amsterdam", None)


# The first one loads the tables of holidays.
@settings(deadline=None)
@given(LEADS, st.datetimes(datetime(2019, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 -- wall time
def test_nothing_is_due_after_the_sending(lead: Lead, sending: datetime) -> None:
    """Whatever clocks do in between, in a zone that once skipped a day."""
    practice = Practice(contributions=lead, workdays=Workdays("WS"))

    due, sent = milestones(practice, sending, "Pacific/Apia", None)

    assert due.at <= sent.at


@pytest.mark.parametrize("values", [{"least": 0}, {"least": MOST_LEAST + 1}, {"most_lateness": LONGEST_LATENESS * 2}])
def test_a_practice_that_cannot_be_kept_to_is_refused(values: dict[str, object]) -> None:
    """Said with its bounds."""
    with pytest.raises(BadValue, match="between"):
        Practice(**values)  # type: ignore[arg-type]  # the very case
