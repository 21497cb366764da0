"""The rules of the house that no linter knows."""

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.shape import SERVES

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 50

MODULES = sorted(
    path
    for package in ("newsletter", "subscribers")
    for path in (ROOT / package).rglob("*.py")
    if not {"versions", "__pycache__"} & set(path.relative_to(ROOT).parts)
)


def module_id(path: Path) -> str:
    """Name a module in a test's id."""
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Walk every function of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_module_is_short_and_opens_with_its_sentence(path: Path) -> None:
    """A room that grows is split by noun."""
    text = path.read_text()

    assert text.count("\n") <= LONGEST_MODULE
    assert ast.get_docstring(ast.parse(text)), "no docstring"


@pytest.mark.parametrize("path", MODULES, ids=module_id)
def test_functions_are_short(path: Path) -> None:
    """One question each."""
    tree = ast.parse(path.read_text())

    assert [] == [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in functions(tree)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > LONGEST_FUNCTION
    ]


@pytest.mark.parametrize("path", [path for path in MODULES if path.name == "__init__.py"], ids=module_id)
def test_package_file_holds_a_docstring_only(path: Path) -> None:
    """Nothing happens at import, and nothing is re-exported."""
    body = ast.parse(path.read_text()).body

    assert 1 == len(body)


# Each with what it once did to somebody, and the one module that may have it.
FORBIDDEN = {
    r"\bdatetime\.now\(|\btime\.time\(|\bdate\.today\(|\butcnow\(": ("newsletter/clock.py", "time comes from the clock"),
    r"\bos\.environ\b|\bgetenv\(": ("newsletter/settings.py", "the environment is read once"),
    r"\bparseaddr\(": ("", "it reads another address than it was given (CVE-2023-27043)"),
    r"\bpickle\b|\bmarshal\b|\byaml\.load\(": ("newsletter/confined", "whoever writes the bytes runs code"),
    r"jobstores\.sqlalchemy": ("", "its jobs vanish when a function is renamed, and run twice with two schedulers"),
    r"\brequest\.url\b": ("", "it is built from a Host header that anybody can send (CVE-2026-48710)"),
    r"\bEmailMessage\(": ("", "it encodes List-Unsubscribe and can change the From address"),
    r"(?<![.\w])(eval|exec)\(": ("", "text is never code"),
}


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_what_has_hurt_before_is_not_used(pattern: str) -> None:
    """Known traps stay out of the product."""
    owner, reason = FORBIDDEN[pattern]

    assert [] == [
        f"{module_id(path)}: {reason}"
        for path in MODULES
        if re.search(pattern, path.read_text()) and not (owner and module_id(path).startswith(owner))
    ]


def test_doors_ask_under_which_hash_an_address_stands() -> None:
    """While the instance's key is being changed, the hash of the present key is not the one an address is found by."""
    owners = {
        "subscribers/tokens.py",
        "subscribers/recognition.py",
        "subscribers/rekeying.py",
        # Who is new, and what an erasure leaves.
        "subscribers/records.py",
        # Before they are looked up, `importing` asks.
        "subscribers/exchange/reading.py",
        # It asks for all the hashes there ever were of an address.
        "subscribers/dossier.py",
        # Rows of one file are compared with each other.
        "newsletter/people/keepout.py",
    }

    assert owners == {module_id(path) for path in MODULES if ".hash_address(" in path.read_text() or path.name == "tokens.py"}


def test_every_database_of_the_product_has_its_journal() -> None:
    """Whoever opened one of their own would forget who left."""
    assert {"newsletter/bootstrap.py"} == {
        module_id(path)
        for path in MODULES
        if re.search(r"(?<![\w.])Database\(", path.read_text().replace("class Database(", ""))
    }


def test_no_module_is_a_drawer() -> None:
    """Everything has a room of its own name."""
    drawers = {"utils.py", "util.py", "helpers.py", "common.py", "misc.py", "tools.py"}

    assert [] == [module_id(path) for path in MODULES if path.name in drawers]


def test_migrations_stand_in_one_row() -> None:
    """Two that were written at once do not both follow the same one: nobody could upgrade any more."""
    folder = ROOT / "newsletter" / "migrations" / "versions"
    found = [re.findall(r'^(?:down_)?revision = "?(\w+)"?', path.read_text(), re.MULTILINE) for path in folder.glob("0*.py")]

    assert [[f"{n:04}", f"{n - 1:04}" if n > 1 else "None"] for n in range(1, len(found) + 1)] == sorted(found)


# What a program of the former release would stumble over: gone or renamed columns and tables, and new demands on its rows.
TAKING = re.compile(r"DROP TABLE|DROP COLUMN|RENAME COLUMN|SET NOT NULL|ADD CONSTRAINT \w+ CHECK|CREATE UNIQUE INDEX")
FORBIDDEN_CALLS = {
    "drop_table",
    "drop_column",
    "rename_table",
    "create_unique_constraint",
    "create_check_constraint",
}


def takes_away(migration: str) -> list[str]:
    """Give what a migration does that programs of the shape before could not bear."""
    tree = ast.parse(migration)
    (upgrade,) = (node for node in functions(tree) if node.name == "upgrade")
    made = {ast.unparse(call.args[0]) for call in calls(upgrade) if called(call) == "create_table"}
    # What is done to a table that was made just now asks nothing of anybody.
    blocks = [block for block in ast.walk(upgrade) if isinstance(block, ast.With) and is_of(block, made)]
    free = {id(call) for block in blocks for call in calls(block)}
    found = [text for text in strings(upgrade) if TAKING.search(text)]
    return found + [ast.unparse(call)[:80] for call in calls(upgrade) if id(call) not in free and is_taking(call, made)]


def is_of(block: ast.With, tables: set[str]) -> bool:
    """Whether a block alters one of *tables*."""
    opened = block.items[0].context_expr
    return isinstance(opened, ast.Call) and called(opened) == "batch_alter_table" and ast.unparse(opened.args[0]) in tables


def calls(node: ast.AST) -> list[ast.Call]:
    """Give the calls under a node."""
    return [one for one in ast.walk(node) if isinstance(one, ast.Call)]


def called(call: ast.Call) -> str:
    """Give the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def strings(node: ast.AST) -> list[str]:
    """Give the texts under a node."""
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def is_taking(call: ast.Call, made: set[str]) -> bool:
    """Whether a call takes something away, or asks more of rows in a table that was not *made* just now."""
    name, words = called(call), {word.arg: ast.unparse(word.value) for word in call.keywords}
    if name in FORBIDDEN_CALLS:
        return True
    if name == "add_column":
        column = {word.arg: ast.unparse(word.value) for part in calls(call)[1:] for word in part.keywords}
        return column.get("nullable") == "False" and "server_default" not in column
    if name == "create_index":
        return words.get("unique") == "True" and not {ast.unparse(one) for one in call.args} & made
    return name == "alter_column" and (words.get("nullable") == "False" or "new_column_name" in words or "type_" in words)


def test_migrations_take_nothing_away_from_the_former_release() -> None:
    """Its programs go on beside this shape. One that has to take something away raises `SERVES` in newsletter/shape.py."""
    folder = ROOT / "newsletter" / "migrations" / "versions"
    since = {path.name: takes_away(path.read_text()) for path in sorted(folder.glob("0*.py")) if path.name[:4] > SERVES}

    assert {} == {name: taken for name, taken in since.items() if taken}


@pytest.mark.parametrize(
    ("line", "is_bearable"),
    [
        ('op.add_column("issue", sa.Column("a", sa.Text(), nullable=True))', True),
        ('op.add_column("issue", sa.Column("a", sa.Text(), server_default="", nullable=False))', True),
        ('op.add_column("issue", sa.Column("a", sa.Text(), nullable=False))', False),
        ('op.drop_column("issue", "a")', False),
        ('op.execute("ALTER TABLE issue DROP COLUMN a")', False),
        ('op.alter_column("issue", "a", new_column_name="b")', False),
        ('op.alter_column("issue", "a", nullable=True)', True),
        ('op.create_index("ix", "issue", ["a"], unique=True)', False),
        ('op.create_index("ix", "issue", ["a"], unique=False)', True),
        ('op.create_table("one", sa.Column("a")); op.create_index("ix", "one", ["a"], unique=True)', True),
    ],
)
def test_what_the_former_release_could_not_bear_is_seen(line: str, is_bearable: bool) -> None:  # noqa: FBT001 -- a parameter
    """What is added is not in its way; what is gone, renamed or demanded is."""
    assert is_bearable is not bool(takes_away(f"def upgrade():\n    {line}\n\n\ndef downgrade():\n    op.drop_table('x')\n"))


def test_every_test_has_a_sentence() -> None:
    """A test states its claim."""
    silent = [
        f"{module_id(path)}: {node.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in functions(ast.parse(path.read_text()))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]

    assert [] == silent


def test_locks_name_no_registry() -> None:
    """The same lock serves every mirror."""
    locks = [path.read_text() for path in sorted((ROOT / "requirements").glob("*.lock"))]

    assert [] == [match for lock in locks for match in re.findall(r"https?://\S+|--index-url\S*", lock)]


def test_run_lock_is_part_of_the_dev_lock() -> None:
    """What is tested is what is shipped."""
    pinned = {
        name: set(re.findall(r"^([a-z0-9._-]+(?:\[\w+\])?==\S+)", (ROOT / "requirements" / name).read_text(), re.MULTILINE))
        for name in ("run.lock", "dev.lock")
    }

    assert set() == pinned["run.lock"] - pinned["dev.lock"]


def test_a_module_without_a_place_fails_the_contracts(tmp_path: Path) -> None:
    """The architecture is exhaustive: nothing can be born outside it."""
    for name in ("newsletter", "subscribers"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "newsletter" / "stray.py").write_text('"""Nobody knows where this belongs."""\n')

    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 != result.returncode
    assert "stray" in result.stdout
