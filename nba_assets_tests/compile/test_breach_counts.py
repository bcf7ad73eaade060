"""How many rows break each check, by day: rules of single rows in one look, the others each for itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from nba_assets.compile.statements import expressions, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import counted_in
from nba_assets.contracts.contract import Column, RawTable
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, Table, conformed, holds
from nba_assets.tables.registry import every_table
from nba_assets.warehouse.build import build_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake

ONE, NEXT = date(2024, 11, 8), date(2024, 11, 9)

RAW = RawTable(
    dataset="nba_raw",
    name="shots",
    description="shots",
    partition_by="game_date",
    key=(),
    cluster_by=(),
    need="optional",
    feeds=(),
    columns=(
        Column("game_id", "STRING", "game"),
        Column("game_date", "DATE", "date"),
        Column("makes", "INT64", "makes"),
        Column("shots", "INT64", "shots"),
    ),
)


def _alone(rows: ir.Table) -> ir.Table:
    games = rows.group_by("game_id", "game_date").agg(_rows=rows.count())
    return games.filter(games._rows == 1)


@conformed(
    step="made",
    key=("game_id",),
    cluster_by=(),
    reads={"raw": same_day(RAW)},
    columns=RAW.columns,
    checks=(
        holds("makes_within_shots", lambda t: t.makes <= t.shots, ""),
        Check("never_alone", "", _alone),
        holds("few_shots", lambda t: t.shots < 30, "", "warn"),
    ),
)
def made(raw: ir.Table) -> ir.Table:
    return raw


def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *rows: tuple[str, date, int | None, int | None]) -> dict:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    lake, days = Lake(tmp_path), [ONE, NEXT]
    for day in days:
        of_day = [dict(zip(RAW.schema().names, row, strict=True)) for row in rows if row[1] == day]
        lake.replace(RAW, [(day, pa.Table.from_pylist(of_day, RAW.schema().to_pyarrow()))])
    with DuckDBWarehouse(lake, threads=1).session(60) as session:
        return dict(build_part(session, made, statements(made, "duckdb"), Window(ONE, NEXT), days).broken)


def test_each_rule_is_counted_by_day_and_unknown_breaks_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (("a", ONE, 9, 3), ("b", ONE, 50, 40), ("c", ONE, None, 4), ("d", NEXT, 1, 31), ("e", NEXT, 1, None))
    assert broken(tmp_path, monkeypatch, *rows) == {
        "makes_within_shots": {ONE: 2},
        "few_shots": {ONE: 1, NEXT: 1},
        "never_alone": {ONE: 3, NEXT: 2},
    }


def test_a_key_that_is_there_twice_counts_with_all_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = broken(tmp_path, monkeypatch, ("a", ONE, 1, 3), ("a", ONE, 2, 3), ("a", ONE, 2, 3), ("b", NEXT, 1, 3))
    assert found == {"key_is_unique": {ONE: 3}, "never_alone": {NEXT: 1}}


@pytest.mark.parametrize("table", [made, *every_table()], ids=lambda table: table.name)
def test_rules_of_single_rows_are_one_look_at_them(table: Table) -> None:
    rules = {str(number) for number, check in enumerate(counted_in(table)) if check.keeps}
    looks = [set(look.metrics) for look in expressions(table)["broken"].op().find(ops.Aggregate)]
    assert rules
    assert looks.count(rules) == 1
