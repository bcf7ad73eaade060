"""Joins and picks: columns of another table's row, the first source that has a game, the newest row of a key.

What is joined, and in which order sources come, is the caller's. Joins over a span of
time are history's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ibis
import ibis.expr.types as ir


def with_columns(
    rows: ir.Table,
    other: ir.Table,
    on: Iterable[str] | Mapping[str, str],
    *names: str,
    found: str | None = None,
    **renamed: str,
) -> ir.Table:
    """`rows` with columns of the one row of `other` that matches, NULL where none does.

    `on` are names that both have, or ours to theirs. The columns taken keep their names, or get new ones: ours=theirs.
    `found` names a BOOL that says whether a row matched. No column of ours may be taken for another.

    Selected from the join itself, for joins in a row to be one SELECT; and of a view, for Ibis to tell whose a column
    is where `rows` are made of `other` or joined to it before.
    """
    keys = dict(on) if isinstance(on, Mapping) else {name: name for name in on}
    added = [*names, *renamed, *([found] if found else [])]
    if taken := sorted({name for name in added if name in rows.columns or added.count(name) > 1}):
        raise ValueError(f"joined columns are already there: {', '.join(taken)}")
    theirs = other.view()
    joined = rows.left_join(theirs, list(keys.items()))
    flag = {found: theirs[next(iter(keys.values()))].notnull()} if found else {}
    columns = {name: theirs[name] for name in names} | {name: theirs[column] for name, column in renamed.items()}
    return joined.select(*rows.columns, **columns, **flag)


def first_source(by: tuple[str, ...], **sources: ir.Table) -> ir.Table:
    """The rows of the first of `sources` that has any for a `by` (a game, a team's game), with its name in `source`.

    All sources have the same columns.
    """
    (first, best), *others = sources.items()
    together = best.mutate(source=ibis.literal(first))
    for name, rows in others:
        taken = together.select(**{f"_{column}": column for column in by}).distinct()
        left = rows.anti_join(taken, [(column, f"_{column}") for column in by])
        together = together.union(left.mutate(source=ibis.literal(name)))
    return together


def in_order(rows: ir.Table) -> ir.Table:
    """The columns in one order, which a union of sources needs."""
    return rows.select(sorted(rows.columns))


def latest(rows: ir.Table, key: tuple[str, ...]) -> ir.Table:
    """One row for each `key`: the one written last. Bulk loads and overlapping deliveries leave duplicates."""
    return newest(rows, key, ("processed_at",), ties=("data_hash",))


def newest(rows: ir.Table, key: tuple[str, ...], by: tuple[str, ...], ties: tuple[str, ...]) -> ir.Table:
    """One row for each `key`: the greatest in `by`, and of equals the first in `ties`."""
    newest_first = ibis.window(group_by=list(key), order_by=[*[ibis.desc(name) for name in by], *ties])
    return rows.mutate(_nth=ibis.row_number().over(newest_first)).filter(lambda t: t._nth == 0).drop("_nth")


def median(rows: ir.Table, by: tuple[str, ...], value: str) -> ir.Table:
    """The median of `value` for each `by`, under the same name.

    Spelled out because neither BigQuery's exact median nor Ibis's has a form that both engines know.
    """
    known = rows.filter(rows[value].notnull())
    ordered = ibis.window(group_by=list(by), order_by=value)
    ranked = known.mutate(
        _nth=ibis.row_number().over(ordered) + 1,
        _of=known[value].count().over(group_by=list(by)),
    )
    middle = ranked.filter((2 * ranked._nth >= ranked._of) & (2 * ranked._nth <= ranked._of + 2))
    return middle.group_by(list(by)).agg(**{value: middle[value].mean()})
