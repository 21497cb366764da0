from typing import Any

import pytest

from benchmarks.keeping import AnotherMachine, merged, states


def go(revision: str, *names: str, python: str = "3.11.7", is_quick: bool = False, figure: int = 1) -> list[dict[str, Any]]:
    """Give what a go of the benchmarks wrote."""
    machine = {"revision": revision, "date": "2026-11-26", "fdatasync_ms": 0.1 * figure, "python": python}
    return [{"machine": machine, "is_quick": is_quick}, *({"name": name, "result": figure} for name in names)]


def test_what_is_measured_again_takes_the_place_of_what_was() -> None:
    """In the order of the suite; the others stay, and each tells of which code it is."""
    kept = merged(go("aaa", "mailer", "growth"), go("bbb", "people", "mailer", figure=2), ("mailer", "people", "growth"))
    once_more = merged(kept, go("ccc", "people", figure=3), ("mailer", "people", "growth"))

    assert [("mailer", 2), ("people", 2), ("growth", 1)] == [(one["name"], one["result"]) for one in kept[1:]]
    assert [("mailer", 2), ("people", 3), ("growth", 1)] == [(one["name"], one["result"]) for one in once_more[1:]]
    assert {
        "aaa, 2026-11-26": ["growth"],
        "bbb, 2026-11-26": ["mailer"],
        "ccc, 2026-11-26": ["people"],
    } == states(once_more)


def test_one_go_has_one_state() -> None:
    """As the machine's line says."""
    assert {"aaa, 2026-11-26": ["mailer", "growth"]} == states(go("aaa", "mailer", "growth"))


def test_a_kernel_that_was_only_built_anew_is_the_same_machine() -> None:
    """Its version counts."""
    kept, news, newer = go("aaa", "mailer"), go("bbb", "mailer", figure=2), go("ccc", "mailer")
    for one, kernel in ((kept, "Linux 6.18.44-fc-v595"), (news, "Linux 6.18.44-fc-v782"), (newer, "Linux 6.19.1-fc-v800")):
        one[0]["machine"]["kernel"] = kernel

    assert [("mailer", 2)] == [(one["name"], one["result"]) for one in merged(kept, news, ("mailer",))[1:]]
    with pytest.raises(AnotherMachine):
        merged(kept, newer, ("mailer",))


@pytest.mark.parametrize("other", [go("bbb", "mailer", python="3.13.1"), go("bbb", "mailer", is_quick=True)])
def test_figures_that_cannot_be_compared_are_not_mixed(other: list[dict[str, Any]]) -> None:
    """Another Python is another machine, and a quick run is no measure of anything."""
    with pytest.raises(AnotherMachine):
        merged(go("aaa", "mailer"), other, ("mailer",))
