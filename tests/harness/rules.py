"""Rules about people for tests: any that the language can say, small enough to be kept."""

from hypothesis import strategies as st

from subscribers.model import SubscriptionState
from subscribers.segments.rule import (
    HIGHEST_ID,
    MOST_ISSUES,
    All,
    Asked,
    Compared,
    Confirmed,
    Either,
    Everybody,
    Fate,
    Field,
    Latest,
    Mailed,
    Not,
    Numbered,
    OnList,
    Operator,
    Rule,
    Takes,
)

# What people and attackers type: whatever can be a text, and often what means something in SQL or in the language itself.
WORDS = st.one_of(
    st.sampled_from(
        ["and", "OR", "not", "in", "is", "set", "the", "list", "joined", "", " ", '"', "\\", "(", ")", ",", "=", "!="]
    ),
    st.sampled_from(["' OR 1=1 --", "'; DROP TABLE subscriber; --", "%", "_", "\x00", "\u2028", "é", "name", "fr"]),
    st.text(max_size=20),
)
NAMES = st.one_of(WORDS, st.from_regex(r"[a-z_]{1,12}", fullmatch=True))


@st.composite
def comparisons(draw: st.DrawFn, what: "st.SearchStrategy[Field | Asked] | None" = None) -> Rule:
    """Give a comparison, of a list's confirmation where *what* is None."""
    by = draw(st.sampled_from(Operator))
    counts = {Operator.IS_SET: (0, 0), Operator.IN: (1, 4)}
    least, most = counts.get(by, (1, 1))
    values = tuple(draw(st.lists(WORDS, min_size=least, max_size=most)))
    if what is None:
        return Confirmed(draw(NAMES), by, values)
    return Compared(draw(what), by, values)


CONDITIONS: st.SearchStrategy[Rule] = st.one_of(
    st.just(Everybody()),
    comparisons(st.sampled_from(Field)),
    comparisons(st.builds(Asked, NAMES)),
    comparisons(),
    st.builds(Takes, NAMES, NAMES),
    st.builds(OnList, NAMES, st.sampled_from(SubscriptionState)),
    st.builds(Mailed, st.sampled_from(Fate), st.builds(Numbered, st.integers(1, HIGHEST_ID))),
    st.builds(Mailed, st.sampled_from(Fate), st.builds(Latest, st.integers(1, MOST_ISSUES), NAMES, st.booleans())),
)


def _deeper(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, parts), st.builds(All, several), st.builds(Either, several))


RULES: st.SearchStrategy[Rule] = st.recursive(CONDITIONS, _deeper, max_leaves=8)
