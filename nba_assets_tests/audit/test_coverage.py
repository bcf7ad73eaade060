"""Is it all there: a date, a team, a player that is missing is found; what is owed by nobody is not."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nba_assets.audit.coverage import Coverage, Day, verify
from nba_assets.cli import app as cli
from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.failures import failures_of
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import OWES_NOTHING, Table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.tables.conformed.views.schedule import team_schedule
from nba_assets.tables.precompute.player_daily_cache import player_daily_cache
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.tables.registry import tables
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.build import build_rows

FIRST, LAST = date(2024, 10, 22), date(2024, 10, 27)
SIX_DAYS = Window(FIRST, LAST)
"""The days of the simulated lake whose games were played; later ones are scheduled."""

DAY = date(2024, 10, 23)
LATER = date(2024, 11, 20)
"""A day with scheduled games, past the season's first 14."""

Row = dict[str, Any]


def put(warehouse: DuckDBWarehouse, contract: Contract, day: date, rows: list[Row]) -> None:
    """Store a partition: the columns that the test is about, the others NULL."""
    schema = contract.schema().to_pyarrow()
    full = [
        {name: row.get(name, day if name == contract.partition_by else None) for name in schema.names} for row in rows
    ]
    warehouse.lake.replace(contract, [(day, pa.Table.from_pylist(full, pa.schema(schema)))])


@pytest.fixture
def warehouse(lake: Path) -> DuckDBWarehouse:
    return DuckDBWarehouse(Lake(lake))


@pytest.fixture
def sides(warehouse: DuckDBWarehouse) -> list[Row]:
    """Each team's game of the six days, and of the later day."""
    binder = Binder(Window(FIRST, LATER))
    rows = binder.read(same_day(team_schedule)).order_by("game_id", "team_abbr")
    found = warehouse.fetch(to_sql(rows, "duckdb"), binder.scanned, 60.0).to_pylist()
    return [{name: row[name] for name in ("game_id", "game_date", "team_abbr")} for row in found]


def on(sides: list[Row], day: date) -> list[Row]:
    return [side for side in sides if side["game_date"] == day]


def put_offense(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    for day in SIX_DAYS.dates():
        put(warehouse, team_offense_game_summary, day, on(sides, day))


def look(warehouse: DuckDBWarehouse, table: Table, window: Window, least: float = 0.95) -> Coverage:
    (found,) = verify(warehouse, [table], window, least)
    return found


def test_everything_there_is_ready(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    put_offense(warehouse, sides)
    found = look(warehouse, team_offense_game_summary, SIX_DAYS)
    assert found.ready
    assert (found.coverage, found.gaps, found.error) == (1.0, [], "")
    assert found.found == len(found.days) == 6
    assert found.rows == found.owed == found.written == len([s for s in sides if s["game_date"] in SIX_DAYS])


def test_missing_dates_are_one_gap_where_they_follow_each_other(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    put_offense(warehouse, sides)
    warehouse.lake.remove(team_offense_game_summary, [DAY, DAY + timedelta(days=1), LAST])
    found = look(warehouse, team_offense_game_summary, SIX_DAYS)
    assert not found.ready
    assert (len(found.days), found.found) == (6, 3)
    assert [(str(gap.dates), gap.number, gap.lacks) for gap in found.gaps] == [
        ("2024-10-23..2024-10-24", 2, "not built"),
        ("2024-10-27", 1, "not built"),
    ]


def test_a_missing_team_is_named_and_its_date_does_not_count(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    put_offense(warehouse, sides)
    gone, *others = on(sides, FIRST)
    put(warehouse, team_offense_game_summary, FIRST, others)
    found = look(warehouse, team_offense_game_summary, SIX_DAYS)
    assert (found.found, found.ready) == (5, False)
    (gap,) = found.gaps
    owed = len(others) + 1
    assert gap.lacks == f"1 of {owed} missing: {gone['game_id']} {gone['team_abbr']}"
    assert look(warehouse, team_offense_game_summary, SIX_DAYS, least=0.7).ready, "most of it is enough for some"


def test_a_partition_without_rows_on_a_day_with_games_is_a_gap(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    put_offense(warehouse, sides)
    put(warehouse, team_offense_game_summary, FIRST, [])
    found = look(warehouse, team_offense_game_summary, Window(FIRST, FIRST))
    assert not found.ready
    owed = len(on(sides, FIRST))
    assert found.gaps[0].lacks.startswith(f"{owed} of {owed} missing: ")


def test_fewer_than_five_players_of_a_team_are_not_its_game(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    def players(number: int) -> list[Row]:
        return [side | {"player_lookup": f"{side['team_abbr']}{n}"} for side in on(sides, FIRST) for n in range(number)]

    put(warehouse, player_game_summary, FIRST, players(5))
    full = look(warehouse, player_game_summary, Window(FIRST, FIRST))
    assert (full.ready, full.rows, full.owed) == (True, 5 * len(on(sides, FIRST)), len(on(sides, FIRST)))
    put(warehouse, player_game_summary, FIRST, players(5)[1:])
    thin = look(warehouse, player_game_summary, Window(FIRST, FIRST))
    assert (thin.ready, thin.owed - thin.written, len(thin.gaps)) == (False, 1, 1)


def test_games_to_come_are_owed_a_context_and_no_summary(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    later = Window(LATER, LATER)
    assert look(warehouse, team_offense_game_summary, later).days == []
    assert look(warehouse, team_offense_game_summary, later).ready
    assert look(warehouse, upcoming_team_game_context, later).days == [Day(LATER, False)]
    put(warehouse, upcoming_team_game_context, LATER, on(sides, LATER))
    assert look(warehouse, upcoming_team_game_context, later).ready


@pytest.fixture
def squads(warehouse: DuckDBWarehouse, sides: list[Row]) -> list[Row]:
    """Everybody on a roster of a team that plays on the first day."""
    build_rows(warehouse, SIX_DAYS, [rosters, availability])
    binder = Binder(Window(FIRST, FIRST))
    rows = binder.read(same_day(rosters))
    held = warehouse.fetch(to_sql(rows, "duckdb"), binder.scanned, 60.0).to_pylist()
    return [
        side | {"player_lookup": row["player_lookup"]}
        for side in on(sides, FIRST)
        for row in held
        if row["team_abbr"] == side["team_abbr"]
    ]


def test_the_players_owed_a_context_are_on_the_rosters(warehouse: DuckDBWarehouse, squads: list[Row]) -> None:
    window, table = Window(FIRST, FIRST), upcoming_player_game_context
    warehouse.lake.remove(availability, warehouse.dates(availability))
    put(warehouse, table, FIRST, squads)
    assert look(warehouse, table, window).gaps == []

    put(warehouse, table, FIRST, squads[1:])
    (gap,) = look(warehouse, table, window).gaps
    gone, team = squads[0]["player_lookup"], squads[0]["team_abbr"]
    assert gap.lacks.endswith(f" missing: {gone} ({team})")

    others = [row for row in squads if row["team_abbr"] != team]
    put(warehouse, table, FIRST, others)
    (gap,) = look(warehouse, table, window).gaps
    players = len(squads) - len(others)
    assert gap.lacks.startswith(f"{players + 1} of "), "the players, and the team's side of the game"


def test_whoever_was_reported_out_is_owed_nothing(warehouse: DuckDBWarehouse) -> None:
    build_rows(warehouse, SIX_DAYS, [rosters, availability])
    for day in SIX_DAYS.dates():
        put(warehouse, upcoming_player_game_context, day, [])
    with_report = look(warehouse, upcoming_player_game_context, SIX_DAYS).owed
    warehouse.lake.remove(availability, warehouse.dates(availability))
    assert look(warehouse, upcoming_player_game_context, SIX_DAYS).owed > with_report


@pytest.fixture
def slate(warehouse: DuckDBWarehouse, sides: list[Row]) -> list[Row]:
    """Three players' contexts of the later day."""
    game = on(sides, LATER)[0]
    rows = [{**game, "player_lookup": name, "season_year": 2024} for name in ("adams", "baker", "clark")]
    build_rows(warehouse, Window(LATER, LATER), [games])
    put(warehouse, upcoming_player_game_context, LATER, rows)
    return rows


def put_cache(warehouse: DuckDBWarehouse, written: list[str], failed: list[str]) -> Coverage:
    put(warehouse, player_daily_cache, LATER, [{"player_lookup": name} for name in written])
    records = failures_of(player_daily_cache)
    assert records
    rows = [{"entity_id": name, "processor_name": player_daily_cache.name} for name in failed]
    put(warehouse, records, LATER, rows)
    return look(warehouse, player_daily_cache, Window(LATER, LATER))


@pytest.mark.usefixtures("slate")
def test_a_player_with_a_row_or_a_failure_record_is_accounted_for(warehouse: DuckDBWarehouse) -> None:
    found = put_cache(warehouse, ["adams"], ["baker", "clark"])
    assert found.ready
    assert (found.owed, found.written, found.failed, found.gaps) == (3, 1, 2, [])


@pytest.mark.usefixtures("slate")
def test_a_player_neither_written_nor_failed_is_a_gap(warehouse: DuckDBWarehouse) -> None:
    found = put_cache(warehouse, ["adams"], ["clark"])
    assert not found.ready
    assert [gap.lacks for gap in found.gaps] == ["1 of 3 missing: baker"]


@pytest.mark.usefixtures("slate")
def test_nobody_counts_twice(warehouse: DuckDBWarehouse) -> None:
    found = put_cache(warehouse, ["adams", "nobody"], ["adams"])
    assert (found.owed, found.written, found.failed, found.rows) == (3, 1, 0, 2)


def test_a_date_is_not_covered_where_what_says_who_is_owed_is_empty(warehouse: DuckDBWarehouse) -> None:
    found = put_cache(warehouse, [], [])
    assert not found.ready
    assert [gap.lacks for gap in found.gaps] == ["nobody is owed a row: what it is built from is empty"]


def test_a_season_begins_later_for_tables_of_form(warehouse: DuckDBWarehouse) -> None:
    opening = Window(FIRST, FIRST + timedelta(days=14))
    assert {day.day for day in look(warehouse, team_defense_zone_analysis, opening).days} == {opening.end}
    assert len(look(warehouse, upcoming_team_game_context, opening).days) > 10


def test_a_range_without_games_is_ready(warehouse: DuckDBWarehouse) -> None:
    for window in (Window(date(2024, 10, 1), date(2024, 10, 5)), Window(date(2025, 7, 1), date(2025, 7, 31))):
        found = look(warehouse, team_offense_game_summary, window)
        assert (found.days, found.coverage, found.ready) == ([], 1.0, True)


def test_no_schedule_is_no_answer(tmp_path: Path, warehouse: DuckDBWarehouse) -> None:
    with pytest.raises(BadInput, match="no schedule of 2024-25"):
        verify(DuckDBWarehouse(Lake(tmp_path / "nowhere")), [team_offense_game_summary], SIX_DAYS)
    with pytest.raises(BadInput, match="no schedule of 2022-23"):
        verify(warehouse, [team_offense_game_summary], Window(date(2022, 12, 1), date(2022, 12, 2)))


def test_what_cannot_be_read_is_an_error_and_nothing_missing(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    put_offense(warehouse, sides)
    file = warehouse.lake.file(team_offense_game_summary, FIRST)
    file.unlink()
    file.write_bytes(b"half a file")
    found, other = verify(warehouse, [team_offense_game_summary, upcoming_team_game_context], SIX_DAYS)
    assert "data.parquet" in found.error
    assert (found.ready, found.gaps) == (False, [])
    assert other.error == ""


def test_a_conformed_table_owes_what_it_says(warehouse: DuckDBWarehouse, sides: list[Row]) -> None:
    """Both sides of a game for box scores; nothing for what a source may not have."""
    for day in SIX_DAYS.dates():
        put(warehouse, team_boxes, day, on(sides, day)[1:])
    found = look(warehouse, team_boxes, SIX_DAYS)
    assert (found.owed - found.written, len(found.gaps), found.ready) == (6, 6, False)
    assert look(warehouse, availability, SIX_DAYS).days == []


def test_a_table_of_another_kind_owes_a_row_a_day(warehouse: DuckDBWarehouse) -> None:
    invented = replace(player_daily_cache, name="invented", population=None)
    put(warehouse, invented, LATER, [])
    assert [gap.lacks for gap in look(warehouse, invented, Window(LATER, LATER)).gaps] == ["1 of 1 missing: any row"]
    put(warehouse, invented, LATER, [{"player_lookup": "adams"}])
    assert look(warehouse, invented, Window(LATER, LATER)).ready


@pytest.mark.slow
def test_every_table_can_be_asked(warehouse: DuckDBWarehouse) -> None:
    for table in tables():
        put(warehouse, table, LATER, [])
        put(warehouse, table, DAY, [])
    found = {
        coverage.table: (coverage.error, coverage.ready) for coverage in verify(warehouse, tables(), Window(DAY, LATER))
    }
    assert found == {table.name: ("", table.population is OWES_NOTHING) for table in tables()}


Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nba(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    """The command in this process: exit code, what it printed, what it complained of."""

    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


RANGE = ("--start", str(FIRST), "--end", str(LAST), "--tables", "team_offense_game_summary")


def test_the_command_says_ready_or_lists_what_is_missing(
    warehouse: DuckDBWarehouse, sides: list[Row], nba: Nba, lake: Path
) -> None:
    put_offense(warehouse, sides)
    code, printed, complaint = nba("verify", *RANGE, "--lake", str(lake))
    assert (code, complaint) == (0, "")
    assert "100.0 %" in printed

    warehouse.lake.remove(team_offense_game_summary, [DAY])
    code, printed, complaint = nba("verify", *RANGE, "--lake", str(lake))
    assert (code, complaint) == (1, "")
    assert "not built" in printed
    assert str(DAY) in printed
    assert nba("verify", *RANGE, "--lake", str(lake), "--min", "0.8")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--start", "2024-10-22", "--end", "soon"), "'soon' is no date"),
        (("--start", "2021-10-01", "--end", "2021-10-22"), "the first partition is"),
        (("--start", "2024-10-22", "--end", "2024-10-23", "--tables", "nothing"), "no table called 'nothing'"),
        (("--start", "2022-11-22", "--end", "2022-11-23"), "no schedule of 2022-23"),
    ],
)
def test_wrong_input_is_one_line(arguments: tuple[str, ...], told: str, nba: Nba, lake: Path) -> None:
    code, printed, complaint = nba("verify", *arguments, "--lake", str(lake))
    assert (code, printed) == (2, "")
    assert told in complaint
    assert complaint.count("\n") == 1


def test_an_empty_lake_is_wrong_input(nba: Nba, tmp_path: Path) -> None:
    code, _, complaint = nba("verify", *RANGE, "--lake", str(tmp_path / "nothing"))
    assert code == 2
    assert "is empty" in complaint
