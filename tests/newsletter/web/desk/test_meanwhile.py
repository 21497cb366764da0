"""Two people at one form: what is laid side by side, and what the form goes on with."""

from newsletter.languages.catalogue import words_for
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import Asked, Both, Form

FORM: Form = {
    "name": Asked("Name"),
    "address": Asked("Postal address"),
    "archive": Asked("Archive", {"on": "Always", "off": "Never"}),
}
SHOWN = {"name": "News", "address": "The Hague", "archive": "on"}


def look(theirs: dict[str, str], mine: dict[str, str], seen: str | None = None) -> Both | None:
    """Give both sides, typed over what was shown."""
    stamp = meanwhile.stamp(FORM, SHOWN) if seen is None else seen
    return meanwhile.look(FORM, stamp, SHOWN | theirs, SHOWN | mine, words_for("en"))


def test_who_changed_what_nobody_else_did_is_not_asked() -> None:
    """Nor whoever typed what the other saved, nor a form that does not say what its page showed."""
    assert look({}, {"name": "Mine"}) is None
    assert look({"name": "Same"}, {"name": "Same"}) is None
    assert look({"name": "Theirs"}, {"name": "Mine"}, seen="") is None


def test_what_differs_is_laid_side_by_side_with_the_words_marked() -> None:
    """Values of a choice by what the form calls them; what both say alike is left out."""
    both = look({"name": "Their News", "archive": "off"}, {"name": "My News"})

    assert both is not None
    sides = {
        pair.what: [(run.mark.value, run.text) for run in (*pair.rows[0].left, *pair.rows[0].right)] for pair in both.pairs
    }
    assert {
        "Name": [("removed", "Their"), ("same", "News"), ("added", "My"), ("same", "News")],
        "Archive": [("removed", "Never"), ("added", "Always")],
    } == sides


def test_the_form_goes_on_with_both() -> None:
    """Mine where I changed something, theirs where only they did; ends of lines are no change."""
    both = look({"name": "Theirs", "address": "Oslo", "archive": "off"}, {"name": "Mine", "address": "The Hague\r\n"})

    assert both is not None
    assert {"name": "Mine", "address": "Oslo", "archive": "off"} == dict(both.merged)


def test_an_older_form_has_all_of_mine() -> None:
    """What its page showed is known of nothing, so everything counts as typed."""
    both = look({"name": "Theirs", "address": "Oslo"}, {"name": "Mine"}, seen="?")

    assert both is not None
    assert ("Mine", "The Hague") == (both.merged["name"], both.merged["address"])
