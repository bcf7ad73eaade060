"""Rules that more than one table keeps, as builders of `Check`s.

A rule of one table stands in that table's file. Dagster's side of a check is in `asset.py`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.table import Check, Contract, Table, holds


def checks_of(table: Table) -> tuple[Check, ...]:
    """All checks of a table: the rules its contract implies, then its own."""
    return (*rules_of(table), *table.checks)


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
