"""What is known of each team before each of its scheduled games: rest, travel, form, betting lines, absences.

A row is one team in one scheduled game, played or not. Rest and travel come from the whole schedule, results from
final games before the date, lines and injury reports from before the tip.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import history, metrics
from nba_assets.basketball.clock import hours_between
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.population import of_slate
from nba_assets.basketball.team_form import COLUMNS as TEAM_FORM
from nba_assets.basketball.team_form import with_both_teams
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history, whole_season
from nba_assets.contracts.table import Check, holds, table
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.games import team_games
from nba_assets.tables.conformed.views.market import team_lines
from nba_assets.tables.conformed.views.schedule import team_schedule

TRUSTED_CONFIDENCE = 0.8
"""Of the parser, below which a report says nothing of a player here."""

TEAM = ("game_id", "team_abbr")

EARLY_GAMES = LATE_GAMES = 20
"""The first and the last twenty of a team's regular season are its early and its late phase."""


def _teams_missing(rows: ir.Table, slate: ir.Table) -> ir.Table:
    return slate.filter(~slate.is_postponed).anti_join(rows, ["game_id", "team_abbr"])


def _unequal_lines(rows: ir.Table) -> ir.Table:
    per_game = ibis.window(group_by="game_id")
    spreads = rows.mutate(_sum=rows.game_spread.sum().over(per_game), _known=rows.game_spread.count().over(per_game))
    return spreads.filter((spreads._known == 2) & (spreads._sum.abs() > 0.01))


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("team_abbr", "game_id"),
    cluster_by=("game_date", "team_abbr", "game_id"),
    reads={
        "slate": same_day(team_games),
        "season": whole_season(team_schedule),
        "team_lines": same_day(team_lines),
        "availability": same_day(availability),
        "expected_starters": same_day(expected_starters),
        "offense": season_history(team_offense_game_summary),
        "defense": season_history(team_defense_game_summary),
    },
    population=of_slate(same_day(team_schedule)),
    columns=(
        Column("team_abbr", "STRING", "the team", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("season_phase", "STRING", "early (20 games), mid, late (last 20), play_in or playoffs", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "in its own arena; FALSE for both teams of a neutral game", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("game_start_time_local", "STRING", "tip on the arena's clocks, HH:MM; NULL where its zone is unknown"),
        Column("team_days_rest", "INT64", "whole days since the previous game; 0 is a back-to-back", "days"),
        Column("days_since_last_game", "INT64", "calendar days since the previous game", "days"),
        Column("team_back_to_back", "BOOL", "played the day before", required=True),
        Column("games_in_last_7_days", "INT64", "games on the 7 dates before", "games", required=True),
        Column("games_in_last_14_days", "INT64", "games on the 14 dates before", "games", required=True),
        Column("game_number_in_season", "INT64", "of this season type, this game included", required=True),
        Column(
            "game_spread", "DECIMAL(5,2)", "the team's latest spread before the tip; negative is favoured", "points"
        ),
        Column("opening_spread", "DECIMAL(5,2)", "the same books' first", "points"),
        Column("spread_movement", "DECIMAL(5,2)", "latest less first; negative is toward the team", "points"),
        Column("game_spread_source", "STRING", "draftkings, fanduel or the other books' median"),
        Column("game_total", "DECIMAL(5,1)", "latest total before the tip", "points"),
        Column("opening_total", "DECIMAL(5,1)", "the same books' first", "points"),
        Column("total_movement", "DECIMAL(5,1)", "latest less first; positive is higher", "points"),
        Column("game_total_source", "STRING", "draftkings, fanduel or the other books' median"),
        Column("betting_lines_updated_at", "TIMESTAMP", "newest line before the tip"),
        Column("starters_out_count", "INT64", "of the projected five, reported out; NULL without a report or a game"),
        Column("players_out_count", "INT64", "reported out; NULL where no report covers the game"),
        Column("questionable_players_count", "INT64", "reported questionable"),
        Column("doubtful_players_count", "INT64", "reported doubtful"),
        Column("team_win_streak_entering", "INT64", "wins in a row before this game", "games", required=True),
        Column("team_loss_streak_entering", "INT64", "losses in a row before this game", "games", required=True),
        Column("season_win_pct", "DECIMAL(5,3)", "wins per game before this game; NULL before the first", "0-1"),
        Column("last_game_margin", "INT64", "own less opponent's points in the last game", "points"),
        Column("last_game_result", "STRING", "W or L"),
        *TEAM_FORM,
        Column(
            "travel_miles", "INT64", "great circle from the previous game's arena; from home for the first", "miles"
        ),
        Column("time_zone_changes", "INT64", "hours between the clocks of those two arenas that day", "hours"),
        Column("consecutive_road_games", "INT64", "away games in a row, this one included; 0 at home", "games"),
        Column("miles_traveled_last_14_days", "INT64", "legs to the games of the last 14 dates and this one", "miles"),
        Column("time_zones_crossed_last_14_days", "INT64", "clock hours over the same legs", "hours"),
        Column(
            "next_game_days_rest", "INT64", "whole days between this game and the next; NULL after the last", "days"
        ),
        Column("games_in_next_7_days", "INT64", "games on the 7 dates after", "games", required=True),
        Column("next_opponent_team_abbr", "STRING", "whom the team meets next"),
        Column("next_opponent_win_pct", "DECIMAL(5,3)", "that team's wins per game before this date", "0-1"),
        Column("next_game_is_primetime", "BOOL", "national television; NULL where the schedule does not say"),
    ),
    checks=(
        Check("teams_of_the_slate", "each scheduled game has a row for both teams", _teams_missing),
        holds(
            "back_to_back_is_zero_rest",
            lambda t: t.team_back_to_back == (t.team_days_rest == 0).fill_null(False),
            "a back-to-back is exactly a game with no day of rest",
        ),
        holds(
            "one_streak",
            lambda t: (t.team_win_streak_entering == 0) | (t.team_loss_streak_entering == 0),
            "a team cannot be winning and losing",
        ),
        Check("spreads_cancel", "the two teams' spreads cancel", _unequal_lines, "warn"),
    ),
)
def upcoming_team_game_context(
    slate: ir.Table,
    season: ir.Table,
    team_lines: ir.Table,
    availability: ir.Table,
    expected_starters: ir.Table,
    offense: ir.Table,
    defense: ir.Table,
) -> ir.Table:
    legs = _legs(season.filter(~season.is_postponed)).alias("legs")
    rows = slate.filter(~slate.is_postponed)
    rows = _with_calendar(rows, legs)
    rows = _with_load(rows, legs)
    rows = _with_results(rows, season)
    rows = with_both_teams(rows, offense, defense)
    rows = _with_lines(rows, team_lines)
    rows = _with_absences(rows, availability, expected_starters)
    return rows.mutate(
        neutral_site=rows.is_neutral,
        game_start_time_local=rows.tip_local,
        spread_movement=rows.game_spread - rows.opening_spread,
        total_movement=rows.game_total - rows.opening_total,
        quality_tier=ibis.cases(
            (rows.game_spread.notnull() & rows.game_total.notnull(), quality.GOLD),
            (rows.game_spread.notnull() | rows.game_total.notnull(), quality.SILVER),
            else_=quality.BRONZE,
        ),
        quality_issues=quality.issues(
            {
                "missing_game_spread": rows.game_spread.isnull(),
                "missing_game_total": rows.game_total.isnull(),
                "missing_injury_report": rows.players_out_count.isnull(),
                "unknown_travel": rows.travel_miles.isnull(),
            }
        ),
    )


def _legs(season: ir.Table) -> ir.Table:
    """Every game of the season with the journey to it and what stands before and after it in the calendar.

    The journey is from the previous game's arena, a game at home included; the first one starts at home.
    """
    in_order = ibis.window(group_by=["team_abbr", "season_year"], order_by=["game_date", "game_id"])
    so_far = ibis.window(
        group_by=["team_abbr", "season_year"], order_by=["game_date", "game_id"], preceding=None, following=0
    )
    rows = season.mutate(
        previous_date=season.game_date.lag().over(in_order),
        next_date=season.game_date.lead().over(in_order),
        next_opponent_team_abbr=season.opponent_team_abbr.lead().over(in_order),
        next_game_is_primetime=season.is_primetime.lead().over(in_order),
        _number=ibis.row_number().over(in_order),
        **{
            f"_from_{where}": (ibis.row_number().over(in_order) == 0).ifelse(
                season[f"arena_{where}"], season[f"venue_{where}"].lag().over(in_order)
            )
            for where in ("latitude", "longitude", "timezone")
        },
    )
    hours = hours_between(rows._from_timezone, rows.venue_timezone, rows.game_date)
    rows = rows.mutate(
        travel_miles=metrics.miles_between(
            rows._from_latitude, rows._from_longitude, rows.venue_latitude, rows.venue_longitude
        )
        .round()
        .cast("int64"),
        time_zone_changes=hours.abs(),
        _last_home=rows._number.max(where=rows.home_game).over(so_far),
        game_number=ibis.row_number().over(
            ibis.window(group_by=["team_abbr", "season_year", "season_type"], order_by=["game_date", "game_id"])
        )
        + 1,
        season_games=rows.count().over(group_by=["team_abbr", "season_year", "season_type"]),
    )
    return rows.mutate(consecutive_road_games=rows._number - rows._last_home.fill_null(-1))


def _with_calendar(slate: ir.Table, legs: ir.Table) -> ir.Table:
    """The slate's rows with rest, travel and phase, from their place in the whole calendar."""
    found = legs.select(
        "travel_miles",
        "time_zone_changes",
        "consecutive_road_games",
        "next_opponent_team_abbr",
        "next_game_is_primetime",
        _leg_game="game_id",
        _leg_team="team_abbr",
        team_days_rest=metrics.days_rest(legs.game_date, legs.previous_date),
        next_game_days_rest=metrics.days_rest(legs.next_date, legs.game_date),
        game_number_in_season=legs.game_number,
        _season_games=legs.season_games,
    )
    rows = slate.join(found, [("game_id", "_leg_game"), ("team_abbr", "_leg_team")])
    regular = rows.season_type == "regular"
    rows = rows.mutate(
        days_since_last_game=rows.team_days_rest + 1,
        team_back_to_back=(rows.team_days_rest == 0).fill_null(False),
        season_phase=ibis.cases(
            (rows.season_type.isin(["play_in", "playoffs"]), rows.season_type),
            (regular & (rows.game_number_in_season <= EARLY_GAMES), "early"),
            (regular & (rows.game_number_in_season > rows._season_games - LATE_GAMES), "late"),
            else_="mid",
        ),
    )
    return rows.drop("_leg_game", "_leg_team", "_season_games")


def _with_load(rows: ir.Table, legs: ir.Table) -> ir.Table:
    """How much the team has played and flown in the last two weeks, and plays in the next."""
    legs = legs.select("team_abbr", "season_year", "game_date", "game_id", "travel_miles", "time_zone_changes")
    days = rows.select("team_abbr", "season_year", "game_date", "game_id")
    past = history.before(days, legs, "team_abbr", within_days=14)
    load = past.group_by(*TEAM).agg(
        games_in_last_7_days=(past.past_days_ago <= 7).sum(),
        games_in_last_14_days=past.count(),
        _miles=past.past_travel_miles.sum(),
        _hours=past.past_time_zone_changes.sum(),
        _unknown_legs=past.past_travel_miles.isnull().sum(),
    )
    ahead = legs.select(_ahead_team="team_abbr", _ahead_date="game_date")
    coming = days.inner_join(
        ahead,
        [
            days.team_abbr == ahead._ahead_team,
            ahead._ahead_date > days.game_date,
            ahead._ahead_date.delta(days.game_date, unit="day") <= 7,
        ],
    )
    coming = coming.group_by(*TEAM).agg(games_in_next_7_days=coming.count())
    rows = with_columns(rows, load, TEAM, *(name for name in load.columns if name not in TEAM))
    rows = with_columns(rows, coming, TEAM, "games_in_next_7_days")
    whole = rows._unknown_legs.fill_null(0) == 0
    return rows.mutate(
        games_in_last_7_days=rows.games_in_last_7_days.fill_null(0),
        games_in_last_14_days=rows.games_in_last_14_days.fill_null(0),
        miles_traveled_last_14_days=whole.ifelse(rows.travel_miles + rows._miles.fill_null(0), ibis.null("int64")),
        time_zones_crossed_last_14_days=whole.ifelse(
            rows.time_zone_changes + rows._hours.fill_null(0), ibis.null("int64")
        ),
        games_in_next_7_days=rows.games_in_next_7_days.fill_null(0),
    ).drop("_miles", "_hours", "_unknown_legs")


def _with_results(rows: ir.Table, season: ir.Table) -> ir.Table:
    """Streaks, record and the last result, from counted games that are final."""
    final = history.counted(season.filter(season.is_final))
    final = final.mutate(
        won=final.points > final.opponent_points,
        number=ibis.row_number().over(history.Before("team_abbr").in_order),
    )
    rows = history.as_of(
        rows,
        final,
        "team_abbr",
        _games=lambda g, before: g.number + 1,
        _last_win=lambda g, before: g.number.max(where=g.won).over(before.season),
        _last_loss=lambda g, before: g.number.max(where=~g.won).over(before.season),
        season_win_pct=lambda g, before: g.won.ifelse(1.0, 0.0).mean().over(before.season),
        last_game_margin=lambda g, before: g.points - g.opponent_points,
        last_game_result=lambda g, before: g.won.ifelse("W", "L"),
    )
    rows = rows.mutate(
        team_win_streak_entering=(rows._games - 1 - rows._last_loss.fill_null(-1)).fill_null(0),
        team_loss_streak_entering=(rows._games - 1 - rows._last_win.fill_null(-1)).fill_null(0),
    ).drop("_games", "_last_win", "_last_loss")
    following = rows.select("game_id", "season_year", "game_date", team_abbr="next_opponent_team_abbr")
    record = history.as_of(
        following.filter(following.team_abbr.notnull()).distinct(),
        final,
        "team_abbr",
        next_opponent_win_pct=lambda g, before: g.won.ifelse(1.0, 0.0).mean().over(before.season),
    )
    keys = {"game_id": "game_id", "next_opponent_team_abbr": "team_abbr"}
    return with_columns(rows, record, keys, "next_opponent_win_pct")


def _with_lines(rows: ir.Table, team_lines: ir.Table) -> ir.Table:
    for market in ("spread", "total"):
        columns = {
            f"game_{market}": "line",
            f"opening_{market}": "opening",
            f"game_{market}_source": "book",
            f"_{market}_at": "captured_at",
        }
        rows = with_columns(rows, team_lines.filter(team_lines.market == market), TEAM, **columns)
    # Written out, because the engines disagree on the greater of a value and NULL.
    later = (rows._total_at > rows._spread_at).ifelse(rows._total_at, rows._spread_at)
    updated = ibis.coalesce(later, rows._spread_at, rows._total_at)
    return rows.mutate(betting_lines_updated_at=updated).drop("_spread_at", "_total_at")


def _with_absences(rows: ir.Table, availability: ir.Table, expected: ir.Table) -> ir.Table:
    """Counts from the last report before the tip: zero for a healthy team, NULL where nothing covers the game."""
    report = availability.filter(availability.confidence >= TRUSTED_CONFIDENCE)
    report = with_columns(report, expected, ("team_abbr", "game_date", "player_lookup"), found="is_expected_to_start")
    out = report.player_status == "out"
    counts = report.group_by(*TEAM).agg(
        players_out_count=out.sum(),
        starters_out_count=(out & report.is_expected_to_start).sum(),
        questionable_players_count=(report.player_status == "questionable").sum(),
        doubtful_players_count=(report.player_status == "doubtful").sum(),
    )
    fives = expected.select("team_abbr", "game_date").distinct()
    names = [name for name in counts.columns if name not in TEAM]
    rows = with_columns(rows, counts, TEAM, *names)
    rows = with_columns(rows, report.select("game_id").distinct(), ("game_id",), found="_is_reported")
    rows = with_columns(rows, fives, ("team_abbr", "game_date"), found="_has_five")
    reported = rows._is_reported
    rows = rows.mutate(**{name: reported.ifelse(rows[name].fill_null(0), ibis.null("int64")) for name in names})
    counted = rows._has_five.ifelse(rows.starters_out_count, ibis.null("int64"))
    return rows.mutate(starters_out_count=counted).drop("_is_reported", "_has_five")
