import os

import pytest

from benchmarks import machine, postfix, sending
from benchmarks.delay import port_in
from benchmarks.drawing import Bar, bars, lines, nice_top

SIMULATION = (
    "NOTE: This is only a simulation!\nInst libicu72 (72.1 Debian)\nInst postfix (3.7.11 Debian)\nConf postfix (3.7.11)\n"
)


def test_packages_of_a_simulated_installation() -> None:
    """What would be unpacked is what is fetched."""
    assert ["libicu72", "postfix"] == postfix.packages_in(SIMULATION)


def test_cpu_of_a_process_with_a_strange_name() -> None:
    """The name stands in parentheses and may hold more of them."""
    stat = "12 (smtp) sink) S 1 12 12 0 -1 0 0 0 0 0 200 100 0 0 20 0 1 0 5"

    assert 3.0 == postfix.cpu_seconds(stat) * os.sysconf("SC_CLK_TCK") / 100


def test_better_run_of_the_yardstick_counts() -> None:
    """The yardstick gets the benefit of the doubt."""
    slow, fast = postfix.Pace(3000.0, 60.0), postfix.Pace(4000.0, 70.0)

    assert fast == postfix.faster(slow, fast)


def test_memory_of_a_process() -> None:
    """Kilobytes of the kernel are megabytes here."""
    assert 80.0 == sending.megabytes("Name:\tpython\nVmHWM:\t   81920 kB\n", "VmHWM")
    assert 0.0 == sending.megabytes("Name:\tpython\n", "VmHWM")


def test_fields_of_the_kernel() -> None:
    """The first processor stands for all."""
    assert "AMD EPYC" == machine.field_of("processor\t: 0\nmodel name\t: AMD EPYC\nmodel name\t: other\n", "model name")
    assert "" == machine.field_of("", "model name")


def test_server_that_says_no_port_ends_the_benchmark() -> None:
    """With what it said instead."""
    assert 2525 == port_in("listening on 127.0.0.1:2525\n")
    with pytest.raises(SystemExit, match="permission denied"):
        port_in("permission denied\n")


def test_plots_escape_words_and_take_nothing() -> None:
    """A label is text, and no figure at all is no accident."""
    assert "a &lt; b" in bars("x", [Bar("a < b", 1.0)])
    assert bars("x", []).endswith("</svg>\n")
    assert lines("x", {"none": []}, "time").endswith("</svg>\n")


@pytest.mark.parametrize(("most", "top"), [(0, 1), (7.2, 7.5), (85.6, 90), (130, 150), (1000, 1000)])
def test_nothing_sticks_out_of_a_plot(most: float, top: float) -> None:
    """And the scale ends at a round number."""
    assert top == nice_top(most)
