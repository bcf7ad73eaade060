"""Our numbers beside the published ones of 2021-22 (`../shared/truth`): `make truth` prints them, a test bounds them.

The minutes forecast stands beside the minutes played, of two seasons. Of each season beside them (`raw_2023-24` and
`truth/team_game_2023-24.parquet`, and so for any other) `make truth` compares what is published of a game.

What the figures can show: box scores, rates, starters, the possession estimate. What they cannot: anything known
before a game, since injury reports, rosters and capture times in this data are reconstructed.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from rich.console import Console
from rich.table import Table as RichTable

from nba_assets_tests.build import current_lake, lake_of
from nba_assets_tests.shared import BOTH_SEASONS


@dataclass(frozen=True)
class Figure:
    """One comparison: its value, and the bounds it must lie in."""

    what: str
    value: float
    lowest: float
    highest: float

    @property
    def holds(self) -> bool:
        return self.lowest <= self.value <= self.highest


_PLAYERS = """
    SELECT
        count(*)::DOUBLE,
        avg((ours.game_id IS NOT NULL)::INT),
        avg((published.points IS NOT DISTINCT FROM ours.points)::INT),
        avg((round(ts_pct_bbref, 3) IS NOT DISTINCT FROM ts_pct)::INT),
        avg((round(efg_pct_bbref, 3) IS NOT DISTINCT FROM efg_pct)::INT),
        avg((abs(usg_pct_bbref - usage_rate) <= 0.3)::INT) FILTER (published.seconds_played > 600),
        avg((starter IS NOT DISTINCT FROM starter_flag)::INT)
    FROM read_parquet('{players}') published
    LEFT JOIN read_parquet('{lake}/nba_analytics/player_game_summary/*/*.parquet') ours USING (game_id, player_lookup)
"""

_TEAMS = """
    SELECT
        avg((published.points IS NOT DISTINCT FROM points_scored)::INT),
        avg((round(ts_pct_nba, 3) IS NOT DISTINCT FROM ts_pct)::INT),
        avg((home = home_game)::INT)
    FROM read_parquet('{teams}') published
    LEFT JOIN read_parquet('{lake}/nba_analytics/team_offense_game_summary/*/*.parquet') ours USING (game_id, team_abbr)
"""

_COUNTED = """
    WITH changed_at_zero AS (
        SELECT DISTINCT game_id AS late FROM read_parquet('{lake}/nba_conformed/plays/*/*.parquet')
        WHERE ends_possession_of IS NOT NULL AND clock = 0
    )
    , counted AS (
        FROM read_parquet('{lake}/nba_analytics/team_offense_game_summary/*/*.parquet')
        WHERE possessions_source = 'play_by_play'
    )
    , games AS (
        SELECT game_id, sum(possessions_estimated) / sum(possessions) AS of_counted,
               max(possessions) - min(possessions) > 2 AS apart
        FROM counted GROUP BY game_id
    )
    , published AS (
        SELECT *, max(possessions_nba) OVER game - min(possessions_nba) OVER game > 2 AS apart_there
        FROM read_parquet('{published}') WINDOW game AS (PARTITION BY game_id)
    )
    SELECT
        avg((possessions_nba = possessions)::INT),
        avg((possessions_nba = round(possessions_estimated))::INT),
        avg((possessions_nba = possessions)::INT) FILTER (late IS NULL),
        max(abs(possessions_nba - possessions)),
        avg(abs(off_rating_nba - offensive_rating)),
        avg(abs(off_rating_nba - 100 * points_scored / possessions_estimated)),
        avg(abs(pace_nba - pace)),
        avg(abs(pace_nba - pace * of_counted)),
        count(DISTINCT game_id) FILTER (apart),
        count(DISTINCT game_id) FILTER (apart_there)
    FROM published
    JOIN counted USING (game_id, team_abbr)
    JOIN games USING (game_id)
    LEFT JOIN changed_at_zero ON late = game_id
"""

_ZONES = """
    WITH published AS (
        SELECT PLAYER_NAME AS player, sum(LC3_FGA + RC3_FGA + ATB3_FGA + BC_FGA) AS threes,
               sum(RA_FGA + PAINT_FGA + MID_FGA) AS twos
        FROM read_parquet('{truth}/player_season_shot_zones.parquet') GROUP BY 1
    ), ours AS (
        SELECT player_full_name AS player, sum(three_pt_attempts) AS threes,
               sum(paint_attempts + mid_range_attempts + zone_unknown_attempts) AS twos,
               bool_and(shot_zones_source IS NOT NULL) AS covered
        FROM read_parquet('{lake}/nba_analytics/player_game_summary/*/*.parquet')
        WHERE season_type = 'regular' AND season_year = 2021 GROUP BY 1
    )
    SELECT
        avg((published.threes + published.twos = ours.threes + ours.twos)::INT),
        sum(abs(published.threes - ours.threes)) / sum(published.threes)
    FROM published JOIN ours USING (player) WHERE covered
"""

_AVERAGES = """
    WITH known AS (
        SELECT context.player_lookup, context.game_id, any_value(points_avg_season) AS ours,
               any_value(games_played_season) AS our_games, avg(points) AS published, count(points) AS games
        FROM read_parquet('{lake}/nba_analytics/upcoming_player_game_context/*/*.parquet') context
        LEFT JOIN read_parquet('{truth}/player_game.parquet') before
            ON context.player_lookup = before.player_lookup AND before.game_date < context.game_date
            AND seconds_played > 0
        WHERE season_year = 2021 GROUP BY 1, 2
    )
    SELECT avg((round(published, 1) IS NOT DISTINCT FROM ours)::INT), avg((games = our_games)::INT) FROM known
"""

_FORM = """
    WITH known AS (
        SELECT context.team_abbr, context.game_id, any_value(team_pace_season) AS our_pace,
               any_value(team_off_rating_season) AS our_rating, any_value(team_games_played_season) AS our_games,
               avg(pace_nba) AS pace, avg(off_rating_nba) AS rating, count(pace_nba) AS games
        FROM read_parquet('{lake}/nba_analytics/upcoming_team_game_context/*/*.parquet') context
        LEFT JOIN read_parquet('{truth}/team_game.parquet') before
            ON context.team_abbr = before.team_abbr AND before.game_date < context.game_date
        WHERE season_year = 2021 GROUP BY 1, 2
    )
    SELECT avg((games = our_games)::INT), avg(abs(pace - our_pace)), avg(abs(rating - our_rating)) FROM known
"""

_MINUTES = """
    SELECT
        season_year,
        avg(abs(minutes_forecast - seconds_played / 60)),
        avg(abs(minutes_avg_last_5 - seconds_played / 60)),
        avg(abs(minutes_avg_last_10 - seconds_played / 60)),
        avg(abs(minutes_avg_season - seconds_played / 60)),
        avg(minutes_forecast - seconds_played / 60)
    FROM read_parquet('{lake}/nba_analytics/upcoming_player_game_context/*/*.parquet') context
    JOIN read_parquet('{lake}/nba_analytics/player_game_summary/*/*.parquet') played
        USING (season_year, game_id, player_lookup)
    WHERE minutes_forecast IS NOT NULL AND seconds_played > 0 GROUP BY 1 ORDER BY 1
"""


def figures(truth: Path, lake: Path) -> Iterator[Figure]:
    """Every comparison that the published values allow, over the regular season, play-in and playoffs."""

    def ask(sql: str) -> tuple[float, ...]:
        return duckdb.sql(sql.format(truth=truth, lake=lake)).fetchone() or ()

    yield from players(truth / "player_game.parquet", lake, exactly=28_049)
    yield from teams(truth / "team_game.parquet", lake)
    yield from counted(truth / "team_game.parquet", lake, "2021-22", equal=0.84, exact=0.95, rating=0.21)
    attempts, threes = ask(_ZONES)
    yield Figure("player-seasons: attempts of all zones together equal", attempts, 1, 1)
    # Theirs are zones of the floor, so a toe on the line can make a two of a three; ours are kinds of attempt.
    yield Figure("... three-point attempts off by, share of all", threes, 0, 0.01)
    points, games = ask(_AVERAGES)
    yield Figure("players before a game: season's points equal", points, 1, 1)
    yield Figure("... games behind them equal", games, 1, 1)
    games, pace, rating = ask(_FORM)
    yield Figure("teams before a game: games of the season equal", games, 1, 1)
    yield Figure("... season's pace off by, mean absolute", pace, 0, 0.3)
    yield Figure("... season's offensive rating off by, mean absolute", rating, 0, 0.4)
    yield from minutes(lake)


def players(published: Path, lake: Path, exactly: int | None = None) -> Iterator[Figure]:
    """Lines of players beside the published ones, of which there are `exactly` so many if that is known."""
    found = duckdb.sql(_PLAYERS.format(players=published, lake=lake)).fetchone()
    assert found
    count, here, points, ts, efg, usage, starters = found
    yield Figure("player-games published", count, exactly or 1, exactly or math.inf)
    yield Figure("... of them found", here, 1, 1)
    yield Figure("... points equal", points, 1, 1)
    yield Figure("... ts_pct equal to the third decimal", ts, 0.999, 1)
    yield Figure("... efg_pct equal to the third decimal", efg, 0.999, 1)
    yield Figure("... usage_rate within 0.3, over ten minutes", usage, 0.99, 1)
    yield Figure("... starters equal", starters, 1, 1)


def teams(published: Path, lake: Path) -> Iterator[Figure]:
    """Lines of teams beside the published ones."""
    found = duckdb.sql(_TEAMS.format(teams=published, lake=lake)).fetchone()
    assert found
    points, ts, home = found
    yield Figure("team-games: points equal", points, 1, 1)
    yield Figure("... ts_pct equal to the third decimal", ts, 0.999, 1)
    yield Figure("... home side equal", home, 1, 1)


def counted(published: Path, lake: Path, season: str, equal: float, exact: float, rating: float) -> Iterator[Figure]:
    """Possessions of a season's team-games with play-by-play, and what is per possession, beside the league's.

    `equal` is the least share of all of them, `exact` of those in games without a change at 0:00, after which whole
    seconds do not tell whether there was one more.
    """
    found = duckdb.sql(_COUNTED.format(published=published, lake=lake)).fetchone()
    assert found
    all_equal, estimated_equal, without, furthest, off, off_estimated, pace, pace_estimated, apart, apart_there = found
    yield Figure(f"possessions of {season}, counted: team-games equal", all_equal, equal, 1)
    yield Figure("... and by the estimate, to whole ones", estimated_equal, 0.05, 0.25)
    yield Figure("... counted, without a change at 0:00", without, exact, 1)
    yield Figure("... and never off by more than", furthest, 0, 3)
    yield Figure("... offensive rating off by, mean absolute, per 100", off, 0, rating)
    yield Figure("... and by the estimate", off_estimated, 1.8, 2.2)
    yield Figure("... pace off by, mean absolute", pace, 0, rating)
    yield Figure("... and by the estimate", pace_estimated, 1.2, 1.7)
    yield Figure("... games whose teams are more than two apart", apart, 0, apart_there)
    yield Figure("... and in the league's count", apart_there, 1, 20)


def minutes(lake: Path) -> Iterator[Figure]:
    """How far each season's minutes forecast is off, of players who then played, beside the averages it is made of."""
    for year, forecast, five, ten, season, bias in duckdb.sql(_MINUTES.format(lake=lake)).fetchall():
        yield Figure(f"minutes forecast of {year} off by, mean absolute", forecast, 4.9, 5.1)
        yield Figure("... and the average of the last five", five, forecast + 0.1, 5.4)
        yield Figure("... and the average of the last ten", ten, forecast + 0.1, 5.4)
        yield Figure("... and the season's average", season, forecast + 0.1, 5.7)
        yield Figure("... forecast less minutes played, mean", bias, -0.4, 0)


_POSSESSIONS = {"2023-24": {"equal": 0.885, "exact": 0.985, "rating": 0.16}}
_POSSESSIONS_ELSEWHERE = {"equal": 0.84, "exact": 0.95, "rating": 0.21}
"""The bounds of `counted`: those of 2021-22, whose clocks are the poorest, for a season that nobody has counted yet."""


def of_other_season(truth: Path, season: str, lake: Path) -> Iterator[Figure]:
    """What the published values of a season beside the first two allow, whichever of its two files are there."""
    of_players, of_teams = truth / f"player_game_{season}.parquet", truth / f"team_game_{season}.parquet"
    if of_players.exists():
        yield from (replace(figure, what=f"{season} {figure.what}") for figure in players(of_players, lake))
    if of_teams.exists():
        yield from (replace(figure, what=f"{season} {figure.what}") for figure in teams(of_teams, lake))
        yield from counted(of_teams, lake, season, **_POSSESSIONS.get(season, _POSSESSIONS_ELSEWHERE))


def other_seasons(shared: Path) -> list[str]:
    """The seasons that have raw data and published values of their own, as `2023-24`, oldest first."""
    raw = {folder.name.removeprefix("raw_") for folder in shared.glob("raw_*") if folder.is_dir()}
    published = {file.stem.partition("_game_")[2] for file in (shared / "truth").glob("*_game_*.parquet")}
    return sorted(raw & published)


def main(shared: Path, root: Path, later: Path) -> int:
    """Build two seasons under `root`, each other one in a folder of `later`, and print the figures; the exit code says
    whether all hold."""
    console = Console(width=100)
    if not (shared / "truth").is_dir():
        console.print(f"no published values under {shared}: nothing to compare with")
        return 2
    lake_of(shared / "raw", root, BOTH_SEASONS)
    found = list(figures(shared / "truth", root))
    for season in other_seasons(shared):
        raw = shared / f"raw_{season}"
        lake = current_lake(raw, later / raw.name, console.print).lake.root
        found += of_other_season(shared / "truth", season, lake)
    shown = RichTable("published and ours", "value", "must be", "")
    for figure in found:
        bounds = f"{figure.lowest:g}" if figure.lowest == figure.highest else f"{figure.lowest:g} to {figure.highest:g}"
        shown.add_row(figure.what, f"{figure.value:,.5g}", bounds, "holds" if figure.holds else "BROKEN")
    console.print(shown)
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
