"""Certainty of future games: which of them anybody could count on before tonight's game.

A future game counts only if it was settled before tonight that it is played, and by whom; else the calendar tells who
wins tonight. When that was settled is a date of the game's own, whoever asks. What is made of the games that count is
the table's.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.schedule import from_both_sides

LIMIT = (
    "of games certain before tonight's, by the schedule's edition of then where editions were kept, else by the last"
    " one, through which postponements leak"
)
"""What every column that looks forward says of itself."""

FIRST_CUP = 2023
LAST_NUMBER_BEFORE_CUP = "01200"
"""The thirty games that fill every team's Cup week have the season's last numbers: they were paired last."""

GROUPS_END = {2023: date(2023, 11, 28), 2024: date(2024, 12, 3), 2025: date(2025, 11, 28)}
"""The last night of the Cup's groups. Of another season it is the day before the first quarter-final, which is never
too early."""

QUARTER_FINALS = 4
SERIES_ID_DIGITS = 9
"""The NBA's id of a play-off game without its last digit, which numbers the game, is that of its series."""

WINS_OF_BOTH = {"5": 1, "6": 2, "7": 3}
"""A game's number in its series, and how many wins both teams need for it to be played.

The leader, with w wins before tonight's game n, has won with game n + 3 - w at the earliest, so that game m is certain
if w + (m - n) <= 3. Since n - 1 games are over, that is: the other team has m - 4 wins or more.
"""

NEVER = ibis.date("9999-12-31")
"""The date on which what is not settled was."""


def settled(games: ir.Table) -> ir.Table:
    """When each of a season's `games` became certain: `nba_game_id` and `settled_on`, the date of the last game that
    decides that it is played and by whom; NULL for one that is certain from the season's outset.

    A game that is not settled yet has a date that never comes.
    """
    rows = _staged(games.filter(~games.is_postponed))
    sides = from_both_sides(rows, lambda rows, side, _: rows.mutate(_team=rows[f"{side}_team_abbr"]))
    teams_games = ibis.window(group_by=["season_year", "_team"], order_by=["game_date", "nba_game_id"])
    sides = sides.mutate(
        _before=sides.game_date.lag().over(teams_games),
        _after_quarter=sides._is_quarter.ifelse(1, 0).lag().over(teams_games),
    )
    entered = sides.group_by("season_year", "_bout").agg(
        _entered=sides._before.max(where=sides.game_date == sides._bout_starts),
        _after_quarter=sides._after_quarter.max(),
    )
    rows = with_columns(rows, entered, ("season_year", "_bout"), "_entered", "_after_quarter")
    rows = with_columns(rows, _both_have_won(rows), ("season_year", "_bout", "_wins_of_both"), "_both_won_on")
    groups_end = ibis.cases(
        *[(rows.season_year == year, ibis.literal(day)) for year, day in GROUPS_END.items()],
        else_=rows._cup_starts - ibis.interval(days=1),
    )
    # Written out, because the engines disagree on the greater of a value and NULL.
    seeded = (rows._regular_end > rows._entered).ifelse(rows._regular_end, rows._entered)
    seeded = ibis.coalesce(seeded, rows._regular_end, rows._entered)
    settled_on = ibis.cases(
        (rows._is_cup_week & (rows._after_quarter == 1), rows._entered),
        (rows._is_cup_week, groups_end),
        (rows.season_type == "cup_final", rows._entered),
        (rows._wins_of_both > 0, rows._both_won_on.coalesce(NEVER)),
        (rows.season_type != "regular", seeded),
        else_=ibis.null("date"),
    )
    return rows.select("nba_game_id", "season_year", settled_on=settled_on.cast("date"))


def _staged(games: ir.Table) -> ir.Table:
    """Games with what they are a stage of: `_bout` is the series, or the game itself, and `_bout_starts` its date."""
    regular, playoffs = games.season_type == "regular", games.season_type == "playoffs"
    rows = games.select(
        "nba_game_id",
        "season_year",
        "season_type",
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        _winner=(games.is_final & (games.home_points != games.away_points)).ifelse(
            (games.home_points > games.away_points).ifelse(games.home_team_abbr, games.away_team_abbr), None
        ),
        # Of later months it is a number like any other: a simulated season counts by date.
        _is_cup_week=regular
        & (games.season_year >= FIRST_CUP)
        & (games.nba_game_id.right(5) > LAST_NUMBER_BEFORE_CUP)
        & (games.game_date.month() >= 10),
        _bout=playoffs.ifelse(games.nba_game_id.left(SERIES_ID_DIGITS), games.nba_game_id),
        _wins_of_both=playoffs.ifelse(
            games.nba_game_id.right(1).cases(*WINS_OF_BOTH.items(), else_=0),
            0,
        ),
    )
    of_season = ibis.window(group_by="season_year")
    cup = ibis.window(group_by=["season_year", "_is_cup_week"], order_by=["game_date", "nba_game_id"])
    return rows.mutate(
        _regular_end=rows.game_date.max(where=rows.season_type == "regular").over(of_season),
        _cup_starts=rows.game_date.min(where=rows._is_cup_week).over(of_season),
        _bout_starts=rows.game_date.min().over(ibis.window(group_by=["season_year", "_bout"])),
        _is_quarter=rows._is_cup_week & (ibis.row_number().over(cup) < QUARTER_FINALS),
    )


def _both_have_won(rows: ir.Table) -> ir.Table:
    """When both teams of a series had won so many games: `_bout`, `_wins_of_both`, `_both_won_on`."""
    won = rows.filter(rows._winner.notnull() & (rows.season_type == "playoffs"))
    so_far = ibis.window(group_by=["season_year", "_bout", "_winner"], order_by=["game_date", "nba_game_id"])
    won = won.mutate(_nth=ibis.row_number().over(so_far) + 1)
    both = won.group_by("season_year", "_bout", _wins_of_both=won._nth).agg(
        _both_won_on=won.game_date.max(), _teams=won.count()
    )
    return both.filter(both._teams == 2)


def counting(days: ir.Table, announced: ir.Table) -> ir.Table:
    """Each of a team's `days` with the games of its season that count: `days`' columns, and the games' as `next_...`.

    Those of before are among them. `days` have `team_abbr`, `season_year`, `game_date` and `tip_at`; `announced` are
    the sides of games with `settled_on` and the time for which they stood in the schedule.
    """
    games = announced.rename("next_{name}")
    to_come = games.next_game_date >= days.game_date  # whether it was off, everybody saw on its date
    moment = days.tip_at.coalesce(days.game_date.cast(days.tip_at.type()))
    return days.inner_join(
        games,
        [
            days.team_abbr == games.next_team_abbr,
            days.season_year == games.next_season_year,
            games.next_settled_on.isnull() | (games.next_settled_on < days.game_date),
            games.next_known_from.isnull() | (games.next_known_from <= moment),
            games.next_known_until.isnull() | (to_come & (games.next_known_until > moment)),
        ],
    )
