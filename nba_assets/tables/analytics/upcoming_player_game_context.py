"""Everything known before the tip about a player's next game: rest, load, form, market, team and opponent.

A row is one player in one scheduled game: everybody on the latest roster of a team that plays, less those reported
out. History is his games of the season before the date with time on court; nothing tells who turned out to play.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import form, history, metrics
from nba_assets.basketball.certainty import LIMIT
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import books_named
from nba_assets.basketball.population import LEAST_PLAYERS, of_slate, on_slate
from nba_assets.basketball.teammates import with_teammates
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history
from nba_assets.contracts.table import Check, Owed, holds, table
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.analytics.upcoming_team_game_context import upcoming_team_game_context
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.views.market import points_lines, team_lines
from nba_assets.tables.conformed.views.schedule import team_schedule

LONG_REST_GAP_DAYS = 3
"""Two whole days off: the gap in dates between two games that counts as a long rest."""

THIN_SAMPLE = 3

TEAM = ("game_id", "team_abbr")
PLAYER_DAY = ("player_lookup", "game_date")


def _short_rosters(rows: ir.Table, slate: ir.Table) -> ir.Table:
    found = rows.group_by(*TEAM).agg(players=rows.count())
    counted = with_columns(slate, found, TEAM, "players")
    return counted.filter(counted.players.fill_null(0) < 8)


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
        "team_lines": same_day(team_lines),
        "players": season_history(player_game_summary),
        "offense": season_history(team_offense_game_summary),
        "defense": season_history(team_defense_game_summary),
    },
    population=of_slate(same_day(team_schedule), Owed(_player, _squads), least=LEAST_PLAYERS),
    columns=(
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("universal_player_id", "STRING", "registry id", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_phase", "STRING", "early (20 games), mid, late (last 20), play_in or playoffs", required=True),
        Column("team_abbr", "STRING", "his team by the latest roster", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "in his team's arena; FALSE for both in a neutral game", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("game_start_time_local", "STRING", "tip on the arena's clocks, HH:MM"),
        Column("player_status", "STRING", "last report before the tip: doubtful, questionable ...; NULL if not listed"),
        Column("injury_report", "STRING", "its reason, as published"),
        Column(
            "player_age", "INT64", "on the date, by birth date; else the roster's, one a season, of its end", "years"
        ),
        Column("has_prop_line", "BOOL", "some book offers a points line", required=True),
        Column("current_points_line", "DECIMAL(4,1)", "latest points line before the tip", "points"),
        Column("current_points_line_source", "STRING", "its book"),
        Column("opening_points_line", "DECIMAL(4,1)", "first line of the same book", "points"),
        Column("opening_points_line_source", "STRING", "its book"),
        Column("line_movement", "DECIMAL(4,1)", "current less opening", "points"),
        Column("game_spread", "DECIMAL(4,1)", "his team's spread, median of the books; negative is favoured", "points"),
        Column("opening_spread", "DECIMAL(4,1)", "median of the same books' first", "points"),
        Column("spread_movement", "DECIMAL(4,1)", "current less opening; negative is toward his team", "points"),
        Column("game_spread_source", "STRING", "the book, or the median of how many"),
        Column("game_total", "DECIMAL(5,1)", "the game's total, median of the books", "points"),
        Column("opening_total", "DECIMAL(5,1)", "median of the same books' first", "points"),
        Column("total_movement", "DECIMAL(5,1)", "current less opening", "points"),
        Column("game_total_source", "STRING", "the book, or the median of how many"),
        Column(
            "days_rest", "INT64", "whole days since his last game; 0 is a back-to-back, NULL before his first", "days"
        ),
        Column("back_to_back", "BOOL", "he played the day before", required=True),
        Column("days_rest_before_last_game", "INT64", "whole days between his last two games", "days"),
        Column("days_since_2_plus_days_rest", "INT64", "since his last game after two or more whole days off", "days"),
        Column("games_in_last_7_days", "INT64", "his games on the 7 dates before", "games", required=True),
        Column("games_in_last_14_days", "INT64", "his games on the 14 dates before", "games", required=True),
        Column("minutes_in_last_7_days", "INT64", "his minutes in them, cut to whole ones", "minutes", required=True),
        Column("minutes_in_last_14_days", "INT64", "his minutes in them, cut to whole ones", "minutes", required=True),
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
        Column("avg_usage_rate_last_7_games", "DECIMAL(7,2)", "mean usage of his last seven games", "percent"),
        Column("projected_usage_rate", "DECIMAL(7,2)", "last-10 usage with the absent teammates' spread", "percent"),
        Column(
            "shooting_pct_decline_last_5", "DECIMAL(5,3)", "eFG of the season less eFG of the last five games", "0-1"
        ),
        Column(
            "fourth_quarter_minutes_last_7",
            "INT64",
            "fourth-quarter minutes of his last 7 games with line-ups",
            "minutes",
        ),
        Column("clutch_minutes_last_7_games", "INT64", "clutch minutes of the same games", "minutes"),
        Column(
            "fourth_quarter_production_last_7", "DECIMAL(5,1)", "fourth-quarter points a game, last seven", "points"
        ),
        Column(
            "star_teammates_out", "INT64", "stars of his team, himself aside, out or doubtful; NULL without a report"
        ),
        Column("questionable_teammates", "INT64", "teammates reported questionable"),
        Column("probable_teammates", "INT64", "teammates reported probable"),
        Column("pace_differential", "DECIMAL(5,1)", "team's pace less the opponent's, last ten games each"),
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
        Column("travel_miles", "INT64", "his team's way from its previous game", "miles"),
        Column("time_zone_changes", "INT64", "clock hours over that way", "hours"),
        Column("consecutive_road_games", "INT64", "his team's away games in a row, this one included", "games"),
        Column(
            "miles_traveled_last_14_days", "INT64", "his team's legs of the last 14 dates and to this game", "miles"
        ),
        Column("time_zones_crossed_last_14_days", "INT64", "clock hours over the same legs", "hours"),
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
        holds(
            "plausible",
            lambda t: t.projected_usage_rate.between(0, 60) & t.player_age.between(17, 50),
            "projected usage 0 to 60 %, age 17 to 50",
            "warn",
        ),
    ),
)
def upcoming_player_game_context(
    slate: ir.Table,
    rosters: ir.Table,
    availability: ir.Table,
    prop_lines: ir.Table,
    team_lines: ir.Table,
    players: ir.Table,
    offense: ir.Table,
    defense: ir.Table,
) -> ir.Table:
    on_team = rosters.drop("season_year", "since")
    rows = _with_opponent(slate, offense, defense).inner_join(on_team, ["team_abbr", "game_date"])
    rows = _with_status(rows, availability)
    rows = _with_form(rows, players).alias("players_with_form")
    rows = with_teammates(rows)
    rows = rows.filter((rows.player_status != "out").fill_null(True))
    rows = _with_load(rows, players)
    rows = _with_lines(rows, prop_lines, team_lines)
    rows = _with_streaks(rows, players)
    return rows.mutate(
        player_age=rows.age,
        back_to_back=(rows.days_rest == 0).fill_null(False),
        l5_sample_quality=metrics.sample_quality(rows.l5_games_used, 5),
        l10_sample_quality=metrics.sample_quality(rows.l10_games_used, 10),
        line_movement=rows.current_points_line - rows.opening_points_line,
        spread_movement=rows.game_spread - rows.opening_spread,
        total_movement=rows.game_total - rows.opening_total,
        quality_tier=ibis.cases(
            (rows.l10_games_used >= 10, quality.GOLD), (rows.l10_games_used >= 5, quality.SILVER), else_=quality.BRONZE
        ),
        quality_issues=quality.issues(
            {
                "missing_game_spread": rows.game_spread.isnull(),
                "missing_game_total": rows.game_total.isnull(),
                "thin_sample": rows.l10_games_used < THIN_SAMPLE,
            }
        ),
    )


def _with_opponent(slate: ir.Table, offense: ir.Table, defense: ir.Table) -> ir.Table:
    """The slate's team rows with the team's and the opponent's form of the last ten games, and the opponent's rest."""
    rows = slate.drop("game_spread", "opening_spread", "spread_movement", "game_spread_source").drop(
        "game_total",
        "opening_total",
        "total_movement",
        "game_total_source",
        "quality_tier",
        "quality_issues",
        "data_hash",
    )
    rows = history.as_of(rows, history.counted(offense), "team_abbr", pace_last_10=form.mean_of("pace", 10))
    rows = history.as_of(
        rows,
        form.allowed(defense),
        "team_abbr",
        def_rating_last_10=form.mean_of("defensive_rating", 10),
        ft_rate_allowed=lambda g, before: metrics.ratio(
            g.opp_ft_attempts.sum().over(before.last(10)), g.opp_fg_attempts.sum().over(before.last(10))
        ),
    )
    rows = with_columns(
        rows,
        rows,
        {"game_id": "game_id", "opponent_team_abbr": "team_abbr"},
        opponent_pace_last_10="pace_last_10",
        opponent_def_rating_last_10="def_rating_last_10",
        opponent_ft_rate_allowed="ft_rate_allowed",
        opponent_days_rest="team_days_rest",
        opponent_games_in_next_7_days="games_in_next_7_days",
        opponent_next_game_days_rest="next_game_days_rest",
    )
    return rows.mutate(pace_differential=rows.pace_last_10 - rows.opponent_pace_last_10).drop(
        "games_in_last_7_days", "games_in_last_14_days"
    )


def _with_status(rows: ir.Table, availability: ir.Table) -> ir.Table:
    """Status and reason of the listed; `is_reported` says whether a report covers the game at all."""
    rows = with_columns(rows, availability, ("game_id", "player_lookup"), "player_status", "injury_report")
    return with_columns(rows, availability.select("game_id").distinct(), ("game_id",), found="is_reported")


def _with_form(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Averages over his last games; rest counts every game he appeared in, an NBA Cup final included."""
    gap = players.game_date.delta(players.game_date.lag().over(history.Before("player_lookup").in_order), unit="day")
    appeared = history.appeared(players).mutate(gap=gap)
    rows = history.as_of(
        rows,
        appeared,
        "player_lookup",
        _last=lambda g, before: g.game_date,
        days_rest_before_last_game=lambda g, before: g.gap - 1,
        _rested=lambda g, before: g.game_date.max(where=g.gap >= LONG_REST_GAP_DAYS).over(before.season),
    )

    def efg(g: ir.Table, window: ibis.expr.builders.WindowBuilder) -> ir.Value:
        makes = g.fg_makes.sum().over(window), g.three_pt_makes.sum().over(window)
        return metrics.effective_fg_pct(*makes, g.fg_attempts.sum().over(window))

    counted = history.counted(players)
    rows = history.as_of(
        rows,
        counted,
        "player_lookup",
        points_avg_last_5=form.mean_points(5),
        points_avg_last_10=form.mean_points(10),
        l5_games_used=form.games_played(5),
        l10_games_used=form.games_played(10),
        minutes_avg_last_10=form.mean_minutes(10),
        usage_last_10=form.mean_of("usage_rate", 10),
        avg_usage_rate_last_7_games=form.mean_of("usage_rate", 7),
        shooting_pct_decline_last_5=lambda g, before: efg(g, before.season) - efg(g, before.last(5)),
        fourth_quarter_production_last_7=lambda g, before: g.fourth_quarter_points.mean().over(before.last(7)),
    )
    rows = history.as_of(
        rows,
        counted.filter(counted.fourth_quarter_minutes.notnull()),
        "player_lookup",
        fourth_quarter_minutes_last_7=lambda g, before: history.total(g.fourth_quarter_minutes, before.last(7)),
        clutch_minutes_last_7_games=lambda g, before: history.total(g.clutch_minutes, before.last(7)),
    )
    return rows.mutate(
        days_rest=metrics.days_rest(rows.game_date, rows._last),
        days_since_2_plus_days_rest=rows.game_date.delta(rows._rested, unit="day"),
        l5_games_used=rows.l5_games_used.fill_null(0),
        l10_games_used=rows.l10_games_used.fill_null(0),
        fourth_quarter_minutes_last_7=rows.fourth_quarter_minutes_last_7.round(),
        clutch_minutes_last_7_games=rows.clutch_minutes_last_7_games.round(),
    ).drop("_last", "_rested")


def _with_load(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Games and minutes of the last 7 and 14 dates, zero for who did not play."""
    appeared = history.appeared(players).select(
        "player_lookup", "season_year", "game_date", "game_id", "seconds_played"
    )
    previous = appeared.game_date.lag().over(history.Before("player_lookup").in_order)
    appeared = appeared.mutate(gap=appeared.game_date.delta(previous, unit="day"))
    past = history.before(
        rows.select("player_lookup", "season_year", "game_date"), appeared, "player_lookup", within_days=14
    )
    week = past.past_days_ago <= 7
    load = past.group_by(*PLAYER_DAY).agg(
        games_in_last_7_days=week.sum(),
        games_in_last_14_days=past.count(),
        minutes_in_last_7_days=past.past_seconds_played.sum(where=week) / 60,
        minutes_in_last_14_days=past.past_seconds_played.sum() / 60,
        back_to_backs_last_14_days=((past.past_gap == 1) & (past.past_days_ago < 14)).sum(),
    )
    rows = with_columns(rows, load, PLAYER_DAY, *(name for name in load.columns if name not in PLAYER_DAY))
    return rows.mutate(
        games_in_last_7_days=rows.games_in_last_7_days.fill_null(0),
        games_in_last_14_days=rows.games_in_last_14_days.fill_null(0),
        minutes_in_last_7_days=rows.minutes_in_last_7_days.fill_null(0.0).floor(),
        minutes_in_last_14_days=rows.minutes_in_last_14_days.fill_null(0.0).floor(),
        avg_minutes_per_game_last_7=metrics.ratio(rows.minutes_in_last_7_days, rows.games_in_last_7_days),
        back_to_backs_last_14_days=rows.back_to_backs_last_14_days.fill_null(0),
    )


def _with_lines(rows: ir.Table, prop_lines: ir.Table, team_lines: ir.Table) -> ir.Table:
    rows = with_columns(
        rows,
        prop_lines,
        PLAYER_DAY,
        found="has_prop_line",
        current_points_line="line",
        current_points_line_source="book",
        opening_points_line="opening",
    )
    team_lines = team_lines.mutate(books_named=books_named(team_lines.books, team_lines.one_book))
    for market in ("spread", "total"):
        columns = {
            f"game_{market}": "median_line",
            f"opening_{market}": "median_opening",
            f"game_{market}_source": "books_named",
        }
        rows = with_columns(rows, team_lines.filter(team_lines.market == market), TEAM, **columns)
    opening_source = rows.opening_points_line.notnull().ifelse(rows.current_points_line_source, None)
    return rows.mutate(opening_points_line_source=opening_source)


def _with_streaks(rows: ir.Table, players: ir.Table) -> ir.Table:
    """Latest games in a row above, or below, today's line; NULL without a line, and zero before the first game."""
    lined = rows.filter(rows.current_points_line.notnull())
    games = history.counted(players).select("player_lookup", "season_year", "game_date", "game_id", "points")
    games = games.mutate(nth=ibis.row_number().over(history.Before("player_lookup").in_order))
    past = history.before(
        lined.select("player_lookup", "season_year", "game_date", "current_points_line"), games, "player_lookup"
    )
    past = past.mutate(
        _over=past.past_points > past.current_points_line, _under=past.past_points < past.current_points_line
    )
    latest = past.group_by(*PLAYER_DAY).agg(
        _latest_over=past.past_nth.max(where=past._over), _latest_under=past.past_nth.max(where=past._under)
    )
    past = with_columns(past, latest, PLAYER_DAY, "_latest_over", "_latest_under")
    streaks = past.group_by(*PLAYER_DAY).agg(
        prop_over_streak=(past._over & (past._latest_under.isnull() | (past.past_nth > past._latest_under))).sum(),
        prop_under_streak=(past._under & (past._latest_over.isnull() | (past.past_nth > past._latest_over))).sum(),
    )
    rows = with_columns(rows, streaks, PLAYER_DAY, "prop_over_streak", "prop_under_streak")
    lined = rows.current_points_line.notnull()
    return rows.mutate(
        prop_over_streak=lined.ifelse(rows.prop_over_streak.fill_null(0), ibis.null("int64")),
        prop_under_streak=lined.ifelse(rows.prop_under_streak.fill_null(0), ibis.null("int64")),
    )
