"""Everything known before the tip about a player's next game: rest, load, form, market, team and opponent.

A row is one player in one scheduled game: everybody on the latest roster of a team that plays, less those reported
out. History is his games of the season before the date with time on court; nothing tells who turned out to play.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import averages, cup_final, form, games_missing, history, metrics
from nba_assets.basketball.certainty import LIMIT
from nba_assets.basketball.history import PLAYER_DAY
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.load import with_load
from nba_assets.basketball.market import offer_columns, offer_names
from nba_assets.basketball.population import LEAST_PLAYERS, of_slate, on_slate
from nba_assets.basketball.prop_record import SHARE_COLUMNS, with_record
from nba_assets.basketball.schedule import with_opponents
from nba_assets.basketball.teammates import COLUMNS as TEAMMATES
from nba_assets.basketball.teammates import MOST_USAGE, with_teammates
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.measures import mean_of, share_without
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import Check, Owed, holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.views.market import games_with_props, points_lines
from nba_assets.tables.conformed.views.schedule import team_schedule

LONG_REST_GAP_DAYS = 3
"""Two whole days off: the gap in dates between two games that counts as a long rest."""

FULL_SAMPLE, FAIR_SAMPLE, THIN_SAMPLE = 10, 5, 3
"""Gold is from the first of these on; below the other hardly anything is known."""

LATE_GAMES, LEAST_LATE_GAMES = 7, 4
"""Late time and points are of the last seven games, and say nothing where fewer than four of them are known."""

TEAM = ("game_id", "team_abbr")


def _short_rosters(rows: ir.Table, slate: ir.Table) -> ir.Table:
    found = rows.group_by(*TEAM).agg(players=rows.count())
    counted = with_columns(slate, found, TEAM, "players")
    return counted.filter(counted.players.fill_null(0) < 8)


def _other_lines(rows: ir.Table, slate: ir.Table) -> ir.Table:
    names = ("game_spread", "game_total", "opening_spread", "opening_total", "game_spread_source", "game_total_source")
    teams = with_columns(rows, slate, TEAM, **{f"_{name}": name for name in names})
    same = ibis.and_(*[teams[name].identical_to(teams[f"_{name}"]) for name in names])
    return teams.filter(~same).select(*rows.columns)


def _squads(schedule: ir.Table, rosters: ir.Table, availability: ir.Table) -> ir.Table:
    """Everybody on the latest roster of a team that plays, less those reported out."""
    teams = on_slate(schedule).select("game_id", "game_date", "team_abbr")
    players = teams.inner_join(rosters.select("team_abbr", "game_date", "player_lookup"), ["team_abbr", "game_date"])
    out = availability.filter(availability.player_status == "out").select("game_id", "player_lookup")
    return players.anti_join(out, ["game_id", "player_lookup"])


def _player(rows: ir.Table) -> ir.StringValue:
    return rows.player_lookup + " (" + rows.team_abbr + ")"


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("player_lookup", "game_id"),
    cluster_by=("player_lookup", "universal_player_id", "game_date"),
    reads={
        "slate": same_day(upcoming_team_game_context),
        "rosters": same_day(rosters),
        "availability": same_day(availability),
        "prop_lines": same_day(points_lines),
        "games_with_props": same_day(games_with_props),
        "results": season_to_date(team_schedule),
        "players": season_history(player_game_summary),
    },
    measures=(mean_of("points_avg_last_10"), share_without("current_points_line")),
    population=of_slate(same_day(team_schedule), Owed(_player, _squads), least=LEAST_PLAYERS),
    columns=cup_final.said_of(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("player_full_name", "STRING", "display name"),
        Column("position", "STRING", "position on his team's latest roster, such as PG or SG-PG"),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_phase", "STRING", "early (20 games), mid, late (last 20), play_in or playoffs", required=True),
        Column("team_abbr", "STRING", "his team by the latest roster", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "his team is the designated home team, in a neutral game too", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("game_start_time_local", "STRING", "tip on the arena's clocks, HH:MM"),
        Column("player_status", "STRING", "last report before the tip: doubtful, questionable ...; NULL if not listed"),
        Column("injury_report", "STRING", "its reason, as published"),
        Column(
            "player_age", "INT64", "on the date, by birth date; else the roster's, one a season, of its end", "years"
        ),
        Column(
            "has_prop_line",
            "BOOL",
            "some book offered a points line; FALSE beside other players' lines of the date only, NULL where no feed "
            "had any before the tip",
        ),
        Column(
            "current_points_line",
            "DECIMAL(4,1)",
            "his points line before the tip: of the books seen in the last three hours draftkings', else fanduel's, "
            "else the line most of them offer; without any, of those in the newest capture",
            "points",
        ),
        Column("current_points_line_source", "STRING", "the book whose line it is"),
        Column("opening_points_line", "DECIMAL(4,1)", "first line of the same book", "points"),
        Column("opening_points_line_source", "STRING", "the same book"),
        Column("line_movement", "DECIMAL(4,1)", "current less opening; NULL if the book was seen once only", "points"),
        *offer_columns("points_line"),
        Column("game_spread", "DECIMAL(4,1)", "his team's spread, as in its context; negative is favoured", "points"),
        Column("opening_spread", "DECIMAL(4,1)", "the same book's first", "points"),
        Column("spread_movement", "DECIMAL(4,1)", "current less opening; negative is toward his team", "points"),
        Column("game_spread_source", "STRING", "the book whose spread it is"),
        Column("game_total", "DECIMAL(5,1)", "the game's total, as in his team's context", "points"),
        Column("opening_total", "DECIMAL(5,1)", "the same book's first", "points"),
        Column("total_movement", "DECIMAL(5,1)", "current less opening", "points"),
        Column("game_total_source", "STRING", "the book whose total it is"),
        Column("implied_team_total", "DECIMAL(6,2)", "his team's points by the market: (total - spread) / 2", "points"),
        Column(
            "days_rest", "INT64", "whole days since his last game; 0 is a back-to-back, NULL before his first", "days"
        ),
        Column("team_days_rest", "INT64", "his team's whole days since its previous game", "days"),
        Column("days_absent", "INT64", "days_rest beyond his team's: 0 for who played its last game", "days"),
        Column("back_to_back", "BOOL", "he played the day before", required=True),
        Column("days_rest_before_last_game", "INT64", "whole days between his last two games", "days"),
        Column("days_since_2_plus_days_rest", "INT64", "since his last game after two or more whole days off", "days"),
        Column("games_in_last_7_days", "INT64", "his games on the 7 dates before", "games", required=True),
        Column("games_in_last_14_days", "INT64", "his games on the 14 dates before", "games", required=True),
        Column("minutes_in_last_7_days", "INT64", "his minutes then, rounded from seconds", "minutes", required=True),
        Column("minutes_in_last_14_days", "INT64", "his minutes then, rounded from seconds", "minutes", required=True),
        Column("avg_minutes_per_game_last_7", "DECIMAL(5,1)", "minutes a game on the 7 dates before", "minutes"),
        Column("back_to_backs_last_14_days", "INT64", "pairs of his games on consecutive dates", required=True),
        Column("points_avg_last_5", "DECIMAL(5,1)", "mean points of his last five games", "points"),
        Column("points_avg_last_10", "DECIMAL(5,1)", "mean points of his last ten games", "points"),
        Column("l5_games_used", "INT64", "games behind the last-5 figures", "games", required=True),
        Column("l5_sample_quality", "STRING", "excellent, good, limited or insufficient", required=True),
        Column("l10_games_used", "INT64", "games behind the last-10 figures", "games", required=True),
        Column("l10_sample_quality", "STRING", "excellent, good, limited or insufficient", required=True),
        Column("prop_over_streak", "INT64", "latest games in a row above today's line; equal ones are skipped"),
        Column("prop_under_streak", "INT64", "latest games in a row below today's line"),
        *SHARE_COLUMNS,
        *averages.COLUMNS,
        *averages.WINDOW_COLUMNS,
        games_missing.OF_PLAYER,
        Column("team_games_missing", "INT64", "as in his team's context", "games", required=True),
        Column("opponent_games_missing", "INT64", "as in his team's context", "games", required=True),
        games_missing.OF_LEAGUE,
        Column("avg_usage_rate_last_7_games", "DECIMAL(7,2)", "usage, pooled over his last seven games", "percent"),
        Column("usage_rate_last_10", "DECIMAL(7,2)", "usage, pooled over his last ten games", "percent"),
        Column("projected_usage_games_age", "DECIMAL(5,1)", "how long ago those ten games were, their mean", "days"),
        Column(
            "shooting_pct_decline_last_5", "DECIMAL(5,3)", "eFG of the season less eFG of the last five games", "share"
        ),
        Column(
            "fourth_quarter_minutes_last_7",
            "INT64",
            f"fourth-quarter minutes, last 7 games, of those with line-ups; NULL on fewer than {LEAST_LATE_GAMES}",
            "minutes",
        ),
        Column("clutch_minutes_last_7_games", "INT64", "clutch minutes of the same games", "minutes"),
        Column("late_minutes_games_last_7", "INT64", "of his last 7 games, with line-ups", "games", required=True),
        Column(
            "fourth_quarter_production_last_7",
            "DECIMAL(5,1)",
            f"fourth-quarter points a game, last 7, of those with plays; NULL on fewer than {LEAST_LATE_GAMES}",
            "points",
        ),
        Column("late_points_games_last_7", "INT64", "of his last 7 games, with plays", "games", required=True),
        *TEAMMATES,
        Column("pace_differential", "DECIMAL(5,1)", "team's pace less the opponent's, last ten games each"),
        Column("expected_game_pace", "DECIMAL(5,1)", "of the game, as in his team's context", "per 48 minutes"),
        Column("expected_pace_change", "DECIMAL(5,1)", "that less his team's pace, last ten games", "per 48 minutes"),
        Column("opponent_pace_last_10", "DECIMAL(5,1)", "opponent's mean pace, last ten games", "per 48 minutes"),
        Column("opponent_def_rating_last_10", "DECIMAL(6,2)", "opponent's mean defensive rating", "points per 100"),
        Column("opponent_ft_rate_allowed", "DECIMAL(5,3)", "free throws per field goal allowed, last ten games"),
        Column("opponent_days_rest", "INT64", "opponent's whole days since its previous game", "days"),
        Column("opponent_games_in_next_7_days", "INT64", f"opponent's games on the 7 dates after, {LIMIT}", "games"),
        Column("opponent_next_game_days_rest", "INT64", f"opponent's whole days to its next game, {LIMIT}", "days"),
        Column("next_game_days_rest", "INT64", f"his team's whole days to its next game, {LIMIT}", "days"),
        Column("games_in_next_7_days", "INT64", f"his team's games on the 7 dates after, {LIMIT}", "games"),
        Column(
            "next_opponent_win_pct",
            "DECIMAL(5,3)",
            f"the next opponent's wins per game before this date, {LIMIT}",
            "0-1",
        ),
        Column("next_game_is_primetime", "BOOL", f"next game on national television; NULL if unknown, {LIMIT}"),
        Column(
            "travel_miles", "INT64", "his team's way from its last arena, or from home after four nights off", "miles"
        ),
        Column("time_zone_changes", "INT64", "clock hours over that way", "hours"),
        Column(
            "consecutive_road_games",
            "INT64",
            "his team's away and neutral games in a row with this one; 0 at home",
            "games",
        ),
        Column(
            "miles_traveled_last_14_days",
            "INT64",
            "his team's ways to this game and those of the last 14 dates, each in whole miles",
            "miles",
        ),
        Column("time_zones_crossed_last_14_days", "INT64", "clock hours over the same ways", "hours"),
    ),
    checks=(
        Check("rosters_of_the_slate", "each team of the slate has eight players or more", _short_rosters, "warn"),
        holds(
            "back_to_back_is_zero_rest",
            lambda t: t.back_to_back == (t.days_rest == 0).fill_null(False),
            "a back-to-back is exactly a game with no day of rest",
        ),
        holds(
            "one_streak",
            lambda t: (t.prop_over_streak == 0) | (t.prop_under_streak == 0),
            "nobody is on both streaks",
        ),
        Check("one_line_a_game", "spread and total are those of his team's context", _other_lines),
        games_missing.CHECK,
        holds(
            "plausible",
            lambda t: t.player_age.between(17, 50),
            "age 17 to 50",
            "warn",
        ),
        holds(
            "usage_is_possible",
            lambda t: t.projected_usage_rate.between(0, MOST_USAGE),
            f"nobody is projected to use more than {MOST_USAGE:.0f} % of his team's plays",
        ),
    ),
    tiers=f"gold with {FULL_SAMPLE} games to average, silver with {FAIR_SAMPLE}, else bronze{games_missing.LOWERED}",
)
def upcoming_player_game_context(
    slate: ir.Table,
    rosters: ir.Table,
    availability: ir.Table,
    prop_lines: ir.Table,
    games_with_props: ir.Table,
    results: ir.Table,
    players: ir.Table,
) -> ir.Table:
    on_team = rosters.drop("season_year", "since")
    rows = _with_opponent(slate).inner_join(on_team, ["team_abbr", "game_date"])
    rows = _with_status(rows, availability)
    rows = _with_form(rows, players).alias("players_with_form")
    rows = with_teammates(rows, players)
    rows = rows.filter((rows.player_status != "out").fill_null(True))
    rows = with_load(rows, players)
    rows = _with_lines(rows, prop_lines, games_with_props)
    rows = with_record(rows, players)
    rows = games_missing.with_games_missing_of_player(rows, results, players)
    tier = ibis.cases(
        (rows.l10_games_used >= FULL_SAMPLE, quality.GOLD),
        (rows.l10_games_used >= FAIR_SAMPLE, quality.SILVER),
        else_=quality.BRONZE,
    )
    return rows.mutate(
        player_age=rows.age,
        back_to_back=(rows.days_rest == 0).fill_null(False),
        l5_sample_quality=metrics.sample_quality(rows.l5_games_used, 5),
        l10_sample_quality=metrics.sample_quality(rows.l10_games_used, 10),
        quality_tier=games_missing.lowered(tier, games_missing.lack_games(rows)),
        quality_issues=quality.issues(
            {
                "missing_game_spread": rows.game_spread.isnull(),
                "missing_game_total": rows.game_total.isnull(),
                "low_confidence_report": rows.low_confidence_count > 0,
                "missing_injury_report": ~rows.is_reported,
                "short_sample": rows.l10_games_used < FULL_SAMPLE,
                "thin_sample": rows.l10_games_used < THIN_SAMPLE,
                games_missing.CODE: games_missing.lack_games(rows),
                games_missing.LEAGUE_CODE: rows.league_games_missing > 0,
            }
        ),
    )


def _with_opponent(slate: ir.Table) -> ir.Table:
    """The slate's team rows, which tell the opponent's form, with the opponent's rest and its games to come."""
    rows = slate.drop("quality_tier", "quality_issues", "data_hash", *offer_names("spread"), *offer_names("total"))
    rows = with_opponents(
        rows,
        opponent_days_rest="team_days_rest",
        opponent_games_in_next_7_days="games_in_next_7_days",
        opponent_next_game_days_rest="next_game_days_rest",
    )
    return rows.drop("games_in_last_7_days", "games_in_last_14_days")


def _with_status(rows: ir.Table, availability: ir.Table) -> ir.Table:
    """Status and reason of the listed; `is_reported` says whether a report covers the game at all."""
    rows = with_columns(rows, availability, ("game_id", "player_lookup"), "player_status", "injury_report")
    return with_columns(rows, availability.select("game_id").distinct(), ("game_id",), found="is_reported")


def _with_form(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Averages over his last games, and his rest."""
    rows = _with_averages(_with_last_game(rows, players), history.counted(players))
    timed = rows.late_minutes_games_last_7 >= LEAST_LATE_GAMES
    rows = rows.mutate(days_rest=metrics.days_rest(rows.game_date, rows._last))
    beyond = (rows.days_rest - rows.team_days_rest).clip(lower=0).fill_null(0)
    return rows.mutate(
        days_absent=rows.days_rest.notnull().ifelse(beyond, None),
        days_since_2_plus_days_rest=rows.game_date.delta(rows._rested, unit="day"),
        l5_games_used=rows.l5_games_used.fill_null(0),
        l10_games_used=rows.l10_games_used.fill_null(0),
        l20_games_used=rows.l20_games_used.fill_null(0),
        games_played_season=rows.games_played_season.fill_null(0),
        usage_games_season=rows.usage_games_season.fill_null(0),
        projected_usage_games_age=form.day_number(rows.game_date) - rows._usage_day,
        late_minutes_games_last_7=rows.late_minutes_games_last_7.fill_null(0),
        late_points_games_last_7=rows.late_points_games_last_7.fill_null(0),
        fourth_quarter_minutes_last_7=timed.ifelse((rows.fourth_quarter_minutes_last_7 / 60).round(), None),
        clutch_minutes_last_7_games=timed.ifelse((rows.clutch_minutes_last_7_games / 60).round(), None),
        fourth_quarter_production_last_7=(rows.late_points_games_last_7 >= LEAST_LATE_GAMES).ifelse(
            rows.fourth_quarter_production_last_7, None
        ),
    ).drop("_last", "_rested", "_usage_day")


def _with_last_game(rows: ir.Table, players: ir.Table) -> ir.Table:
    """When he last appeared, in whatever game, an NBA Cup final included, and when after a long rest."""
    gap = players.game_date.delta(players.game_date.lag().over(history.Before("player_lookup").in_order), unit="day")
    appeared = history.appeared(players).mutate(gap=gap)
    return history.as_of(
        rows,
        appeared,
        "player_lookup",
        _last=lambda g, before: g.game_date,
        days_rest_before_last_game=lambda g, before: g.gap - 1,
        _rested=lambda g, before: g.game_date.max(where=g.gap >= LONG_REST_GAP_DAYS).over(before.season),
    )


def _with_averages(rows: ir.Table, counted: ir.Table) -> ir.Table:
    """Averages and counts over his last games of those that count as history."""

    def efg(g: ir.Table, window: ibis.expr.builders.WindowBuilder) -> ir.Value:
        makes = g.fg_makes.sum().over(window), g.three_pt_makes.sum().over(window)
        return metrics.effective_fg_pct(*makes, g.fg_attempts.sum().over(window))

    return history.as_of(
        rows,
        counted,
        "player_lookup",
        points_avg_last_5=form.mean_points(5),
        points_avg_last_10=form.mean_points(10),
        l5_games_used=form.games_played(5),
        l10_games_used=form.games_played(10),
        usage_rate_last_10=form.usage(10),
        avg_usage_rate_last_7_games=form.usage(7),
        shooting_pct_decline_last_5=lambda g, before: metrics.to_nine_digits(
            efg(g, before.season) - efg(g, before.last(5))
        ),
        _usage_day=form.mean_day(10),
        first_of_last_10=lambda g, before: g.game_date.min().over(before.last(10)),
        fourth_quarter_production_last_7=lambda g, before: g.fourth_quarter_points.mean().over(before.last(LATE_GAMES)),
        late_points_games_last_7=lambda g, before: g.fourth_quarter_points.count().over(before.last(LATE_GAMES)),
        fourth_quarter_minutes_last_7=form.sum_of("fourth_quarter_seconds", LATE_GAMES),
        clutch_minutes_last_7_games=form.sum_of("clutch_seconds", LATE_GAMES),
        late_minutes_games_last_7=lambda g, before: g.fourth_quarter_seconds.count().over(before.last(LATE_GAMES)),
        **averages.STATS,
        **averages.WINDOW_STATS,
    )


def _with_lines(rows: ir.Table, prop_lines: ir.Table, games_with_props: ir.Table) -> ir.Table:
    rows = with_columns(
        rows,
        prop_lines,
        PLAYER_DAY,
        found="_is_lined",
        current_points_line="line",
        current_points_line_source="book",
        opening_points_line="opening",
        line_movement="movement",
        **offer_names("points_line"),
    )
    rows = with_columns(rows, games_with_props, ("game_id",), found="_is_covered")
    opening_source = rows.opening_points_line.notnull().ifelse(rows.current_points_line_source, None)
    return rows.mutate(
        has_prop_line=(rows._is_lined | rows._is_covered).ifelse(rows._is_lined, ibis.null("boolean")),
        opening_points_line_source=opening_source,
    ).drop("_is_lined", "_is_covered")
