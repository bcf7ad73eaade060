"""Counts by reason: what a table keeps out of a day, and what of it is a check."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from nba_assets.contracts.checks import checks_of, counted_in
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import CONTRADICTS, OLDER, by_reason, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import conformed
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets_tests.contracts.test_table import DAY, GAMES, KEY
from nba_assets_tests.rows import broken_of

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


def _entry(source: str, reason: str, rows: int = 1) -> dict[str, object]:
    return {"table_name": f"nba_raw.{source}", "day": ONE, "reason": reason, "file": "a.csv", "row": "", "rows": rows}


def test_a_table_counts_what_was_kept_out_of_its_sources_at_the_door() -> None:
    """The rest of the quarantine is other tables'."""
    entries = [_entry("bdl_player_boxscores", CONTRADICTS), _entry("nbac_schedule", CONTRADICTS)]
    entries += [_entry("nbac_player_boxscores", OLDER, 20)]
    found = {
        name: [row["rows"] for row in broken_of(player_boxes, name, (), quarantine=entries)]
        for name in ("deliveries_agree", "older_copies", "identical_copies", "ids_repaired")
    }
    assert found == {"deliveries_agree": [1], "older_copies": [20], "identical_copies": [], "ids_repaired": []}


def test_every_daily_raw_table_has_one_that_counts_its_quarantine() -> None:
    counting = [table for table in tables() if "quarantine" in table.reads]
    everything = [_entry(raw.name, CONTRADICTS) for raw in RAW_TABLES if raw.partition_by]
    counted = [
        row["table_name"] for made in counting for row in broken_of(made, "deliveries_agree", (), quarantine=everything)
    ]
    assert sorted(counted) == sorted(raw.full_name for raw in RAW_TABLES if raw.partition_by)
