"""The tables of form over two real seasons: who is in them on which dates, and shot zones beside the published ones.

Counts are made another way than the tables make them: in Python over the conformed box scores, or from the raw
schedule. Nothing here measures what was known before a game (see `test_truth.py`).
"""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from nba_assets.basketball import metrics
from nba_assets.compile.bind import Binder
from nba_assets.compile.dialects import to_sql
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.read import season_to_date
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets_tests.build import TIMEOUT_SECONDS, broken_in
from nba_assets_tests.rows import values_of
from nba_assets_tests.shared import BOTH_SEASONS, SHARED, needs_shared

pytestmark = [pytest.mark.slow, needs_shared]

DAY = date(2021, 11, 15)
TEAMS = 30
OPENING_NIGHTS = (date(2021, 10, 19), date(2022, 10, 18))
ALL_STAR_BREAKS = (Window(date(2022, 2, 18), date(2022, 2, 23)), Window(date(2023, 2, 17), date(2023, 2, 22)))
PLAY_IN = (date(2022, 4, 12), date(2022, 4, 13), date(2022, 4, 15))

TABLES = {
    "team_defense_zone_analysis": "analysis_date",
    "player_shot_zone_analysis": "analysis_date",
    "player_composite_factors": "game_date",
    "player_daily_cache": "cache_date",
    "ml_feature_store_v2": "game_date",
}
"""The five tables of form and the column of their date."""

WITHOUT_PLAY_BY_PLAY = {
    "20220412_CLE_BKN",
    "20220412_LAC_MIN",
    "20220413_CHA_ATL",
    "20220413_SAS_NOP",
    "20220415_ATL_CLE",
    "20220415_NOP_LAC",
}
"""The play-in of 2022, which the play-by-play source does not hold: the only games whose zones are unknown."""

THREES_OFF = {5: 2, 4: 4, 3: 10, 2: 22, 1: 86, 0: 476, -1: 4, -2: 1}
"""Players of 2021-22 by how many more three-point attempts they have here than in the published zones.

The published zones are places: of the attempts that count as threes in the box score, ours among them, 186 were taken
from inside the arc by their coordinates, and 6 twos from beyond it. The play-by-play shows the same in the third of
the season whose shots it places.
"""


@pytest.fixture(scope="module")
def appearances(real_warehouse: DuckDBWarehouse) -> list[dict[str, Any]]:
    """Everyone in a box score of the season up to the day, from the stored conformed box scores."""
    binder = Binder(Window(DAY, DAY))
    rows = binder.read(season_to_date(player_boxes)).select("player_lookup", "game_date", "minutes", "fg_attempts")
    return real_warehouse.fetch(to_sql(rows, "duckdb"), binder.scanned, TIMEOUT_SECONDS).to_pylist()


def _games(appearances: list[dict[str, Any]], *, until: date, counts: str) -> Counter[str]:
    """Games of each player up to and with `until` in which he has any of what `counts` names."""
    return Counter(row["player_lookup"] for row in appearances if row["game_date"] <= until and row[counts] > 0)


def _figures(games: Counter[str]) -> tuple[int, int, int]:
    """Player-games, players, and players with ten games or more."""
    return games.total(), len(games), sum(n >= 10 for n in games.values())


def test_players_of_15_november_2021_by_three_rules(appearances: list[dict[str, Any]]) -> None:
    """As the reference counted that day (a shot taken, the day's own games included), and what its two slips did."""
    eve = DAY - timedelta(days=1)
    assert _figures(_games(appearances, until=DAY, counts="fg_attempts")) == (4_299, 438, 272)
    assert _figures(_games(appearances, until=eve, counts="fg_attempts")) == (4_066, 436, 260)
    assert _figures(_games(appearances, until=eve, counts="minutes")) == (4_307, 454, 277)


def test_shot_zones_hold_whoever_has_five_games(appearances: list[dict[str, Any]], ask: Any) -> None:
    games = _games(appearances, until=DAY - timedelta(days=1), counts="minutes")
    written = ask(f"SELECT player_lookup FROM player_shot_zone_analysis WHERE analysis_date = DATE '{DAY}'")
    failed = ask(
        "SELECT entity_id, failure_category, can_retry, actual_game_count FROM precompute_failures "
        f"WHERE processor_name = 'player_shot_zone_analysis' AND analysis_date = DATE '{DAY}'"
    )
    assert sorted(player for (player,) in written) == sorted(p for p, n in games.items() if n >= 5)
    assert sorted(failed) == sorted((p, "EXPECTED_INCOMPLETE", False, n) for p, n in games.items() if n < 5)
    assert (len(written), len(failed)) == (375, 79)


def test_checks_hold(real_warehouse: DuckDBWarehouse) -> None:
    """No wrong number; of the thin ones only what these seasons are known to have."""
    assert {table: broken for table, broken in broken_in(real_warehouse, BOTH_SEASONS).items() if broken} == {
        "team_boxes": {"official_totals (warn)": 53},  # the gaps made on purpose, 21 and 32
        "possessions": {"teams_take_turns (warn)": 15},  # a team kept the ball after free throws or over a break
    }


def test_no_data_is_missing_behind_a_failure(ask: Any) -> None:
    """Every gap in these two seasons has another source, so each record is of someone who had not played enough."""
    assert set(ask("SELECT DISTINCT processor_name, failure_category, can_retry FROM precompute_failures")) == {
        ("team_defense_zone_analysis", "INSUFFICIENT_DATA", False),
        ("player_shot_zone_analysis", "EXPECTED_INCOMPLETE", False),
        ("player_daily_cache", "INSUFFICIENT_DATA", False),
    }


def test_thirty_teams_are_written_or_recorded_on_every_covered_date(ask: Any) -> None:
    accounted = ask(
        """
        SELECT analysis_date, count(*), count(DISTINCT team) FROM (
            SELECT analysis_date, team_abbr AS team FROM team_defense_zone_analysis
            UNION ALL
            SELECT analysis_date, entity_id FROM precompute_failures
            WHERE processor_name = 'team_defense_zone_analysis'
        ) GROUP BY 1 ORDER BY 1
        """
    )
    covered = [day for day in _dates_with_games(ask) if day >= _opening_night(day) + timedelta(days=14)]
    assert accounted == [(day, TEAMS, TEAMS) for day in covered]
    assert len(covered) == 349
    thin = ask("SELECT max(analysis_date) FROM precompute_failures WHERE processor_name = 'team_defense_zone_analysis'")
    assert thin == [(date(2022, 11, 9),)]  # the last team of the second season plays its tenth game that night


@pytest.mark.parametrize("table", TABLES)
def test_dates_with_rows(table: str, ask: Any) -> None:
    """None in the first 14 days or without games; every date from the first on which someone has games enough."""
    dates = [day for (day,) in ask(f"SELECT DISTINCT {TABLES[table]} FROM {table} ORDER BY 1")]
    failed = {
        day
        for (day,) in ask(f"SELECT DISTINCT analysis_date FROM precompute_failures WHERE processor_name = '{table}'")
    }
    for opening in OPENING_NIGHTS:
        first_weeks = Window(opening, opening + timedelta(days=13))
        assert not [day for day in {*dates, *failed} if day in first_weeks]
        first = min(day for day in dates if day >= opening)
        assert first <= opening + timedelta(days=31)
        season = Window(first, Window.season(opening.year).end)
        assert [day for day in dates if day in season] == [day for day in _dates_with_games(ask) if day in season]
    assert not [day for day in {*dates, *failed} if any(day in pause for pause in ALL_STAR_BREAKS)]
    assert set(PLAY_IN) <= set(dates)
    assert date(2022, 6, 16) in dates


def test_upcoming_players_are_written_or_recorded(ask: Any) -> None:
    """The same players on every covered date: in the context, in cache with its failures, in factors, in features."""
    upcoming = _players(ask, "upcoming_player_game_context", "game_date")
    upcoming = [(day, player) for day, player in upcoming if day >= _opening_night(day) + timedelta(days=14)]
    failed = ask("SELECT analysis_date, entity_id FROM precompute_failures WHERE processor_name = 'player_daily_cache'")
    assert len(upcoming) == 59_172
    assert len(failed) == 3_407
    assert sorted(_players(ask, "player_daily_cache", "cache_date") + failed) == upcoming
    assert _players(ask, "player_composite_factors", "game_date") == upcoming
    assert _players(ask, "ml_feature_store_v2", "game_date") == sorted(2 * upcoming)


def test_zones_add_up_to_the_box_scores(ask: Any) -> None:
    """Twos by zone come from play-by-play, threes and all attempts from box scores: they agree for every player and
    every team in every game that has play-by-play, and no shot's zone is unknown."""
    unequal = ask(
        """
        SELECT game_id, player_lookup FROM player_game_summary
        WHERE paint_attempts + mid_range_attempts + zone_unknown_attempts <> fg_attempts - three_pt_attempts
           OR paint_makes + mid_range_makes <> fg_makes - three_pt_makes OR zone_unknown_attempts <> 0
        """
    )
    assert unequal == []
    unequal = ask(
        """
        SELECT game_id, team_abbr FROM team_offense_game_summary
        WHERE team_paint_attempts + team_mid_range_attempts + zone_unknown_attempts
              <> fg_attempts - three_pt_attempts
        """
    )
    assert unequal == []
    without = ask("SELECT DISTINCT game_id FROM player_game_summary WHERE paint_attempts IS NULL")
    assert {game for (game,) in without} == WITHOUT_PLAY_BY_PLAY


def test_zones_of_a_season_beside_the_published_ones(ask: Any) -> None:
    """Field goals tried and made are equal for all 605 players; threes differ as `THREES_OFF` says."""
    threes, twos = ("LC3", "RC3", "ATB3", "BC"), ("RA", "PAINT", "MID")
    found = ask(
        f"""
        WITH published AS (
            SELECT PLAYER_ID AS id, {_sum("FGA", threes)} AS threes, {_sum("FGA", twos)} AS twos,
                   {_sum("FGM", threes + twos)} AS made
            FROM read_parquet('{SHARED}/truth/player_season_shot_zones.parquet')
        ), ids AS (
            SELECT DISTINCT player_lookup, nba_player_id AS id FROM nba_players_registry WHERE season = '2021-22'
        ), ours AS (
            SELECT id, sum(three_pt_attempts) AS threes, sum(paint_attempts + mid_range_attempts) AS twos,
                   sum(three_pt_makes + paint_makes + mid_range_makes) AS made
            FROM player_game_summary JOIN ids USING (player_lookup)
            WHERE season_type = 'regular' AND season_year = 2021 GROUP BY 1
        )
        SELECT ours.threes - published.threes, published.twos - ours.twos, published.made - ours.made
        FROM published FULL JOIN ours USING (id)
        """
    )
    assert Counter(int(threes) for threes, _, _ in found) == THREES_OFF
    assert {made for _, _, made in found} == {0}
    assert [row for row in found if row[0] != row[1]] == []


def test_the_source_itself_places_some_threes_inside_the_arc(ask: Any) -> None:
    """Why `THREES_OFF`: 49 threes and 5 twos of a third of the regular season; of all, 186 and 6."""
    kinds = "action_type = '3pt' AND area = 'Mid-Range'", "action_type = '2pt' AND area = 'Above the Break 3'"
    regular = "nba_game_id LIKE '002210%'"
    found = [ask(f"SELECT count(*) FROM nbac_play_by_play WHERE {regular} AND {kind}") for kind in kinds]
    assert found == [[(49,)], [(5,)]]
    threes, twos = (sum(off * players for off, players in THREES_OFF.items() if off * s > 0) for s in (1, -1))
    assert (threes, twos) == (186, -6)


def test_areas_are_the_feeds_own_where_it_names_one(ask: Any) -> None:
    """Told from the place alone, for every spot of two seasons that NBA.com's feed names."""
    spots = ask(
        "SELECT DISTINCT action_type = '3pt', x_legacy, y_legacy, area FROM nbac_play_by_play "
        "WHERE action_type IN ('2pt', '3pt') AND x_legacy IS NOT NULL"
    )
    words = {"Restricted Area": "restricted", "In The Paint (Non-RA)": "paint"}
    threes = {"Left Corner 3": "corner_three", "Right Corner 3": "corner_three"}
    named = [threes.get(word, "above_break") if three else words.get(word, "mid_range") for three, _, _, word in spots]
    assert len(spots) > 20_000
    assert values_of(metrics.shot_area, "boolean float64 float64", *[spot[:3] for spot in spots]) == named


def _sum(what: str, zones: tuple[str, ...]) -> str:
    return " + ".join(f"coalesce({zone}_{what}, 0)" for zone in zones)


def _players(ask: Any, table: str, day: str) -> list[tuple[date, str]]:
    return ask(f"SELECT {day}, player_lookup FROM {table} ORDER BY ALL")


def _dates_with_games(ask: Any) -> list[date]:
    days = ask("SELECT DISTINCT game_date FROM nbac_schedule ORDER BY 1")
    return [day for (day,) in days if day in BOTH_SEASONS]


def _opening_night(day: date) -> date:
    return max(opening for opening in OPENING_NIGHTS if opening <= day)
