"""Plain SQL: windows that are named once, and no query around another that adds nothing to it.

Ibis writes a window out wherever it is used, frames that mean nothing included, and wraps steps into `SELECT *`. Only
how a finished query is written belongs here; which columns it reads and selects is decided before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlglot.expressions as sge

IN_ORDER = (sge.RowNumber, sge.Rank, sge.DenseRank, sge.Lag, sge.Lead)
"""Functions that a frame does not reach."""


def plain(query: sge.Expression) -> sge.Expression:
    """The same query, shorter; the given one is changed."""
    for step in list(query.find_all(sge.Subquery, sge.CTE)):
        assert isinstance(step, sge.Subquery | sge.CTE)
        _unwrap(step)
    for select in query.find_all(sge.Select):
        _name_windows(select)
    return query


def _unwrap(step: sge.Subquery | sge.CTE) -> None:
    """What the step selects everything from, in its place."""
    while (inner := _everything_from(step.this)) is not None:
        if isinstance(inner, sge.Subquery) and _is_query(inner.this):
            step.set("this", inner.this)
        elif isinstance(inner, sge.Table) and isinstance(step, sge.Subquery) and step.alias and step.parent is not None:
            named = inner.copy()
            named.set("alias", step.args["alias"])
            step.replace(named)
            return
        else:
            return


def _is_query(node: sge.Expression) -> bool:
    return isinstance(node, sge.Select | sge.SetOperation)


def _everything_from(query: sge.Expression) -> sge.Expression | None:
    """The one relation of a query that is `SELECT * FROM` it and nothing else."""
    if not isinstance(query, sge.Select) or len(query.expressions) != 1:
        return None
    star = query.expressions[0]
    others = [name for name, value in query.args.items() if value and name not in ("expressions", "from_")]
    if others or not isinstance(star, sge.Star) or any(star.args.values()) or not query.args.get("from_"):
        return None
    found: sge.Expression = query.args["from_"].this
    return found


def _name_windows(select: sge.Select) -> None:
    """Windows that the select uses more than once, under a name; frames apart, since they differ."""
    windows = list(_windows(select))
    for window in windows:
        if _is_idle(window):
            window.set("spec", None)
    uses = Counter(key for window in windows if (key := _rows_of(window)))
    names = {key: f"w{number}" for number, key in enumerate((key for key in uses if uses[key] > 1), 1)}
    if not names:
        return
    declared = {}
    for window in windows:
        if name := names.get(_rows_of(window)):
            partition, order = window.args.get("partition_by"), window.args.get("order")
            declared[name] = sge.Window(this=sge.to_identifier(name), partition_by=partition, order=order)
            window.set("partition_by", None)
            window.set("order", None)
            window.set("alias", sge.to_identifier(name))
    select.set("windows", list(declared.values()))


def _windows(select: sge.Select) -> Iterator[sge.Window]:
    """The windows of a select, not those of the queries that it selects from."""
    for node in select.walk(prune=lambda node: node is not select and isinstance(node, sge.Query)):
        if isinstance(node, sge.Window):
            yield node


def _rows_of(window: sge.Window) -> str:
    """What tells windows over the same rows in the same order; empty for one over everything."""
    parts = [*(window.args.get("partition_by") or []), window.args.get("order")]
    return "\n".join(part.sql() for part in parts if part)


def _is_idle(window: sge.Window) -> bool:
    """Whether its frame says nothing: the whole of rows in no order, or of what a frame does not reach."""
    spec = window.args.get("spec")
    if spec is None or {spec.args.get("start"), spec.args.get("end")} != {"UNBOUNDED"}:
        return False
    return not window.args.get("order") or isinstance(window.this, IN_ORDER)
