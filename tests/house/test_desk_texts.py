"""Texts of the desk: templates, Python and scripts say them through the catalogue, and nothing by themselves."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from newsletter.cli.nouns import PLACES
from tests.house.test_languages import CLASS, JINJA, PROSE, SAID_IN_TAGS, TAG, UNSEEN, constants

ROOT = Path(__file__).parents[2]
DESK = ROOT / "newsletter" / "web" / "desk"
PAGES = ROOT / "templates" / "pages" / "desk"
SCRIPTS = ROOT / "frontend" / "js"

# Texts of the desk that stand beside it.
BESIDE = [ROOT / "newsletter" / "web" / name for name in ("countdown.py", "reports.py", "speed.py", "spelled.py")]

# Two words, or one that begins a sentence or stands on a button. Keys, names of fields and classes are in lower case.
_SPEECH = re.compile(r"[^\W\d_][,.:;…!?’”)]*\s+[“(‘]?[^\W\d_]|^[A-Z][a-z]+(?:-[a-z]+)? ?[.…:]?$")
# A value within words; where it stands, \0 stands.
_GLUED = re.compile(r"[^\W\d_]{2,}[,.:;…’”)]* [“(‘]?\0|\0[,.:;…’”)]* [“(‘]?[^\W\d_]{2,}")

# What a browser is told of an answer, and in styles.
_HEADER = re.compile(r"[a-z]+/[a-z0-9.+-]+; charset=|^attachment; filename=|max-age=|@media")
# What the audit calls things, such as "issue 4": read by those who filter it, in any language.
_OBJECT = re.compile(r"(?:[a-z]+|DKIM key) \0")
# What is typed elsewhere.
_COMMAND = re.compile(r"newsletter( [a-z-]+)+( \0)?")

# Their words go through the catalogue, or are read by nobody at the desk.
_SAYING = {"later", "gettext", "ngettext", "pgettext", "say"}
_UNHEARD = {"compile", "TypeVar"}
# Called so in every language, and kinds of steps as they are sealed into a cookie.
_NAMES = {"Android", "Chrome", "Edge", "Firefox", "Linux", "Mac", "Opera", "Safari", "Samsung Internet", "Windows"}
_KINDS = {"a step at the door", "new passkey", "new second factor", "second factor"}
_KEEPERS = {"audit", "doubts", "journal", "log", "logger", "re"}

# As a template hands them to a macro.
_CLASSES = re.compile(r"--|__")

# What scripts call by a name: elements of the page, and keys.
_SELECTOR = re.compile(r"[#\[\]>{}=^]|^\.|--|__")
_CALLED = {
    *("End", "Enter", "Escape", "Home"),
    *(
        "(prefers-color-scheme: dark)",
        "(prefers-reduced-motion: reduce)",
        "input, select, textarea",
        "place \0",
        "section-place \0",
        "13px \0",
    ),
}
_SAID_BY_SCRIPTS = re.compile(r'\b(?:_|ngettext)\((?:\s*(?:"(?:[^"\\\n]|\\.)*"\s*\+?\s*)+,?)+')
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`|//[^\n]*|/\*.*?\*/', re.DOTALL)


# What somebody is sent to a shell by.
_SHELL = re.compile(rf"\bnewsletter (?:{'|'.join(PLACES)})\b|By command")
# Seen by those who look after the instance, or before anybody is signed in.
FOR_THOSE_WITH_A_SHELL = frozenset(
    {
        "newsletter/web/desk/settings/retention.py",
        "templates/pages/desk/door/sign_in.html",
        "templates/pages/desk/people/_evidence.html",
        "templates/pages/desk/settings/_bits.html",
        "templates/pages/desk/settings/retention.html",
        "templates/pages/desk/settings/staff_one.html",
        "templates/pages/desk/settings/returns.html",
        "templates/pages/desk/settings/system.html",
    }
)

# Whatever says something to the staff below the desk, and in its errors.
ROOMS = sorted(
    path
    for root in ("newsletter", "subscribers")
    for path in (ROOT / root).rglob("*.py")
    if "from subscribers.sentence import" in path.read_text()
)
MODULES = sorted([*DESK.rglob("*.py"), *BESIDE])
TEMPLATES = sorted(PAGES.rglob("*.html"))
SPEAKING = sorted(SCRIPTS.rglob("*.js"))


def place(path: Path) -> str:
    """Name a file in a test's id."""
    return str(path.relative_to(ROOT))


def said_by_itself(node: ast.AST) -> Iterator[str]:
    """Give what a module says that no catalogue has; errors stay English, they are the command's, too."""
    for child in ast.iter_child_nodes(node):
        if _is_unheard(child):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            if _SPEECH.search(child.value) and not _is_code(child.value):
                yield child.value
        elif isinstance(child, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "\0" for part in child.values)
            if (_GLUED.search(text) or _SPEECH.search(text)) and not _is_code(text):
                yield text
        yield from () if isinstance(child, ast.JoinedStr) else said_by_itself(child)


def _is_code(text: str) -> bool:
    if text in _NAMES | _KINDS:
        return True
    return bool(_OBJECT.fullmatch(text) or _COMMAND.fullmatch(text) or _HEADER.search(text))


def _is_unheard(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True
    if isinstance(node, ast.Raise | ast.Assert):
        return True
    if isinstance(node, ast.Assign):
        return [getattr(target, "id", "") for target in node.targets] == ["msg"]
    if not isinstance(node, ast.Call):
        return False
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return called in _SAYING | _UNHEARD or getattr(owner, "id", "") in _KEEPERS


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_modules_of_the_desk_say_nothing_by_themselves(path: Path) -> None:
    """Every word a person reads is marked by `later`, or said by `gettext`, `ngettext` or `pgettext`."""
    assert [] == list(said_by_itself(ast.parse(path.read_text())))


@pytest.mark.parametrize("path", TEMPLATES, ids=place)
def test_templates_of_the_desk_say_nothing_by_themselves(path: Path) -> None:
    """Every word goes through `_`, `ngettext` or `pgettext`, or is a value."""
    text = path.read_text()
    bare = UNSEEN.sub("", JINJA.sub("", CLASS.sub("", text)))

    # Macros give attributes, too.
    assert [] == PROSE.findall(TAG.sub(" ", re.sub(r'[a-z-]+="[^"]*"', " ", bare)))
    assert [] == SAID_IN_TAGS.findall(bare)
    assert [] == [const.value for const in constants(Environment(autoescape=True).parse(text)) if _is_said(const)]


def _is_said(const: nodes.Const) -> bool:
    return bool(_SPEECH.search(const.value)) and not _CLASSES.search(const.value)


@pytest.mark.parametrize(
    "path", [path for path in (*MODULES, *TEMPLATES) if place(path) not in FOR_THOSE_WITH_A_SHELL], ids=place
)
def test_no_page_sends_an_editor_to_a_command(path: Path) -> None:
    """Whoever edits has no shell; what is done by a command is done on a page, too."""
    assert [] == _SHELL.findall(path.read_text())


@pytest.mark.parametrize("path", ROOMS, ids=place)
def test_rooms_say_what_can_be_gathered(path: Path) -> None:
    """Written out where it is said, with all of its values: a text put together beforehand is in no catalogue."""
    calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    said = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "say"]

    for call in said:
        assert isinstance(call.args[0], ast.Constant), f"line {call.lineno}"
        named = {keyword.arg for keyword in call.keywords}
        # What is handed on as `**facts` is looked at when it is said.
        assert None in named or set(re.findall(r"%\((\w+)\)s", str(call.args[0].value))) == named, f"line {call.lineno}"


@pytest.mark.parametrize("path", SPEAKING, ids=place)
def test_scripts_say_nothing_by_themselves(path: Path) -> None:
    """Every word goes through `_` or `ngettext` of words.js."""
    bare = _SAID_BY_SCRIPTS.sub("(", path.read_text())
    literals = [re.sub(r"\$\{[^}]*\}", "\0", found[1] or found[2] or "") for found in _LITERAL.finditer(bare)]
    said = [text for text in literals if _SPEECH.search(text) or _GLUED.search(text)]

    assert [] == [text for text in said if not _SELECTOR.search(text) and text not in _CALLED]


@pytest.mark.parametrize("path", [path for path in TEMPLATES if not path.name.startswith("_")], ids=place)
def test_every_page_of_the_desk_says_how_it_works(path: Path) -> None:
    """By `parts.help`; templates whose name begins with _ are frames and pieces of others."""
    assert "{% call parts.help(" in path.read_text()
