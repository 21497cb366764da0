from jinja2 import DictLoader, Environment

from newsletter.letters.linemap import Marking, Place, Traced, traced

OUTER = """first
{% for one in things %}
  {{ one }} is <here>
{% endfor %}
{% include "inner" %}
last"""
INNER = """{# said #}
{% if true %}
  <there>{% endif %}

"""


def rendered() -> Traced:
    """Render a template that holds another."""
    environment = Environment(  # noqa: S701 -- no HTML, and nobody reads it
        loader=DictLoader({"outer": OUTER, "inner": INNER}), extensions=[Marking], trim_blocks=True, lstrip_blocks=True
    )
    marking = environment.extensions[Marking.identifier]
    assert isinstance(marking, Marking)
    return traced(environment.get_template("outer").render(things=("a\nb", "c")), marking.files)


def test_marks_are_taken_out_again() -> None:
    """The text is what it would be without them."""
    plain = Environment(loader=DictLoader({"outer": OUTER, "inner": INNER}), trim_blocks=True, lstrip_blocks=True)  # noqa: S701 -- as above

    assert plain.get_template("outer").render(things=("a\nb", "c")) == rendered().text


def test_every_part_knows_its_file_and_line() -> None:
    """Through loops, included files, comments and values of several lines."""
    result = rendered()
    found = {part: result.place_of(result.text.index(part)) for part in ("first", "<here>", "<there>", "last")}

    assert {"first": ("outer", 1), "<here>": ("outer", 3), "<there>": ("inner", 3), "last": ("outer", 6)} == {
        part: (place.file, place.line) for part, place in found.items()
    }


def test_column_is_known_where_nothing_of_jinja_stands_before() -> None:
    """Else it is 0, and whoever asks looks into the template."""
    result = traced("\ue0100:4\ue011one\n  <two>\ue0100:6\ue011<three>", ["a"])

    assert Place("a", 5, 3) == result.place_of(result.text.index("<two>"))
    assert Place("a", 6, 0) == result.place_of(result.text.index("<three>"))
    assert Place("", 0, 0) == traced("x", []).place_of(0)
