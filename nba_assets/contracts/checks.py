"""Checks that more than one table keeps, as builders of `Check`s.

A rule of one table stands with that table. How a check is run and recorded is not said here.
"""

from __future__ import annotations

import inspect

import ibis
import ibis.expr.types as ir

from nba_assets.contracts.contract import Contract, RawTable
from nba_assets.contracts.table import Check, Population, Table, holds


def checks_of(table: Table) -> tuple[Check, ...]:
    """All checks of a table: the rules its contract and its population imply, then its own."""
    exact = table.population if table.population and table.population.exact else None
    accounted = (_accounted(table, exact),) if exact else ()
    return (*rules_of(table), *accounted, *(check for check in table.checks if check.severity != "note"))


def counted_in(table: Table) -> tuple[Check, ...]:
    """All whose broken rows are counted when it is built: its checks, then what is only noted."""
    return (*checks_of(table), *(check for check in table.checks if check.severity == "note"))


def rules_of(contract: Contract) -> tuple[Check, ...]:
    """The rules every contract implies: its key is unique, its required columns are filled."""
    # A source's key may have a part that not all of its rows tell.
    of_key = () if isinstance(contract, RawTable) else contract.key
    required = [c.name for c in contract.columns if c.required or c.name in of_key]

    def repeated(rows: ir.Table) -> ir.Table:
        # Counted apart from the rows: to put all of them in order of their key takes several times as long.
        counted = rows.group_by(list(contract.key)).agg(_copies=rows.count())
        return rows.inner_join(counted.filter(counted._copies > 1), list(contract.key))

    return (
        Check("key_is_unique", f"no two rows share {', '.join(contract.key)}", repeated),
        holds(
            "required_columns_are_filled",
            lambda rows: ibis.and_(*[rows[name].notnull() for name in required]),
            f"never NULL: {', '.join(required)}",
        ),
    )


def _accounted(table: Table, population: Population) -> Check:
    """Whoever is owed a row on a date has either it or one failure record; nobody else has one."""
    day = str(table.partition_by)
    (owed,) = population.owed

    def side(rows: ir.Table, entity: ir.Value, date: str, count: int) -> ir.Table:
        return rows.select(entity=entity, count=ibis.literal(count, "int64"), **{day: rows[date]})

    def unequal(rows: ir.Table, failures: ir.Table | None = None, **inputs: ir.Table) -> ir.Table:
        eligible = owed.eligible(**inputs)
        tally = side(eligible, owed.name(eligible), day, 1).union(side(rows, owed.name(rows), day, -1))
        if failures is not None:
            tally = tally.union(side(failures, failures.entity_id, "analysis_date", -1))
        summed = tally.group_by("entity", day).agg(unaccounted=tally["count"].sum())
        return summed.filter(summed.unaccounted != 0)

    return Check(
        "eligible_is_written_or_failed",
        "whoever is owed a row has it or a failure record, and nobody has both",
        unequal,
        inputs=tuple(inspect.signature(owed.eligible).parameters),
    )
