import random
from collections import Counter
from pathlib import Path

import pytest

from newsletter.confined import Child, ChildFailed
from newsletter.errors import RenderFailed
from newsletter.letters.holes import Bare, Holes, Ready
from newsletter.letters.templates import Templates, lay_out, packaged_templates

SEED = b"seed"


def page(body: str) -> str:
    """Give MJML with *body* in its one column."""
    return f"<mjml><mj-body><mj-section><mj-column>{body}</mj-column></mj-section></mj-body></mjml>"


def templates_with(folder: Path, child: Child, **files: str) -> Templates:
    """Write templates into a folder."""
    (folder / "email").mkdir()
    for name, text in files.items():
        (folder / "email" / name).write_text(text, encoding="utf-8")
    return Templates(folder, child)


# Template languages, and what MJML or HTML would make of them.
HOSTILE = [
    "{{ 7*7 }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "${7*7} #{7*7} <%= 7*7 %> %(a)s {0.__class__} {{{ x }}}",
    "</title><script>alert(1)</script>",
    '"><mj-raw><script>alert(1)</script></mj-raw>',
    'say "hi" onload="x"',
    "<mj-include path='/etc/passwd' />",
    "back\\slash, \n newline, \t tab, NFD e\u0301, nbsp \u00a0, RLM \u200f, हिन्दी",
    "<!-- c -- d --> ]]> &amp; & <",
    "\u2028\u2029\u0085",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_others_is_text(text: str, tmp_path: Path, child: Child) -> None:
    """No text is a template, MJML or HTML, in whatever place a template writes it."""
    source = page(
        '<mj-image src="https://x.example" alt="{{ text }}" /><mj-text><p title="{{ text }}">{{ text }}</p></mj-text>'
    )
    templates = templates_with(tmp_path, child, **{"a.mjml": source})
    escaped = Holes(SEED, "expected")
    expected = escaped.fill(escaped.token_for(text))

    html = templates.html("a.mjml", Holes(SEED, "page"), {"text": text})

    assert f'alt="{expected}"' in html
    assert f'<p title="{expected}">{expected}</p>' in html


def test_malformed_article_does_not_reach_mjml(tmp_path: Path, child: Child) -> None:
    """MJML would refuse this; it never sees it."""
    templates = templates_with(tmp_path, child, **{"a.mjml": page("<mj-text>{{ body }}</mj-text>")})

    html = templates.html("a.mjml", Holes(SEED, "page"), {"body": Ready("<p>one<BR>a < b<li>")})

    assert "<p>one<BR>a < b<li>" in html


def test_numbers_and_bare_words_pass_through(tmp_path: Path, child: Child) -> None:
    """MJML computes with widths and sides, so it may see them."""
    source = page('<mj-image src="https://x.example" alt="" width="{{ width }}px" align="{{ side }}" />')
    templates = templates_with(tmp_path, child, **{"a.mjml": source})

    html = templates.html("a.mjml", Holes(SEED, "page"), {"width": 184, "side": Bare("right")})

    assert 'width="184"' in html
    assert 'align="right"' in html


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (page("<mj-text>{{ nobody }}</mj-text>"), "'nobody' is undefined"),
        (page("<mj-text>{{ thing }}</mj-text>"), "a object cannot be written"),
        ("{% if %}", "line 1: Expected an expression"),
        (page("<mj-text>{{ ''.__class__.__mro__ }}</mj-text>"), "unsafe"),
        ("{% include 'missing.mjml' %}", "missing.mjml"),
        (page("<mj-text>a < b</mj-text>"), "unable to parse"),
        (page("\n\n<mj-include path='x.mjml' />"), "include"),
        (page("<mj-wrapper>" * 2_000), "nested deeper than 100 levels"),
        (page("<div>" * 20_000), "nested deeper than 100 levels"),
        ("<mjml>\n\n<mj-foo /></mjml>", "unexpected element in root template at position 8:15 (line 3 of the MJML)"),
    ],
)
def test_wrong_template_is_an_error_with_its_reason(source: str, reason: str, tmp_path: Path, child: Child) -> None:
    """Whoever changes a template learns what is wrong with it."""
    templates = templates_with(tmp_path, child, **{"a.mjml": source})

    with pytest.raises(RenderFailed) as caught:
        templates.html("a.mjml", Holes(SEED, "page"), {"thing": object()})

    assert reason in str(caught.value)


def test_mjml_that_takes_its_process_down_is_an_error(tmp_path: Path, child: Child) -> None:
    """A stack overflow ends the child, not us; the next letter is laid out as ever."""
    with pytest.raises(ChildFailed, match=r"child process crashed"):
        child.run(lay_out, page("<mj-text>" + "<div>" * 100_000 + "</div>" * 100_000 + "</mj-text>"))

    assert "<p>x</p>" in child.run(lay_out, page("<mj-text><p>x</p></mj-text>"))


def test_mjml_that_is_broken_anyhow_is_a_page_or_an_error(child: Child) -> None:
    """Letters swapped, doubled and lost, inside a dash of three bytes too: a panic is an error as any other."""
    whole = page(
        '<mj-text css-class="a">One – two – <b>three</b></mj-text><mj-button href="https://x.example">Go –</mj-button>'
    )
    chance = random.Random(7)  # noqa: S311 -- drawn to be repeated
    outcomes = Counter[str]()
    for _ in range(400):
        try:
            outcomes[type(child.run(lay_out, mutated(whole, chance))).__name__] += 1
        except (ValueError, ChildFailed) as error:
            outcomes[type(error).__name__] += 1

    assert 400 == outcomes.total()
    assert {"str", "ValueError"} <= set(outcomes)
    assert "<p>x</p>" in child.run(lay_out, page("<mj-text><p>x</p></mj-text>"))


def mutated(text: str, chance: random.Random) -> str:
    """Give *text* with up to three of its stretches lost, doubled, or put elsewhere."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randint(1, 12))
        stretch, rest = text[start:end], text[:start] + text[end:]
        at = chance.randrange(len(rest) + 1)
        text = chance.choice([rest, text[:end] + stretch + text[end:], rest[:at] + stretch + rest[at:]])
    return text


def test_letter_of_many_sections_is_not_deep(tmp_path: Path, child: Child) -> None:
    """What ends itself is no level, however often it stands there."""
    source = page('<mj-image src="https://x.example/a.png" alt="a > b" /><mj-divider border-width=\'1px\' />' * 300)
    templates = templates_with(tmp_path, child, **{"a.mjml": source})

    assert 300 == templates.html("a.mjml", Holes(SEED, "page"), {}).count('alt="a > b"')


def test_no_font_is_fetched_from_anywhere(child: Child) -> None:
    """By default MJML would ask Google."""
    assert "http" not in child.run(lay_out, page("<mj-text>x</mj-text>")).replace("http://www.w3.org", "").replace(
        "http-equiv", ""
    )


def test_plain_text_is_wrapped_and_not_escaped(tmp_path: Path, child: Child) -> None:
    """Lines of 72 columns, one empty line between paragraphs."""
    source = "{{ title | underlined('=') }}\n\n\n\n{{ text | wrapped('  ', '* ') }}   \n"
    templates = templates_with(tmp_path, child, **{"a.txt": source})

    text = templates.text("a.txt", {"title": "A & B", "text": "word " * 20})

    assert "A & B\n=====\n\n* " + ("word " * 14).strip() + "\n  " + ("word " * 6).strip() + "\n" == text


def test_subject_is_one_line(tmp_path: Path, child: Child) -> None:
    """Nothing in a title can begin a header of its own."""
    templates = templates_with(tmp_path, child, **{"subject.txt": "{{ title }}"})

    assert "A Bcc: x B {{ 7*7 }}" == templates.line("subject.txt", {"title": "A\r\nBcc: x\u2028\u202eB {{ 7*7 }}"})


def test_templates_come_with_the_package() -> None:
    """A checkout and a wheel have them in different places."""
    assert (packaged_templates() / "email" / "issue" / "body.mjml").is_file()
