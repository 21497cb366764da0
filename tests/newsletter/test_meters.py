"""What a process counts of itself: never more than there is room for, whoever counts at the same time."""

from concurrent.futures import ThreadPoolExecutor

from newsletter.meters import MOST_SERIES, REST, Counter, Gauge, Timer


def test_labels_that_grow_without_end_are_counted_together() -> None:
    """A relay that is renamed each minute does not fill the memory, nor that of whoever collects."""
    meter = Counter("tries", "Tries.", "relay")
    for number in range(MOST_SERIES + 50):
        meter.add(f"relay-{number}")

    counts = meter.read()
    assert MOST_SERIES + 1 == len(counts)
    assert 50 == counts[(REST,)]


def test_nothing_is_lost_between_threads() -> None:
    """Pages count in threads, the mailer beside them."""
    meter, timer = Counter("tries", "Tries."), Timer("seconds", "Seconds.", bounds=(1.0,))

    def count(_: int) -> None:
        for _again in range(500):
            meter.add()
            timer.see(0.5)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(count, range(8)))

    assert {(): 4000} == meter.read()
    assert 4000 == timer.read()[()].count


def test_times_are_summed_up_to_each_bound() -> None:
    """A bound belongs to what is at most as long; the last place is everything."""
    timer = Timer("seconds", "Seconds.", "phase", bounds=(0.1, 1.0))
    for seconds in (0.05, 0.1, 0.5, 3.0):
        timer.see(seconds, "body")

    measured = timer.read()["body",]
    assert ((2, 3, 4), 4, 3.65) == (measured.upto, measured.count, round(measured.total, 6))


def test_what_is_there_no_more_is_not_shown_as_it_was_last() -> None:
    """A relay that was removed is neither well nor ill."""
    gauge = Gauge("up", "Up.", "relay")
    gauge.put(1.0, "a")
    gauge.put(0.0, "b")
    gauge.keep_only({("b",)})

    assert {("b",): 0.0} == gauge.read()
