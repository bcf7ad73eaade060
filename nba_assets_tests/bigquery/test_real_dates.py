"""The comparison of real dates, on simulated ones: equal where they are, and what differs is told by key and column."""

from __future__ import annotations

import re
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.tables.conformed.games import games
from nba_assets.tables.precompute.team_defense_zone_analysis import team_defense_zone_analysis
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.bigquery.real_dates import Trial

pytestmark = pytest.mark.slow

DAYS = Window(date(2024, 10, 26), date(2024, 10, 27))


def test_equal_dates_are_and_others_are_told(
    bigquery_server: LocalBigQuery, filled: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a table of raw rows, and of one that reads a season to date."""
    with closing(bigquery_server.client("nba-dates")) as client:
        there, chosen = BigQueryWarehouse(lambda: client), (games, team_defense_zone_analysis)
        trial = Trial(Lake(filled / "lake"), tmp_path, DAYS, chosen, bigquery_server, there)

        assert trial.run(one_at_a_time=True) == []
        told = capsys.readouterr().out
        assert len(re.findall(r"2 tables, [1-9]\d* rows, \d+ failure records, differing: none", told)) == DAYS.days

        client.query_and_wait(f"UPDATE {games.full_name} SET home_points = 1 WHERE game_date = '{DAYS.end}'")
        assert trial.run() == [games.full_name]
        told = capsys.readouterr().out
        assert re.search(r"home_points: \d+ / 1$", told, re.MULTILINE)
