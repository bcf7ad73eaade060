"""Counts by reason: what a table keeps out of a day, and what of it is a check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import dagster as dg
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from nba_assets.compile.statements import statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of, counted_in
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import CONTRADICTS, OLDER, by_reason, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed
from nba_assets.orchestration.metadata import of_days
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import tables
from nba_assets.warehouse.build import build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.contracts.test_table import DAY, KEY, contract
from nba_assets_tests.rows import broken_of

RAW = contract(Column("points", "INT64", "points"))
ONE, NEXT = date(2024, 11, 8), date(2024, 11, 9)


def _strays(rows: ir.Table, raw: ir.Table) -> ir.Table:
    return raw


@conformed(
    step="games",
    key=("game_id",),
    cluster_by=(),
    reads={"raw": same_day(RAW)},
    columns=(KEY, DAY, Column("points", "INT64", "points")),
    checks=(
        Check("under_way", "", _strays, "note", reason="under way", weight="points"),
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


def test_a_build_counts_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row may stand for several; of what is only noted nothing is broken."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lake, day = Lake(tmp_path), Window(ONE, ONE)
    rows = [{"game_id": name, "game_date": ONE, "points": points} for name, points in (("a", 20), ("b", 3))]
    lake.replace(RAW, [(ONE, pa.Table.from_pylist(rows, RAW.schema().to_pyarrow()))])
    with DuckDBWarehouse(lake, threads=1).session(60) as session:
        part = build_part(session, made, statements(made, "duckdb"), day, [ONE])
    assert part.kept_out == {ONE: {"of no game": 4, "under way": 23}}
    assert part.broken == {"of_a_game": {ONE: 2}, "of_a_known_game": {ONE: 2}}
    told = dict(of_days(part))[ONE]["kept_out"]
    assert isinstance(told, dg.JsonMetadataValue)
    assert told.value == part.kept_out[ONE]


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
