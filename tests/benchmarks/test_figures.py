from benchmarks.figures import drift, median_of, percentile, ratio, thinned
from benchmarks.roundtrip import Leg


def a_leg(per_second: float, accepted: int = 50) -> Leg:
    """Give one leg that differs in what is said."""
    return Leg("smtp-sink", 1, 50, accepted, per_second, 5.0, 5.0, per_second / 5.0, None)


def test_several_runs_are_told_by_their_medians() -> None:
    """One slow run does not count, nor does one fast one; counts are not averaged."""
    middle = median_of([a_leg(20.0), a_leg(5.0), a_leg(21.0, accepted=49)])

    assert (20.0, 4.0, None, 49) == (middle.per_second, middle.sendmail_ratio, middle.send_message_ratio, middle.accepted)


def test_without_yardstick_there_is_no_ratio() -> None:
    """Nothing is made up, and nothing is divided by nothing."""
    assert None is ratio(100.0, None)
    assert None is ratio(100.0, 0.0)
    assert 0.9 == ratio(90.0, 100.0)


def test_percentile_is_one_of_the_samples() -> None:
    """Nothing between two of them is made up; of fewer than a hundred the ninety-ninth is the slowest."""
    hundred = [float(number) for number in range(100, 0, -1)]

    assert (50.0, 99.0, 100.0) == tuple(percentile(hundred, share) for share in (0.5, 0.99, 1))
    assert (7.0, 7.0) == (percentile([7.0], 0.5), percentile([3.0, 7.0, 5.0], 0.99))
    assert 1.0 == percentile(hundred, 0)


def test_drift_leaves_start_up_out() -> None:
    """Memory that is taken once and kept is flat; memory that grows is not."""
    assert 0.0 == drift([50.0, 80.0, 80.0, 80.0, 80.0, 80.0, 80.0, 80.0])
    assert 4.0 == drift([80.0, 81.0, 82.0, 83.0, 84.0, 85.0, 86.0, 87.0])
    assert 0.0 == drift([80.0, 90.0])


def test_thinned_keeps_the_first_and_no_more_than_asked() -> None:
    """A long mailing does not make a long file."""
    assert (0.0, 3.0, 6.0, 9.0) == thinned([float(number) for number in range(10)], 4)
    assert () == thinned([])
