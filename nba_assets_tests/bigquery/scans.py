"""Scans of a BigQuery statement, read off its text: how many stored tables, and between which dates.

Scans are counted as BigQuery computes them: a part of a WITH clause anew for each reference to it. And a lint of what
BigQuery must not be sent. What a statement answers, and whether BigQuery accepts it, is not asked here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import sqlglot as sg
import sqlglot.expressions as sge

from nba_assets.contracts.contract import Contract

LONGEST = 512 * 1024
"""Bytes of one statement's text: half of what BigQuery takes."""

MOST_ANEW = 1.5
"""So many times the stored tables that it names may a statement scan."""


def parsed(script: str) -> list[sge.Expression]:
    """The statements of a script, an assertion as the query that it asks: no more of it can be parsed."""
    queries = _ASSERTION.sub(r"SELECT \1", script)
    return [statement for statement in sg.parse(queries, dialect="bigquery") if statement]


_ASSERTION = re.compile(r"^ASSERT (.*?)^AS '(?:[^'\\]|\\.)*'", re.DOTALL | re.MULTILINE)


def scans(statement: sge.Expression) -> tuple[int, int]:
    """The stored tables that the query of a statement scans, and that it names; none where there is no query."""
    query = statement if isinstance(statement, sge.Query) else statement.args.get("expression")
    if not isinstance(query, sge.Query):
        return 0, 0
    parts = {cte.alias: cte.this for cte in query.ctes}
    body = query.copy()
    body.set("with_", None)

    def of(part: sge.Expression, *, anew: bool) -> int:
        names = [(table.db, table.name) for table in part.find_all(sge.Table)]
        within = [name for db, name in names if not db and name in parts]
        return len(names) - len(within) + (sum(of(parts[name], anew=anew) for name in within) if anew else 0)

    return of(body, anew=True), sum(of(part, anew=False) for part in (*parts.values(), body))


def stored_in(statement: sge.Expression) -> set[str]:
    """The stored tables that a statement names, by project, data set and name."""
    return {f"{table.catalog}.{table.db}.{table.name}" for table in statement.find_all(sge.Table) if table.db}


def unbounded(statement: sge.Expression, contracts: Iterable[Contract]) -> list[str]:
    """The partitioned tables that a statement reads without constant bounds on the partition column, right where they
    stand: of what is written a query further out, BigQuery may make the same or not."""
    days = {contract.full_name: contract.partition_by for contract in contracts if contract.partition_by}
    read = ((f"{table.db}.{table.name}", table) for table in _read(statement))
    return [name for name, table in read if name in days and not _is_bounded(table, str(days[name]))]


def _read(statement: sge.Expression) -> Iterator[sge.Table]:
    """The tables that a statement reads or deletes from, not what it makes or adds to."""
    if isinstance(statement, sge.Drop | sge.Alter):
        return
    target = statement.this if isinstance(statement, sge.Create | sge.Insert) else None
    made = {id(table) for table in target.find_all(sge.Table)} if target else set()
    yield from (table for table in statement.find_all(sge.Table) if id(table) not in made)


def _is_bounded(table: sge.Table, day: str) -> bool:
    holder = table.find_ancestor(sge.Select, sge.Delete, sge.Update)
    where = holder.args.get("where") if holder else None
    if where is None:
        return False
    parts = where.this.flatten() if isinstance(where.this, sge.And) else [where.this]
    return any(_bounds(part.unnest(), table.alias_or_name, day) for part in parts)


def _bounds(part: sge.Expression, table: str, day: str) -> bool:
    """Whether a condition holds the column between constants, or to some."""
    match part:
        case sge.Between():
            ends = [part.args["low"], part.args["high"]]
        case sge.EQ():
            ends = [part.expression]
        case sge.In():
            ends = part.expressions
        case _:
            return False
    column = part.this
    is_day = isinstance(column, sge.Column) and column.name == day and column.table in ("", table)
    return is_day and bool(ends) and not any(end.find(sge.Column, sge.Query) for end in ends)


_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|--[^\n]*")
_REFUSED = {"a $ decorator": r"\$", "a cast by ::": "::", "DATEDIFF": r"(?i)\bDATEDIFF\b"}


def refused(sql: str) -> list[str]:
    """What a statement has that is never to be sent: a decorator (local-bigquery makes another table of it), and what
    BigQuery does not know."""
    bare = _QUOTED.sub("''", sql)
    return [name for name, pattern in _REFUSED.items() if re.search(pattern, bare)]
