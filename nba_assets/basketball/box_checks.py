"""Rules that box scores keep, as builders of checks: counts from zero, makes within attempts, margins that cancel.

A rule of one table stands in that table's file; rules that any contract implies are the contracts'.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.box_scores import COUNTS
from nba_assets.basketball.joins import with_columns
from nba_assets.contracts.table import Check, holds


def two_rows_a_final_game(team: str) -> Check:
    """Every finished game of the schedule has a row for each of its teams; needs the input `games`."""

    def missing(rows: ir.Table, games: ir.Table) -> ir.Table:
        final = games.filter(games.is_final).select("game_id", "game_date")
        found = rows.group_by("game_id").agg(teams=rows[team].nunique())
        counted = with_columns(final, found, ("game_id",), "teams")
        return counted.filter(counted.teams.fill_null(0) != 2)

    return Check("two_rows_a_final_game", "each finished game of the schedule has a row for both teams", missing)


def counts_from_zero() -> Check:
    """Nobody has less than none of anything."""
    return holds(
        "counts_from_zero",
        lambda rows: ibis.and_(*[(rows[name] >= 0).fill_null(True) for name in COUNTS]),
        "no count is below zero",
    )


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


def points_add_up(points: str) -> Check:
    """Points are what the shots made are worth."""
    return holds(
        "points_add_up",
        lambda t: t[points] == 2 * (t.fg_makes - t.three_pt_makes) + 3 * t.three_pt_makes + t.ft_makes,
        "points are the sum of the shots made",
    )
