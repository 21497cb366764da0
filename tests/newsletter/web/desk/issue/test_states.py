"""The words of an issue's states at the desk, where the catalogue has them."""

from newsletter.issues.model import IssueState
from newsletter.issues.practice import Stage
from newsletter.web.desk.issue import states


def test_the_desk_calls_states_and_stages_as_commands_do() -> None:
    """They are written down anew for the catalogue, and must not drift."""
    assert [state.words for state in IssueState] == [states.shown(state, is_paused=False).words for state in IssueState]
    assert {stage: stage.words for stage in Stage} == states.STAGES
