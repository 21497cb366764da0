"""What is open on the page, in its address."""

from urllib.parse import parse_qsl, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.pool import Fate
from newsletter.web.desk.composer.view import Shown, Side, View

views = st.builds(
    View,
    st.just(5),
    side=st.sampled_from(Side),
    open=st.sampled_from(["", "head", "sections", "a41", "s7", "n7"]),
    shown=st.sampled_from(Shown),
    reader=st.integers(0, 10**9),
    q=st.text(max_size=50).map(str.strip),
    by=st.text(max_size=50).map(str.strip),
    feed=st.integers(0, 10**9),
    month=st.sampled_from(["", "2019-12"]),
    state=st.sampled_from(Fate),
    before=st.integers(0, 10**9),
)


@given(views)
def test_it_is_read_as_it_was_written(view: View) -> None:
    """Whatever is typed into a search."""
    assert view == View.read(5, dict(parse_qsl(urlsplit(view.to()).query)))
    assert View.kept(5, view.form) == View.kept(5, view.opening("head").form)


@given(st.dictionaries(st.sampled_from(["side", "open", "shown", "reader", "month", "state", "before", "feed"]), st.text()))
def test_what_cannot_be_is_as_usual(query: dict[str, str]) -> None:
    """An address that somebody made up leads to the page all the same."""
    view = View.read(5, {name: f"?{value}" for name, value in query.items()})

    assert View(5) == view


def test_what_is_as_usual_is_not_written() -> None:
    """The address of the page is short."""
    assert "/desk/issues/5/compose" == View(5).to()
    assert "/desk/issues/5/compose?open=a41#a41" == View(5).to("a41", open="a41")
    assert "/desk/issues/5/preview?shown=dark" == View(5, side=Side.POSTS, shown=Shown.DARK).preview
