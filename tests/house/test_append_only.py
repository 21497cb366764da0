"""The audit is append-only: nothing of the product changes or deletes what stands in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_CHANGING = frozenset({"update", "delete"})
# As one writes it by hand; what a migration makes or takes down as a whole is no row.
_RAW = re.compile(
    r"\b(?:update|delete\s+from|truncate(?:\s+table)?|replace\s+into|merge\s+into)\s+(?:only\s+)?[\"`\[]?audit\b", re.IGNORECASE
)
# A table that is named only when it runs could be this one.
_ANY = re.compile(r"\b(?:UPDATE|DELETE FROM|TRUNCATE)\s+[\"`\[]?$")

# Names its tables where it is run; each has addresses of people, which the audit has not.
_OF_OTHERS = "newsletter/migrations/versions/0011_hashes_that_name_their_key.py"
# Takes out of tables that were just made what migrations put there, before the first row of a backup comes in.
_OF_NEW_ONES = "newsletter/backups/tables.py"


class Reader:
    """Reads one module: by which names the table goes in it, and what is done to it."""

    def __init__(self, text: str) -> None:
        self._tree = ast.parse(text)
        self._tables, self._modules, self._verbs = set[str](), set[str](), dict[str, str]()
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ImportFrom):
                self._import(node)
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Assign) and self._is_audit(node.value):
                self._tables |= {target.id for target in node.targets if isinstance(target, ast.Name)}

    def changes(self) -> Iterator[str]:
        """Give what changes or deletes rows of the audit, as it is written."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Call) and self._is_change(node):
                yield ast.unparse(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _RAW.search(node.value):
                yield node.value
            elif isinstance(node, ast.JoinedStr) and any(map(_ends_open, node.values[:-1])):
                yield ast.unparse(node)

    def _import(self, node: ast.ImportFrom) -> None:
        for one in node.names:
            name = one.asname or one.name
            if (node.module or "").endswith("tables.staff") and one.name == "audit":
                self._tables.add(name)
            if (node.module or "").endswith("tables") and one.name == "staff":
                self._modules.add(name)
            if (node.module or "").startswith("sqlalchemy"):
                self._verbs[name] = one.name

    def _is_audit(self, node: ast.AST) -> bool:
        match node:
            case ast.Name(id=name):
                return name in self._tables
            case ast.Attribute(value=ast.Name(id=name), attr="audit"):
                return name in self._modules
            case ast.Attribute(value=ast.Attribute(attr="staff"), attr="audit"):
                return True
            case ast.Subscript(slice=ast.Constant(value="audit")):
                return True
            case ast.Call(func=ast.Name() | ast.Attribute(), args=[ast.Constant(value="audit"), *_]):
                return ast.unparse(node.func).rpartition(".")[2].lower() == "table"
        return False

    def _is_change(self, node: ast.Call) -> bool:
        match node.func:
            case ast.Name(id=name):
                return self._verbs.get(name) in _CHANGING and any(map(self._is_audit, node.args))
            case ast.Attribute(value=value, attr="on_conflict_do_update"):
                return any(map(self._is_audit, ast.walk(value)))
            case ast.Attribute(value=value, attr=name) if name in _CHANGING:
                return any(map(self._is_audit, (value, *node.args)))
        return False


def _ends_open(part: ast.expr) -> bool:
    return isinstance(part, ast.Constant) and isinstance(part.value, str) and _ANY.search(part.value) is not None


def test_nothing_changes_or_deletes_what_the_audit_says() -> None:
    """Neither the desk, nor a command, the worker, an erasure, a restore or a migration."""
    modules = [path for package in ("newsletter", "subscribers") for path in (ROOT / package).rglob("*.py")]
    read = {path: path.read_text() for path in modules}
    found = {path.relative_to(ROOT).as_posix(): list(Reader(text).changes()) for path, text in read.items() if _is_asked(text)}

    assert {_OF_NEW_ONES, _OF_OTHERS} == {path for path, changes in found.items() if changes}
    # The one module that has the table in its hands was read.
    assert "newsletter/staff/audit.py" in found


def _is_asked(text: str) -> bool:
    return "audit" in text or "DELETE FROM" in text or "UPDATE" in text or "TRUNCATE" in text


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import delete\nfrom newsletter.tables.staff import audit\ntx.execute(delete(audit).where(x))",
        "from sqlalchemy import update as change\nfrom newsletter.tables.staff import audit as log\nchange(log)",
        "import sqlalchemy as sa\nfrom newsletter.tables import staff\nsa.update(staff.audit)",
        "from newsletter.tables.staff import audit\naudit.delete()",
        "import sqlalchemy as sa\nkept = metadata.tables['audit']\nsa.delete(kept)",
        "import sqlalchemy as sa\nsa.delete(sa.table('audit', sa.column('id')))",
        "from newsletter.tables.staff import audit\ninsert(audit).values(x=1).on_conflict_do_update(set_={'x': 2})",
        "op.execute('DELETE FROM audit WHERE at < 7')",
        'text("update \\"audit\\" set actor = NULL")',
        "execute(f'DELETE FROM \"{table.name}\"')",
        "execute(f'TRUNCATE {table}')",
    ],
)
def test_a_change_is_seen(text: str) -> None:
    """In whatever words it is said."""
    assert [] != list(Reader(text).changes())


@pytest.mark.parametrize(
    "text",
    [
        "from newsletter.staff import audit\naudit.record(tx, who)\nseen.update(audit)",
        "from sqlalchemy import insert, delete\nfrom newsletter.tables.staff import audit\ninsert(audit), delete(account)",
        "'The audit has no update: audit and delete from it are strangers.'",
    ],
)
def test_what_changes_nothing_is_let_be(text: str) -> None:
    """Writing down, reading, and what is only called alike."""
    assert [] == list(Reader(text).changes())
