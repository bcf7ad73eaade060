"""The peers do what they are said to do: the same rows, the same dates, and figures kept beside ours."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from benchmarks.peers import bare_queries, sqlmesh
from benchmarks.peers.lake_views import create_views
from benchmarks.peers.reference import over_dates, player_context
from benchmarks.peers.reference.agreement import agreement
from benchmarks.peers.work import Record, Sample, keep, ours, spread
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window, season_year
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.tables.raw import RAW_TABLES
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.shared import needs_shared

LAST_DAY = date(2024, 10, 27)

BATCHES = [
    Window(date(2021, 10, 1), date(2022, 9, 30)),
    Window(date(2023, 10, 1), date(2024, 9, 29)),  # 365 days of a leap year
    Window(date(2024, 9, 30), date(2025, 9, 29)),  # and the batch after it
    Window(date(2025, 9, 30), date(2026, 1, 3)),
    Window(date(2025, 12, 31), date(2025, 12, 31)),
    Window(date(2024, 6, 30), date(2024, 6, 30)),
]


def _in_sqlmesh(sql: str, batch: Window) -> str:
    """What SQLMesh makes of its dates in a query."""
    return sql.replace("@start_date", f"CAST('{batch.start}' AS DATE)").replace(
        "@end_date", f"CAST('{batch.end}' AS DATE)"
    )


@pytest.mark.parametrize("batch", BATCHES, ids=str)
def test_a_batch_is_the_part_of_one_season_that_lies_in_it(batch: Window) -> None:
    season, day = Window.season(season_year(batch.end)), timedelta(days=1)
    first, last = max(batch.start, season.start), min(batch.end, season.end)
    expressions = _in_sqlmesh(", ".join(sqlmesh.DATES.values()), batch)
    assert duckdb.sql(f"SELECT {expressions}").fetchone() == (
        first,
        last,
        first - day,
        last - day,
        season.start,
        season.end,
    )


def test_the_models_query_makes_the_rows_of_our_statement(conformed_lake: Path) -> None:
    table, batch = team_offense_game_summary, Window(date(2024, 9, 30), date(2025, 9, 29))
    season = Window.season(2024)
    with DuckDBWarehouse(Lake(conformed_lake)).connect(inputs_in(table, season)) as connection:
        theirs = connection.execute(_in_sqlmesh(sqlmesh.query(table), batch)).fetchall()
        assert theirs == connection.execute(statements(table, "duckdb").rows_in(season)).fetchall()
    assert len(theirs) > 50


def test_a_model_says_what_our_contract_says() -> None:
    text = sqlmesh.model(team_defense_zone_analysis, date(2021, 10, 1))
    assert "name nba_precompute.team_defense_zone_analysis" in text
    assert "time_column analysis_date, batch_size 365" in text
    assert "grain (team_abbr, analysis_date)" in text
    assert "paint_pct_allowed_last_15 DECIMAL(5, 3)" in text
    assert "MAKE_DATE(190" not in text


def test_the_bare_queries_write_a_file_a_season(conformed_lake: Path, tmp_path: Path) -> None:
    table, out = team_offense_game_summary, tmp_path / "out"
    assert bare_queries.seconds(Lake(conformed_lake), Window.season(2024), out, [table]) > 0
    (file,) = (tmp_path / "out").rglob("*.parquet")
    assert file == tmp_path / "out" / "nba_analytics" / "team_offense_game_summary" / "2024-10-01.parquet"
    games = f"'{conformed_lake}/nba_raw/nbac_schedule/*/data.parquet'"
    assert (
        duckdb.sql(f"SELECT count(*) FROM '{file}'").fetchone()
        == duckdb.sql(f"SELECT 2 * count(*) FROM {games} WHERE game_status = 3").fetchone()
    )


def test_the_references_loop_counts_what_a_query_counts(lake: Path) -> None:
    with duckdb.connect() as connection:
        create_views(connection, Lake(lake), over_dates.READ)
        rows = player_context.rows_of(connection, LAST_DAY)
        counted = connection.execute(f"""
            SELECT player_lookup, count(*), max(game_date) FROM nba_raw.bdl_player_boxscores
            WHERE game_date < DATE '{LAST_DAY}' AND CAST(split_part(minutes, ':', 1) AS INT) > 0
            GROUP BY 1""").fetchall()
    expected = {name: (games, (LAST_DAY - last).days - 1) for name, games, last in counted}
    found = {row["player_lookup"]: (row["games_in_last_7_days"], row["days_rest"]) for row in rows}
    assert len(found) == len(rows) > 50
    known = expected.keys() & found.keys()  # others are spelled in another way there
    assert len(known) > 50
    assert {name: found[name] for name in known} == {name: expected[name] for name in known}
    assert all(row["back_to_back"] == (row["days_rest"] == 0) for row in rows)


def test_the_references_points_line_is_the_books_latest(lake: Path) -> None:
    with duckdb.connect() as connection:
        create_views(connection, Lake(lake), over_dates.READ)
        rows = player_context.rows_of(connection, LAST_DAY)
        last = connection.execute(f"""
            SELECT player_lookup, lower(bookmaker), arg_max(points_line, snapshot_timestamp)
            FROM nba_raw.odds_api_player_points_props
            WHERE game_date = DATE '{LAST_DAY}' AND minutes_before_tipoff >= 0 GROUP BY ALL""").fetchall()
    lines = {(name, book): line for name, book, line in last}
    named = [row for row in rows if (row["player_lookup"], row["current_points_line_source"]) in lines]
    assert len(named) > 20
    for row in named:
        assert row["current_points_line"] == lines[row["player_lookup"], row["current_points_line_source"]]


@pytest.mark.slow
@needs_shared
def test_the_reference_makes_our_values(real_warehouse: DuckDBWarehouse, tmp_path: Path) -> None:
    """On real days; the few others are of players on court for less than half a minute."""
    days = [date(2021, 12, 4), date(2022, 3, 16), date(2022, 12, 17)]
    over_dates.seconds(real_warehouse.lake, days, tmp_path)
    compared = agreement(real_warehouse.lake, tmp_path, days)
    assert len(compared) == 31
    for column in compared:
        assert column.rows > 100, column
        assert column.same / column.rows > 0.97, column


def test_views_of_an_empty_lake_have_columns_and_no_rows(tmp_path: Path) -> None:
    with duckdb.connect() as connection:
        create_views(connection, Lake(tmp_path), RAW_TABLES)
        for raw in RAW_TABLES:
            result = connection.execute(f"FROM {raw.full_name}")
            assert [column[0] for column in result.description] == [column.name for column in raw.columns]
            assert result.fetchall() == []


@pytest.mark.parametrize("most", [2, 3, 40])
def test_a_sample_is_spread_from_first_to_last(most: int) -> None:
    days = Window(date(2021, 10, 19), date(2023, 4, 9)).dates()
    sample = spread(days, most)
    assert len(sample) == len(set(sample)) == most
    assert (sample[0], sample[-1]) == (days[0], days[-1])
    gaps = [(b - a).days for a, b in pairwise(sample)]
    assert max(gaps) - min(gaps) <= 1


def test_a_sample_of_few_dates_is_all_of_them() -> None:
    days = Window(date(2021, 10, 19), date(2021, 10, 21)).dates()
    assert spread(days, 40) == days


def test_figures_are_kept_beside_what_the_file_holds(tmp_path: Path) -> None:
    file = tmp_path / "latest.json"
    results = [
        {"work": "one_date", "tables": 5, "wall_s": 9.0},
        {"work": "one_date", "tables": 10, "wall_s": 14.0},
    ]
    other = {"peer": "sqlmesh", "work": "full_history", "wall_s": 9.0}
    file.write_text(json.dumps({"cores": 2, "results": results, "peers": [other]}))
    sample = Sample("reference", "full_history", 40, 700, 80.0, 1, 2)
    keep([Record("sqlmesh", "one_date", 60.0, 3, 10), sample], file)
    keep([Record("sqlmesh", "one_date", 50.0, 3, 10)], file)
    kept = json.loads(file.read_text())
    assert (kept["cores"], kept["results"]) == (2, results)
    assert kept["peers"] == [other, {"peer": "sqlmesh", "work": "one_date", "wall_s": 50.0, "runs": 3, "tables": 10}]
    assert [found["sample_wall_s"] for found in kept["peer_samples"]] == [80.0]
    assert "wall_s" not in kept["peer_samples"][0]
    assert ours(10, file) == {"one_date": 14.0}
    assert sample.seconds_a_date == 2.0
