"""SQL compiled once for made-up dates is what compiling for the real ones gives; and it is kept and read again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import ibis.expr.types as ir
import pytest

from nba_assets.compile import statements as module
from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import Dialect, to_sql
from nba_assets.compile.statements import examples, inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import checks_of
from nba_assets.contracts.contract import Column, Contract
from nba_assets.contracts.read import eve_and_day, same_day, season_history, season_to_date, whole_season
from nba_assets.contracts.table import Table, holds
from nba_assets.tables.registry import every_table

DAY = Column("game_date", "DATE", "date", required=True)
TEAM = Column("team", "STRING", "team", required=True)
NAMES = ("today", "eve", "so_far", "past", "season")
INPUTS = {
    name: Contract(dataset="raw", name=name, columns=(DAY, TEAM), key=("team",), partition_by="game_date")
    for name in NAMES
}


def _build(today: ir.Table, eve: ir.Table, so_far: ir.Table, past: ir.Table, season: ir.Table) -> ir.Table:
    rows = today
    for other in (eve, so_far, past, season):
        rows = rows.semi_join(other, "team")
    return rows


EVERY_REACH = Table(
    dataset="test",
    name="every_reach",
    columns=(DAY, TEAM),
    key=("team",),
    partition_by="game_date",
    reads={
        name: reach(INPUTS[name])
        for name, reach in zip(
            NAMES, (same_day, eve_and_day, season_to_date, season_history, whole_season), strict=True
        )
    },
    build=_build,
    checks=(holds("named", lambda t: t.team != "", "has a name"),),
    module="nba_assets.tables.analytics.every_reach",
)

ONE_DATE = Window(date(2024, 11, 9), date(2024, 11, 9))
SPRING = Window(date(2023, 1, 1), date(2023, 4, 3))
OPENING = Window(date(2021, 10, 19), date(2021, 10, 21))


@pytest.fixture(autouse=True)
def _own_cache(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For a table of this file, which the cache does not know the code of. Ours may have been compiled before."""
    if "table" not in request.fixturenames:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    statements.cache_clear()
    yield
    statements.cache_clear()


def compiled(table: Table, window: Window, dialect: Dialect = "duckdb") -> str:
    assert table.partition_by
    in_order = list(dict.fromkeys([str(table.partition_by), *table.key]))
    return to_sql(Binder(window).rows(table).order_by(in_order), dialect)


@pytest.mark.parametrize("window", [ONE_DATE, SPRING, OPENING], ids=str)
@pytest.mark.parametrize("dialect", ["duckdb", "bigquery"])
def test_filled_in_dates_are_compiled_ones(window: Window, dialect: Dialect) -> None:
    assert statements(EVERY_REACH, dialect).rows_in(window) == compiled(EVERY_REACH, window, dialect)


@pytest.mark.slow
@pytest.mark.parametrize("table", [t for t in every_table() if not t.python], ids=lambda table: table.name)
def test_filled_in_dates_are_compiled_ones_in_our_tables(table: Table) -> None:
    """Of a range, all of whose dates differ; that one date is no other case, the table of every reach shows."""
    assert statements(table, "duckdb").rows_in(SPRING) == compiled(table, SPRING)


def test_breaches_are_of_the_window() -> None:
    sql = " ".join(statements(EVERY_REACH, "duckdb").broken_in(SPRING).split())
    assert "BETWEEN MAKE_DATE(2023, 1, 1) AND MAKE_DATE(2023, 4, 3)" in sql
    assert "190" not in sql, "a made-up date was left"
    assert sql.count("UNION ALL") == len(checks_of(EVERY_REACH)) - 1


def test_examples_of_a_breach() -> None:
    sql = examples(EVERY_REACH, EVERY_REACH.checks[0], ONE_DATE, "duckdb")
    assert "LIMIT 500" in sql


def test_inputs_and_their_dates() -> None:
    found = inputs_in(EVERY_REACH, SPRING)
    season = Window.season(2022)
    assert found == {
        EVERY_REACH: SPRING,
        INPUTS["today"]: SPRING,
        INPUTS["eve"]: Window(date(2022, 12, 31), SPRING.end),
        INPUTS["so_far"]: Window(season.start, SPRING.end),
        INPUTS["past"]: Window(season.start, date(2023, 4, 2)),
        INPUTS["season"]: season,
    }


def test_sources_are_kept_with_the_sql() -> None:
    assert statements(EVERY_REACH, "duckdb").sources["team"] == [["raw", "today", "team"]]


def test_what_was_compiled_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = statements(EVERY_REACH, "duckdb")
    (file,) = tmp_path.rglob("*.json")
    assert file.name.startswith("test.every_reach.duckdb.")
    monkeypatch.setattr(module, "_compile", lambda *_: pytest.fail("compiled again"))
    statements.cache_clear()
    assert statements(EVERY_REACH, "duckdb") == first
