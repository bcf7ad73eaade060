"""One way to pick among sources: for each game the first source that has it.

The order is the caller's, from `spec/raw_tables.md` section 5.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir


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


def latest(rows: ir.Table, key: tuple[str, ...]) -> ir.Table:
    """One row for each `key`: the one written last. Bulk loads and overlapping deliveries leave duplicates."""
    newest_first = ibis.window(group_by=list(key), order_by=[ibis.desc("processed_at"), "data_hash"])
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
