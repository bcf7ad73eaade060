"""Rules that more than one table keeps, as builders of `Check`s.

A rule of one table stands in that table's file. Dagster's side of a check is in `asset.py`.
"""

from __future__ import annotations

import inspect

import ibis
import ibis.expr.types as ir

from nba_assets.table import Check, Contract, Population, Table, holds


def checks_of(table: Table) -> tuple[Check, ...]:
    """All checks of a table: the rules its contract and its population imply, then its own."""
    accounted = (_accounted(table, table.population),) if table.population else ()
    return (*rules_of(table), *accounted, *table.checks)


def rules_of(contract: Contract) -> tuple[Check, ...]:
    """The rules every contract implies: its key is unique, its required columns are filled."""
    required = [c.name for c in contract.columns if c.required or c.name in contract.key]

    def repeated(rows: ir.Table) -> ir.Table:
        counted = rows.mutate(_copies=rows.count().over(group_by=list(contract.key)))
        return counted.filter(counted._copies > 1)

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

    def side(rows: ir.Table, entity: str, date: str, count: int) -> ir.Table:
        return rows.select(entity=rows[entity], count=ibis.literal(count, "int64"), **{day: rows[date]})

    def unequal(rows: ir.Table, failures: ir.Table | None = None, **inputs: ir.Table) -> ir.Table:
        tally = side(population.eligible(**inputs), population.entity, day, 1)
        tally = tally.union(side(rows, population.entity, day, -1))
        if failures is not None:
            tally = tally.union(side(failures, "entity_id", "analysis_date", -1))
        summed = tally.group_by("entity", day).agg(unaccounted=tally["count"].sum())
        return summed.filter(summed.unaccounted != 0)

    return Check(
        "eligible_is_written_or_failed",
        "whoever is owed a row has it or a failure record, and nobody has both",
        unequal,
        inputs=tuple(inspect.signature(population.eligible).parameters),
    )


def two_rows_a_final_game(team: str) -> Check:
    """Every finished game of the schedule has a row for each of its teams; needs the input `games`."""

    def missing(rows: ir.Table, games: ir.Table) -> ir.Table:
        final = games.filter(games.is_final).select("game_id", "game_date")
        found = rows.group_by(_game="game_id").agg(_teams=rows[team].nunique())
        joined = final.left_join(found, final.game_id == found._game)
        return joined.filter(joined._teams.fill_null(0) != 2)

    return Check("two_rows_a_final_game", "each finished game of the schedule has a row for both teams", missing)


def makes_within_attempts(*shots: str, prefix: str = "") -> Check:
    """Nobody makes more than he takes."""
    return holds(
        "makes_within_attempts",
        lambda rows: ibis.and_(
            *[(rows[f"{prefix}{s}_makes"] <= rows[f"{prefix}{s}_attempts"]).fill_null(True) for s in shots]
        ),
        f"makes never exceed attempts: {', '.join(shots)}",
    )


def opposite_margins(team: str) -> Check:
    """The two margins of a game cancel, and exactly one team wins."""

    def unequal(rows: ir.Table) -> ir.Table:
        per_game = ibis.window(group_by="game_id")
        summed = rows.mutate(
            _margins=rows.margin_of_victory.sum().over(per_game),
            _wins=rows.win_flag.ifelse(1, 0).sum().over(per_game),
            _teams=rows[team].count().over(per_game),
        )
        return summed.filter((summed._teams == 2) & ((summed._margins != 0) | (summed._wins != 1)))

    return Check("opposite_margins", "the two margins of a game cancel and exactly one team wins", unequal)
