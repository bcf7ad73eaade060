"""What is known of each team before each of its scheduled games: rest, travel, form, betting lines, absences.

A row is one team in one scheduled game, played or not. Rest and travel come from the schedule, results from final games
before the date, lines and injury reports from before the tip; of games to come those count that were certain then.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import cup_final, games_missing, history, metrics
from nba_assets.basketball.certainty import LIMIT
from nba_assets.basketball.clock import hours_between, in_summer_time
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.market import implied_team_total, offer_columns, offer_names
from nba_assets.basketball.population import of_slate
from nba_assets.basketball.schedule import PLACE
from nba_assets.basketball.team_form import COLUMNS as TEAM_FORM
from nba_assets.basketball.team_form import with_both_teams
from nba_assets.contracts import quality
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day, season_history, season_to_date
from nba_assets.contracts.table import Check, holds, table
from nba_assets.tables.analytics.team_defense_game_summary import team_defense_game_summary
from nba_assets.tables.analytics.team_offense_game_summary import team_offense_game_summary
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.games import team_games
from nba_assets.tables.conformed.next_games import next_games
from nba_assets.tables.conformed.views.market import team_lines
from nba_assets.tables.conformed.views.schedule import placed_team_schedule, team_schedule

TRUSTED_CONFIDENCE = 0.8
"""Of the parser; a status read with less counts like any other, and the row says so."""

TEAM = ("game_id", "team_abbr")

HOME_AFTER_NIGHTS = 4
"""A team that is off for four nights or more, as over the All-Star break, spends them at home."""

EARLY_GAMES = LATE_GAMES = 20
"""The first and the last twenty of a team's regular season are its early and its late phase."""


def _teams_missing(rows: ir.Table, slate: ir.Table) -> ir.Table:
    return slate.filter(~slate.is_postponed).anti_join(rows, ["game_id", "team_abbr"])


def _unequal_lines(rows: ir.Table) -> ir.Table:
    """Rows of a game that has not one spread and one total, as each team sees them."""
    other = rows.select(
        "game_id",
        _team="opponent_team_abbr",
        _spread=0 - rows.game_spread,
        _total=rows.game_total,
        _books=rows.game_spread_source.fill_null("") + " " + rows.game_total_source.fill_null(""),
    )
    own = rows.mutate(_own_books=rows.game_spread_source.fill_null("") + " " + rows.game_total_source.fill_null(""))
    pairs = own.join(other, [own.game_id == other.game_id, own.team_abbr == other._team])
    same = pairs.game_spread.identical_to(pairs._spread) & pairs.game_total.identical_to(pairs._total)
    return pairs.filter(~(same & (pairs._own_books == pairs._books))).select(*rows.columns)


@table(
    dataset="nba_analytics",
    partition_by="game_date",
    key=("team_abbr", "game_id"),
    cluster_by=("game_date", "team_abbr", "game_id"),
    reads={
        "slate": same_day(team_games),
        "season": season_to_date(placed_team_schedule),
        "next_games": same_day(next_games),
        "team_lines": same_day(team_lines),
        "availability": same_day(availability),
        "expected_starters": same_day(expected_starters),
        "offense": season_history(team_offense_game_summary),
        "defense": season_history(team_defense_game_summary),
    },
    population=of_slate(same_day(team_schedule)),
    columns=cup_final.said_of(
        Column("team_abbr", "STRING", "the team", required=True),
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("season_type", "STRING", "regular, play_in, playoffs or cup_final", required=True),
        Column("season_phase", "STRING", "early (20 games), mid, late (last 20), play_in or playoffs", required=True),
        Column("opponent_team_abbr", "STRING", "the other team", required=True),
        Column("home_game", "BOOL", "the designated home team of the schedule, in a neutral game too", required=True),
        Column("neutral_site", "BOOL", "in neither team's arena", required=True),
        Column("game_start_time_local", "STRING", "tip on the arena's clocks, HH:MM; NULL where its zone is unknown"),
        Column("team_days_rest", "INT64", "whole days since the previous game; 0 is a back-to-back", "days"),
        Column("days_since_last_game", "INT64", "calendar days since the previous game", "days"),
        Column("team_back_to_back", "BOOL", "played the day before", required=True),
        Column("games_in_last_7_days", "INT64", "games on the 7 dates before", "games", required=True),
        Column("games_in_last_14_days", "INT64", "games on the 14 dates before", "games", required=True),
        Column("game_number_in_season", "INT64", "of this season type, this game included", required=True),
        Column("game_spread", "DECIMAL(5,2)", "the game's spread for the team; negative is favoured", "points"),
        Column("opening_spread", "DECIMAL(5,2)", "the same book's first", "points"),
        Column(
            "spread_movement",
            "DECIMAL(5,2)",
            "from the first to the latest; negative is toward the team; NULL if the book was seen once only",
            "points",
        ),
        Column("game_spread_source", "STRING", "the book whose spread it is: draftkings, fanduel or of the consensus"),
        *offer_columns("spread"),
        Column("game_total", "DECIMAL(5,1)", "the game's total", "points"),
        Column("opening_total", "DECIMAL(5,1)", "the same book's first", "points"),
        Column(
            "total_movement", "DECIMAL(5,1)", "from the first to the latest; NULL if the book was seen once", "points"
        ),
        Column("game_total_source", "STRING", "the book whose total it is: draftkings, fanduel or of the consensus"),
        *offer_columns("total"),
        Column(
            "implied_team_total",
            "DECIMAL(6,2)",
            "(total - spread) / 2; NULL unless the two were seen within three hours of each other",
            "points",
        ),
        Column("betting_lines_updated_at", "TIMESTAMP", "when the newer of the two lines was last seen", "UTC"),
        Column("starters_out_count", "INT64", "of the projected five, reported out; NULL without a report or a game"),
        Column("players_out_count", "INT64", "reported out; NULL where no report covers the game"),
        Column("questionable_players_count", "INT64", "reported questionable"),
        Column("doubtful_players_count", "INT64", "reported doubtful"),
        Column("low_confidence_count", "INT64", f"of these, read at a confidence under {TRUSTED_CONFIDENCE}"),
        Column("team_win_streak_entering", "INT64", "wins in a row before this game", "games", required=True),
        Column("team_loss_streak_entering", "INT64", "losses in a row before this game", "games", required=True),
        Column("season_win_pct", "DECIMAL(5,3)", "wins per game before this game; NULL before the first", "0-1"),
        Column("last_game_margin", "INT64", "own less opponent's points in the last game", "points"),
        Column("last_game_result", "STRING", "W or L"),
        *TEAM_FORM,
        Column(
            "travel_miles",
            "INT64",
            "great circle from the last arena; from home for the first and after four nights off",
            "miles",
        ),
        Column("time_zone_changes", "INT64", "hours between the clocks of those two places that day", "hours"),
        Column("consecutive_road_games", "INT64", "away and neutral games in a row with this one; 0 at home", "games"),
        Column(
            "miles_traveled_last_14_days",
            "INT64",
            "ways to this game and those of the last 14 dates, those home included, each in whole miles",
            "miles",
        ),
        Column("time_zones_crossed_last_14_days", "INT64", "clock hours over the same ways", "hours"),
        Column("next_game_days_rest", "INT64", f"whole days to the next game, NULL without one, {LIMIT}", "days"),
        Column("games_in_next_7_days", "INT64", f"games on the 7 dates after, {LIMIT}", "games", required=True),
        Column("next_opponent_team_abbr", "STRING", f"whom the team meets next, {LIMIT}"),
        Column("next_opponent_win_pct", "DECIMAL(5,3)", f"its wins per game before this date, {LIMIT}", "0-1"),
        Column("next_game_is_primetime", "BOOL", f"national television; NULL where nobody says so, {LIMIT}"),
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
        Check("one_line_a_game", "both teams have the game's one spread and one total, of one book", _unequal_lines),
        games_missing.CHECK,
    ),
    tiers=f"gold with spread and total, silver with one of them, else bronze{games_missing.LOWERED}",
)
def upcoming_team_game_context(
    slate: ir.Table,
    season: ir.Table,
    next_games: ir.Table,
    team_lines: ir.Table,
    availability: ir.Table,
    expected_starters: ir.Table,
    offense: ir.Table,
    defense: ir.Table,
) -> ir.Table:
    legs = _legs(season.filter(~season.is_postponed)).alias("legs")
    rows = slate.filter(~slate.is_postponed)
    rows = _with_next_game(rows, next_games)
    rows = _with_calendar(rows, legs)
    rows = _with_load(rows, legs)
    rows = _with_results(rows, season)
    rows = with_both_teams(rows, season, offense, defense)
    rows = _with_lines(rows, team_lines)
    rows = _with_absences(rows, availability, expected_starters)
    lacking = rows.team_games_missing + rows.opponent_games_missing > 0
    lines = rows.game_spread.notnull(), rows.game_total.notnull()
    tier = ibis.cases((ibis.and_(*lines), quality.GOLD), (ibis.or_(*lines), quality.SILVER), else_=quality.BRONZE)
    return rows.mutate(
        neutral_site=rows.is_neutral,
        game_start_time_local=rows.tip_local,
        quality_tier=games_missing.lowered(tier, lacking),
        quality_issues=quality.issues(
            {
                "missing_game_spread": rows.game_spread.isnull(),
                "missing_game_total": rows.game_total.isnull(),
                "missing_injury_report": rows.players_out_count.isnull(),
                "low_confidence_report": rows.low_confidence_count > 0,
                "unknown_travel": rows.travel_miles.isnull(),
                games_missing.CODE: lacking,
                games_missing.LEAGUE_CODE: rows.league_games_missing > 0,
            }
        ),
    )


def _legs(season: ir.Table) -> ir.Table:
    """Every game of the season so far with the journey to it and what stands before it in the calendar.

    The way is from the previous game's arena, a game at home included; the first one starts at home, and so does one
    after `HOME_AFTER_NIGHTS`, whose journey is the way home and the way from there.
    """
    in_order = ibis.window(group_by=["team_abbr", "season_year"], order_by=["game_date", "game_id"])
    so_far = ibis.window(
        group_by=["team_abbr", "season_year"], order_by=["game_date", "game_id"], preceding=None, following=0
    )
    rows = season.mutate(
        previous_date=season.game_date.lag().over(in_order),
        _number=ibis.row_number().over(in_order),
        **{f"_last_{where}": season[f"venue_{where}"].lag().over(in_order) for where in PLACE},
    )
    rested = metrics.days_rest(rows.game_date, rows.previous_date) >= HOME_AFTER_NIGHTS
    rows = rows.mutate(_starts_home=rested.fill_null(True))
    rows = rows.mutate(
        _goes_home=rows._starts_home & rows.previous_date.notnull(),
        **{
            f"_from_{where}": rows._starts_home.ifelse(rows[f"arena_{where}"], rows[f"_last_{where}"])
            for where in PLACE
        },
    )
    # Clocks are those of the date of the game, for the way home some days before too.
    held = {f"_is_summer_{kind}": summer for kind, summer in enumerate(in_summer_time(rows.game_date))}
    rows = rows.mutate(**held)
    summer_time = [rows[name] for name in held]
    rows = rows.mutate(
        travel_miles=_miles(rows, "_from", "venue"),
        time_zone_changes=hours_between(rows._from_timezone, rows.venue_timezone, summer_time).abs(),
        _home_miles=_miles(rows, "_last", "arena"),
        _home_hours=hours_between(rows._last_timezone, rows.arena_timezone, summer_time).abs(),
        _last_home=rows._number.max(where=rows.home_game & ~rows.is_neutral).over(so_far),
        game_number=ibis.row_number().over(
            ibis.window(group_by=["team_abbr", "season_year", "season_type"], order_by=["game_date", "game_id"])
        )
        + 1,
    )
    return rows.mutate(
        consecutive_road_games=rows._number - rows._last_home.fill_null(-1),
        journey_miles=rows.travel_miles + rows._goes_home.ifelse(rows._home_miles, 0),
        journey_hours=rows.time_zone_changes + rows._goes_home.ifelse(rows._home_hours, 0),
    )


def _miles(rows: ir.Table, start: str, end: str) -> ir.IntegerValue:
    """Whole miles from one place of a row to another."""
    places = [rows[f"{place}_{where}"] for place in (start, end) for where in ("latitude", "longitude")]
    return metrics.miles_between(*places).round().cast("int64")


def _with_calendar(slate: ir.Table, legs: ir.Table) -> ir.Table:
    """The slate's rows with rest, travel and phase, from their place in the whole calendar."""
    found = legs.select(
        "travel_miles",
        "time_zone_changes",
        "consecutive_road_games",
        "journey_miles",
        "journey_hours",
        _leg_game="game_id",
        _leg_team="team_abbr",
        team_days_rest=metrics.days_rest(legs.game_date, legs.previous_date),
        game_number_in_season=legs.game_number,
    )
    rows = slate.join(found, [("game_id", "_leg_game"), ("team_abbr", "_leg_team")])
    regular = rows.season_type == "regular"
    rows = rows.mutate(
        days_since_last_game=rows.team_days_rest + 1,
        team_back_to_back=(rows.team_days_rest == 0).fill_null(False),
        season_phase=ibis.cases(
            (rows.season_type.isin(["play_in", "playoffs"]), rows.season_type),
            (regular & (rows.game_number_in_season <= EARLY_GAMES), "early"),
            (regular & (rows.game_number_in_season > rows.season_games - LATE_GAMES), "late"),
            else_="mid",
        ),
    )
    return rows.drop("_leg_game", "_leg_team", "season_games")


def _with_load(rows: ir.Table, legs: ir.Table) -> ir.Table:
    """How much the team has played and flown in the last two weeks."""
    legs = legs.select("team_abbr", "season_year", "game_date", "game_id", "journey_miles", "journey_hours")
    days = rows.select("team_abbr", "season_year", "game_date", "game_id")
    past = history.before(days, legs, "team_abbr", within_days=14)
    load = past.group_by(*TEAM).agg(
        games_in_last_7_days=(past.past_days_ago <= 7).sum(),
        games_in_last_14_days=past.count(),
        _miles=past.past_journey_miles.sum(),
        _hours=past.past_journey_hours.sum(),
        _unknown_legs=past.past_journey_miles.isnull().sum(),
    )
    rows = with_columns(rows, load, TEAM, *(name for name in load.columns if name not in TEAM))
    whole = rows._unknown_legs.fill_null(0) == 0
    return rows.mutate(
        games_in_last_7_days=rows.games_in_last_7_days.fill_null(0),
        games_in_last_14_days=rows.games_in_last_14_days.fill_null(0),
        miles_traveled_last_14_days=whole.ifelse(rows.journey_miles + rows._miles.fill_null(0), ibis.null("int64")),
        time_zones_crossed_last_14_days=whole.ifelse(rows.journey_hours + rows._hours.fill_null(0), ibis.null("int64")),
    ).drop("_miles", "_hours", "_unknown_legs", "journey_miles", "journey_hours")


def _with_next_game(rows: ir.Table, next_games: ir.Table) -> ir.Table:
    of_next = ("next_opponent_team_abbr", "next_opponent_win_pct", "next_game_is_primetime")
    names = (*of_next, "games_in_next_7_days", "season_games")
    rows = with_columns(rows, next_games, TEAM, *names, _next_date="next_game_date")
    return rows.mutate(
        next_game_days_rest=metrics.days_rest(rows._next_date, rows.game_date),
        games_in_next_7_days=rows.games_in_next_7_days.fill_null(0),
    ).drop("_next_date")


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
    return rows.mutate(
        team_win_streak_entering=(rows._games - 1 - rows._last_loss.fill_null(-1)).fill_null(0),
        team_loss_streak_entering=(rows._games - 1 - rows._last_win.fill_null(-1)).fill_null(0),
    ).drop("_games", "_last_win", "_last_loss")


def _with_lines(rows: ir.Table, team_lines: ir.Table) -> ir.Table:
    for market in ("spread", "total"):
        columns = {
            f"game_{market}": "line",
            f"opening_{market}": "opening",
            f"{market}_movement": "movement",
            f"game_{market}_source": "book",
        }
        lines = team_lines.filter(team_lines.market == market)
        rows = with_columns(rows, lines, TEAM, **columns, **offer_names(market))
    spread_at, total_at = rows.spread_seen_at, rows.total_seen_at
    # Written out, because the engines disagree on the greater of a value and NULL.
    later = (total_at > spread_at).ifelse(total_at, spread_at)
    return rows.mutate(
        implied_team_total=implied_team_total(rows.game_spread, rows.game_total, spread_at, total_at),
        betting_lines_updated_at=ibis.coalesce(later, spread_at, total_at),
    )


def _with_absences(rows: ir.Table, availability: ir.Table, expected: ir.Table) -> ir.Table:
    """Counts from the last report before the tip: zero for a healthy team, NULL where nothing covers the game."""
    report = with_columns(
        availability, expected, ("team_abbr", "game_date", "player_lookup"), found="is_expected_to_start"
    )
    out = report.player_status == "out"
    counts = report.group_by(*TEAM).agg(
        players_out_count=out.sum(),
        starters_out_count=(out & report.is_expected_to_start).sum(),
        questionable_players_count=(report.player_status == "questionable").sum(),
        doubtful_players_count=(report.player_status == "doubtful").sum(),
        low_confidence_count=(report.confidence < TRUSTED_CONFIDENCE).sum(),
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
