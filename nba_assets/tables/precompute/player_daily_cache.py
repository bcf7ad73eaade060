"""A player's slow-moving form on the morning of his next game: points, minutes, usage, team pace, load, zones.

A row is one player of the date's upcoming games, from the season's 15th day on, with five games or more this season,
all strictly before the date. One with fewer has a failure record; one with five to nine has a row that says so in
`early_season_flag`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import averages, cup_final, form, games_missing, history, metrics
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import (
    INCOMPLETE_DATA,
    INSUFFICIENT_DATA,
    covered_context,
    of_form,
    too_few_games,
)
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.views.schedule import schedule, season_starts
from nba_assets.tables.precompute.player_shot_zone_analysis import player_shot_zone_analysis

LEAST_GAMES = 5
FULL_GAMES = 10


def _upcoming(slate: ir.Table, season_starts: ir.Table, context: ir.Table, players: ir.Table) -> ir.Table:
    """The players of the covered dates with how many games each has behind him."""
    rows = covered_context(slate, season_starts, context)
    rows = history.as_of(rows, history.counted(players), "player_lookup", games=form.games_played())
    return rows.mutate(games=rows.games.fill_null(0))


def _eligible(slate: ir.Table, season_starts: ir.Table, context: ir.Table) -> ir.Table:
    return covered_context(slate, season_starts, context).select("player_lookup", cache_date="game_date")


def _failed(slate: ir.Table, season_starts: ir.Table, context: ir.Table, players: ir.Table) -> ir.Table:
    rows = _upcoming(slate, season_starts, context, players)
    rows = rows.mutate(games_expected=rows.games + rows.games_missing.fill_null(0))
    return too_few_games(rows, "player_lookup", LEAST_GAMES, thin=INSUFFICIENT_DATA, gap=INCOMPLETE_DATA)


@table(
    dataset="nba_precompute",
    partition_by="cache_date",
    key=("player_lookup", "cache_date"),
    cluster_by=("player_lookup", "universal_player_id"),
    reads={
        "slate": same_day(games),
        "season_starts": season_to_date(season_starts),
        "context": same_day(upcoming_player_game_context),
        "player_zones": same_day(player_shot_zone_analysis),
        "players": season_history(player_game_summary),
        "offense": season_history(team_offense_game_summary),
    },
    measures=(mean_of("points_avg_last_10"), mean_of("minutes_avg_last_10")),
    population=of_form("player_lookup", _eligible, _failed, schedule=same_day(schedule)),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("cache_date", "DATE", "Eastern date of the upcoming game", required=True),
        Column("team_abbr", "STRING", "his team, as in the upcoming context", required=True),
        Column("points_avg_last_5", "DECIMAL(5,1)", "mean points of his last five games", "points", required=True),
        Column("points_avg_last_10", "DECIMAL(5,1)", "mean points of his last ten games", "points", required=True),
        Column(
            "points_avg_season",
            "DECIMAL(5,1)",
            "mean points of his games so far, playoffs included",
            "points",
            required=True,
        ),
        *averages.WINDOW_COLUMNS,
        Column("games_missing", "INT64", "from the upcoming context", "games"),
        Column("points_std_last_10", "DECIMAL(5,2)", "sample standard deviation over the last ten", "points"),
        Column("minutes_avg_last_10", "DECIMAL(5,1)", "mean minutes of the last ten", "minutes"),
        Column("usage_rate_last_10", "DECIMAL(7,2)", "usage, pooled over the last ten", "percent"),
        Column("ts_pct_last_10", "DECIMAL(5,3)", "true shooting, pooled over the last ten", "0-1"),
        Column(
            "games_played_season", "INT64", "his games so far this season, playoffs included", "games", required=True
        ),
        Column(
            "player_usage_rate_season",
            "DECIMAL(7,2)",
            "usage, pooled over the season so far, playoffs included",
            "percent",
        ),
        Column("team_pace_last_10", "DECIMAL(5,1)", "his team's mean pace, last ten games", "per 48 minutes"),
        Column("team_off_rating_last_10", "DECIMAL(6,2)", "his team's mean offensive rating", "points per 100"),
        Column("games_in_last_7_days", "INT64", "from the upcoming context", "games"),
        Column("games_in_last_14_days", "INT64", "from the upcoming context", "games"),
        Column("minutes_in_last_7_days", "INT64", "from the upcoming context", "minutes"),
        Column("minutes_in_last_14_days", "INT64", "from the upcoming context", "minutes"),
        Column("back_to_backs_last_14_days", "INT64", "from the upcoming context"),
        Column("avg_minutes_per_game_last_7", "DECIMAL(5,1)", "from the upcoming context", "minutes"),
        Column("fourth_quarter_minutes_last_7", "INT64", "from the upcoming context", "minutes"),
        Column("player_age", "INT64", "from the upcoming context", "years"),
        Column("primary_scoring_zone", "STRING", "from his shot zones; NULL without a row there"),
        Column("paint_rate_last_10", "DECIMAL(5,2)", "two-pointers from 8 ft or less, from his shot zones", "percent"),
        Column("three_pt_rate_last_10", "DECIMAL(5,2)", "from his shot zones", "percent"),
        Column("assisted_rate_last_10", "DECIMAL(5,2)", "share of his field goals made from a pass", "percent"),
        Column("shot_zone_data_available", "BOOL", "his shares of shots by zone are known", required=True),
        Column("early_season_flag", "BOOL", "fewer than ten games", required=True),
        Column("insufficient_data_reason", "STRING", "how many; NULL from ten on"),
    ),
    checks=(
        holds("enough_games", lambda t: t.games_played_season >= LEAST_GAMES, "each row rests on five games or more"),
        holds(
            "early_season_is_said",
            lambda t: (
                (t.early_season_flag == (t.games_played_season < FULL_GAMES))
                & (t.early_season_flag == t.insufficient_data_reason.notnull())
            ),
            "exactly the rows on fewer than ten games say so",
        ),
        holds(
            "plausible",
            lambda t: (
                t.points_avg_season.between(0, 60)
                & t.points_avg_last_5.between(0, 80)
                & t.minutes_avg_last_10.between(0, 53)
                & t.team_pace_last_10.between(85, 115)
            ),
            "season's points 0 to 60, last five's 0 to 80, minutes to 53, pace 85 to 115",
            "warn",
        ),
        games_missing.CHECK,
    ),
    tiers=(
        f"bronze for fewer than {FULL_GAMES} games this season, silver without shot zones, else gold"
        f"{games_missing.LOWERED}"
    ),
)
def player_daily_cache(
    slate: ir.Table,
    season_starts: ir.Table,
    context: ir.Table,
    player_zones: ir.Table,
    players: ir.Table,
    offense: ir.Table,
) -> ir.Table:
    rows = _upcoming(slate, season_starts, context, players)
    rows = rows.filter(rows.games >= LEAST_GAMES)
    rows = _with_form(rows, players)
    rows = form.with_team_form(rows, offense)
    rows = _with_zones(rows, player_zones)
    early, unzoned = rows.games < FULL_GAMES, ~rows.shot_zone_data_available
    lacking = games_missing.lack_games(rows)
    tier = ibis.cases((early, quality.BRONZE), (unzoned, quality.SILVER), else_=quality.GOLD)
    reason = ibis.literal("only ") + rows.games.cast("string") + f" games this season; {FULL_GAMES} are wanted"
    return rows.mutate(
        cache_date=rows.game_date,
        games_played_season=rows.games,
        early_season_flag=early,
        insufficient_data_reason=early.ifelse(reason, ibis.null("string")),
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {
                "early_season": early,
                "shot_zones_unavailable": unzoned,
                "team_form_unavailable": rows.team_pace_last_10.isnull(),
                games_missing.CODE: lacking,
            }
        ),
    )


def _with_form(rows: ir.Table, players: ir.Table) -> ir.Table:
    """His form; ratios are pooled over the games that have them."""
    stats: dict[str, history.Stat] = {
        "points_avg_last_5": form.mean_points(5),
        "points_avg_last_10": form.mean_points(10),
        "points_avg_season": form.mean_points(),
        "points_std_last_10": form.std_points(10),
        "minutes_avg_last_10": form.mean_minutes(10),
        **averages.WINDOW_STATS,
        "usage_rate_last_10": form.usage(10),
        "ts_pct_last_10": form.true_shooting(10),
        "player_usage_rate_season": form.usage(),
        # Makes of games without play-by-play are left out: nobody knows which of them were assisted.
        "assisted_rate_last_10": lambda g, before: metrics.ratio(
            100 * g.assisted_fg_makes.sum().over(before.last(10)),
            g.assisted_fg_makes.notnull().ifelse(g.fg_makes, ibis.null("int64")).sum().over(before.last(10)),
        ),
    }
    # The context has some under the same names, rounded; these are rounded once.
    others = rows.drop(*stats.keys() & set(rows.columns))
    return history.as_of(others, history.counted(players), "player_lookup", **stats)


def _with_zones(rows: ir.Table, player_zones: ir.Table) -> ir.Table:
    zones = ("primary_scoring_zone", "paint_rate_last_10", "three_pt_rate_last_10")
    keys = {"player_lookup": "player_lookup", "game_date": "analysis_date"}
    rows = with_columns(rows, player_zones, keys, *zones)
    return rows.mutate(shot_zone_data_available=rows.paint_rate_last_10.notnull())
