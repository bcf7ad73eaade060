"""The code version of a table: what Dagster is told of the code that makes its rows.

A hash over the contract (columns, types, key, partitioning, clustering) and the compiled queries that make rows: those
of the table, of its failure records, and for which dates nothing is built. So it changes when the table does, wherever
the code for that stands, and not with a comment, a meaning's wording or a view's name. Checks have no part in it: a
check that is changed makes no stored row older.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nba_assets.compile.dialects import Dialect
from nba_assets.compile.sql_cache import compiled_once, is_kept
from nba_assets.compile.statements import CompiledSQL, statements
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table


@dataclass(frozen=True)
class Code:
    """What makes a table's rows: its version, and the text that it is the hash of."""

    version: str
    text: str


@cache
def code_of(table: Table, dialect: Dialect) -> Code:
    """The code of a table, from the cache on disk where this very code has been compiled before."""
    code = compiled_once(_name(table, dialect), Code, lambda: _code(table, statements(table, dialect)))
    return _with_python(code, table.python) if table.python else code


def is_compiled(table: Table, dialect: Dialect) -> bool:
    """Whether it has been compiled before, and the table's queries with it."""
    return is_kept(_name(table, dialect))


def _name(table: Table, dialect: Dialect) -> str:
    return f"{table.full_name}.{dialect}.code"


def code_version(table: Table, dialect: Dialect) -> str:
    """The version of a table's code on an engine."""
    return code_of(table, dialect).version


def _with_python(code: Code, function: str) -> Code:
    """And of the package of the function that makes a python table's rows, without comments and docstrings."""
    package = function.partition(":")[0].rpartition(".")[0]
    (folder,) = importlib.import_module(package).__path__
    modules = {file.name: file.read_text() for file in sorted(Path(folder).glob("*.py"))}
    written = hashlib.sha256(json.dumps([code.version, modules]).encode()).hexdigest()[:16]

    def told() -> Code:
        sources = "\n".join(f"# {name}\n{_without_words(source)}" for name, source in modules.items())
        return _of_text(f"{code.text}\n\n-- python\n{sources}")

    return compiled_once(f"{function}.{written}", Code, told)


def _without_words(source: str) -> str:
    """A module's code as Python takes it, which leaves out comments, less what strings alone stand for."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [s for s in body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]  # type: ignore[attr-defined]
    return ast.unparse(tree)


def _of_text(text: str) -> Code:
    return Code(hashlib.sha256(text.encode()).hexdigest()[:12], text)


def _code(table: Table, sql: CompiledSQL) -> Code:
    queries = {"rows": sql.rows, "failed": sql.failed, "skipped": sql.skipped}
    made = [f"-- {name}\n{canonical(query)}" for name, query in queries.items() if query]
    text = "\n\n".join([f"-- contract\n{json.dumps(_told(table), indent=1)}", *made])
    return _of_text(text)


def _told(contract: Contract) -> dict[str, object]:
    return {
        "columns": {column.name: column.type for column in contract.columns},
        "key": contract.key,
        "partition_by": contract.partition_by,
        "cluster_by": contract.cluster_by,
    }


_CTE = re.compile(r'(?:^WITH|^\),) ["`](\w+)["`] AS \(', re.MULTILINE)
_RELATION = re.compile(r'(?<![."`\w])(["`])(\w+)\1')
_BY_IBIS = re.compile(r"t\d+")


def canonical(sql: str) -> str:
    """A query with its relations renamed by their order: what a view is called, and which numbers Ibis counts, is no
    part of what the query does."""
    named = set(_CTE.findall(sql))
    order: dict[str, str] = {}

    def renamed(found: re.Match[str]) -> str:
        quote, name = found[1], found[2]
        if name not in named and not _BY_IBIS.fullmatch(name):
            return found[0]
        return f"{quote}{order.setdefault(name, f'r{len(order) + 1}')}{quote}"

    return _RELATION.sub(renamed, sql)
