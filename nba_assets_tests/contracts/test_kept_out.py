"""Counts by reason: what a table keeps out of a day, and what of it is a check."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from nba_assets.contracts.checks import checks_of, counted_in
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import by_reason, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import conformed
from nba_assets_tests.contracts.test_table import DAY, GAMES, KEY

ONE, NEXT = date(2024, 11, 8), date(2024, 11, 9)


def _strays(rows: ir.Table, raw: ir.Table) -> ir.Table:
    return raw


@conformed(
    step="games",
    key=("game_id",),
    cluster_by=(),
    reads={"raw": same_day(GAMES)},
    columns=(KEY, DAY, Column("points", "INT64", "points")),
    checks=(
        kept_out("under_way", "under way", _strays, "", severity="note"),
        kept_out("of_a_game", "of no game", _strays, ""),
        kept_out("of_a_known_game", "of no game", _strays, ""),
    ),
)
def made(raw: ir.Table) -> ir.Table:
    return raw


def test_a_day_counts_what_it_keeps_out_by_reason() -> None:
    """Two checks of one reason add up; what breaks a check without a reason is no row kept out."""
    broken = {
        "of_a_game": {ONE: 2, NEXT: 1},
        "of_a_known_game": {ONE: 3},
        "under_way": {ONE: 20},
        "key_is_unique": {NEXT: 7},
    }
    assert by_reason(made, broken) == {ONE: {"of no game": 5, "under way": 20}, NEXT: {"of no game": 1}}


def test_what_is_only_noted_is_no_check() -> None:
    """It comes last, so that the places of the checks are the same with it and without."""
    assert "under_way" not in {check.name for check in checks_of(made)}
    assert [check.name for check in counted_in(made)] == [*(check.name for check in checks_of(made)), "under_way"]
