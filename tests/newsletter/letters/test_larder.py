from dataclasses import replace

from newsletter.confined import Child
from newsletter.images.model import Hosted, Shelf
from newsletter.letters.content import Unfit
from newsletter.letters.larder import MOST_KEPT, Larder
from newsletter.letters.prepare import Order, Prepared, Take

PICTURE = "https://blog.example.org/a.jpg"
AN_ORDER = Order(
    f'<p>Words</p><img src="{PICTURE}" width="600">', "https://blog.example.org/1/", 0, Take.NONE, "p { margin: 0 }"
)


class Counted(Child):
    """A child that counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.orders = 0

    def run(self, function, *args, **limits):  # type: ignore[no-untyped-def, override]  # noqa: ANN001, ANN002, ANN003, ANN201
        """Count, and do it."""
        self.orders += len(args[0])
        return super().run(function, *args, **limits)


def shelf(address: str) -> Shelf:
    """Give a shelf with one picture."""
    return Shelf(by_source={PICTURE: Hosted(address, 600, 400)})


def test_what_was_prepared_is_not_prepared_again() -> None:
    """However often it is ordered; what is new comes beside it, in the order that was asked for."""
    other = replace(AN_ORDER, html="<p>Other</p>")
    with Counted() as child:
        larder = Larder()
        (first,) = larder.prepare_all(child, [AN_ORDER])
        again = larder.prepare_all(child, [other, AN_ORDER])

    assert 2 == child.orders
    assert first == again[1]
    assert isinstance(again[0], Prepared)
    assert "Other" in again[0].html


def test_everything_that_is_ordered_makes_a_difference() -> None:
    """Words, style, picture and direction; and what the shelf says of the pictures."""
    orders = [
        AN_ORDER,
        replace(AN_ORDER, words=1),
        replace(AN_ORDER, css="p { color: red }"),
        replace(AN_ORDER, shelf=shelf("https://news.example.org/images/a.jpg")),
        replace(AN_ORDER, shelf=shelf("https://news.example.org/images/b.jpg")),
    ]
    with Counted() as child:
        larder = Larder()
        first = larder.prepare_all(child, orders)
        again = larder.prepare_all(child, [replace(order) for order in orders])

    assert len(orders) == child.orders
    assert first == again
    assert len(orders) == len(set(map(repr, first)))


def test_what_failed_is_tried_again() -> None:
    """It may have been the machine's fault."""
    deep = replace(AN_ORDER, html="<div>" * 3_000)
    with Counted() as child:
        larder = Larder()
        results = larder.prepare_all(child, [deep]) + larder.prepare_all(child, [deep])

    assert 2 == child.orders
    assert [True, True] == [isinstance(result, Unfit) for result in results]


def test_what_was_not_used_for_long_is_let_go() -> None:
    """So that memory does not grow with every issue."""
    with Counted() as child:
        larder = Larder()
        larder.prepare_all(child, [AN_ORDER])
        larder.prepare_all(child, [replace(AN_ORDER, html=f"<p>{number}</p>") for number in range(MOST_KEPT)])
        larder.prepare_all(child, [AN_ORDER])

    assert MOST_KEPT + 2 == child.orders
