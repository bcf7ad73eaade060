"""Court time: which five of a team were on court, from when to when.

A row is a stretch of a period in which a team's five stay the same, in order of the game's events, with its seconds
and those of them in the clutch: the last five minutes of the fourth quarter or an overtime with the score within five.
Where the source does not name all five, they are NULL and `five_known` is FALSE. Time before and after an event with an
unknown clock, and after the last one of a period that the source breaks off, is in no stretch.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import resolve, stamp_by_pair, team, without_number
from nba_assets.basketball.placement import finished
from nba_assets.basketball.play_feeds import FIVE, period_seconds, place, seconds_left
from nba_assets.contracts.contract import Column
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play

FOURTH_QUARTER = 4
CLUTCH_SECONDS = 300
CLUTCH_MARGIN = 5

LONGEST_SILENCE = 24
"""Seconds without an event at the end of a period, a possession long. A source silent for longer has broken off."""


def _longer_than_a_period(rows: ir.Table) -> ir.Table:
    played = rows.group_by("game_id", "game_date", "team_abbr", "period").agg(seconds=rows.seconds.sum())
    return played.filter(played.seconds > period_seconds(played.period))


def _of_the_other_side(rows: ir.Table, events: ir.Table) -> ir.Table:
    """Shots of somebody who is in the five of the side that is not his team."""
    shots = events.filter(events.event_type == "shot")
    his, shooter = team(shots.player_1_team_abbr), shots.player_1_lookup

    def misplaced(side: str, other: str) -> ir.BooleanValue:
        five = [shots[f"{side}_player_{n}_lookup"] for n in range(1, 6)]
        return shooter.isin(five) & (his == team(shots[f"{other}_team_abbr"]))

    found = shots.filter((misplaced("home", "away") | misplaced("away", "home")).fill_null(False))
    return found.select("game_date", "game_id", "event_sequence", "player_1_lookup", "player_1_team_abbr")


@conformed(
    step="play_by_play",
    key=("game_id", "team_abbr", "from_sequence"),
    cluster_by=("game_date", "game_id", "team_abbr"),
    reads={
        "events": same_day(bigdataball_play_by_play),
        "games": same_day(schedule),
        "names": same_day(player_names),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "the team", required=True),
        Column("period", "INT64", "1 to 4; 5 and more are overtimes", "count"),
        Column("from_sequence", "INT64", "first event with this five, as `sequence` of the plays", required=True),
        Column("until_sequence", "INT64", "last event with it", required=True),
        Column("start_clock", "INT64", "left in the period when it starts", "seconds"),
        Column("end_clock", "INT64", "left in the period when it ends", "seconds"),
        Column("seconds", "INT64", "played by this five", "seconds", required=True),
        Column("clutch_seconds", "INT64", "of them in the clutch", "seconds", required=True),
        Column("five_known", "BOOL", "the source names all five", required=True),
        *(Column(name, "STRING", "canonical player on court; NULL if unknown, or if his spelling is") for name in FIVE),
    ),
    checks=(
        holds(
            "clutch_within_time",
            lambda t: (t.clutch_seconds <= t.seconds) & (t.clutch_seconds >= 0),
            "clutch time is part of the time played",
        ),
        Check("fives_are_of_their_team", "who shoots is in the five of his own team", _of_the_other_side, "warn"),
        Check("periods_have_their_length", "nobody plays a period for longer than it lasts", _longer_than_a_period),
    ),
)
def court_time(events: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    rows = _timed(events, finished(games))
    stretches = _stretches(rows, "home").union(_stretches(rows, "away"))
    # Names are found once a stretch: there are twenty times as many events.
    for name in FIVE:
        spelled = stretches.mutate(**{name: without_number(stretches[name])})
        stretches = resolve(spelled, names, name, f"{name}_known").drop(name).rename({name: f"{name}_known"})
    return stretches


def _timed(events: ir.Table, games: ir.Table) -> ir.Table:
    """Each event with the seconds until the next one of its period, how many of them are clutch, and of either side
    how often its five have changed before it."""
    rows = stamp_by_pair(
        events.select(
            "game_date",
            "home_team_abbr",
            "away_team_abbr",
            "period",
            number=events.event_sequence,
            printed=events.game_clock_seconds,
            clock=seconds_left(events.period, events.game_clock_seconds, events.elapsed_seconds),
            margin=(events.score_home - events.score_away).abs(),
            home=team(events.home_team_abbr),
            away=team(events.away_team_abbr),
            home_five=_together([events[f"home_player_{n}_lookup"] for n in range(1, 6)]),
            away_five=_together([events[f"away_player_{n}_lookup"] for n in range(1, 6)]),
        ),
        games,
    )
    rows = rows.mutate(sequence=place(rows)).drop("number", "printed")
    period = {"group_by": ["game_id", "period"], "order_by": "sequence"}
    beside = ibis.window(**period)
    # All that one order tells is asked at once: an order of half a million events is what costs.
    rows = rows.mutate(
        _is_last=rows.sequence.lead().over(beside).isnull(),
        _next=rows.clock.lead().over(beside),
        home_changed=(~rows.home_five.identical_to(rows.home_five.lag().over(beside))).ifelse(1, 0),
        away_changed=(~rows.away_five.identical_to(rows.away_five.lag().over(beside))).ifelse(1, 0),
    )
    horn = (rows.clock <= LONGEST_SILENCE).ifelse(0, rows.clock)
    until = rows._is_last.ifelse(horn, rows._next)
    late = ibis.greatest(ibis.least(rows.clock, CLUTCH_SECONDS) - until, 0)
    is_clutch = (rows.period >= FOURTH_QUARTER) & (rows.margin <= CLUTCH_MARGIN) & (rows.clock > until)
    so_far = ibis.window(**period, preceding=None, following=0)
    return rows.mutate(
        until=until,
        seconds=ibis.greatest(rows.clock - until, 0).fill_null(0),
        clutch_seconds=is_clutch.fill_null(False).ifelse(late, 0),
        home_nth=rows.home_changed.sum().over(so_far),
        away_nth=rows.away_changed.sum().over(so_far),
    )


def _together(names: list[ir.StringValue]) -> ir.StringValue:
    """The names as one text, NULL if any is: what joins texts by itself would pass over the unknown ones."""
    first, *others = names
    for name in others:
        first = first + "|" + name
    return first


def _stretches(events: ir.Table, side: str) -> ir.Table:
    """Events in a row with the same five of a side as one."""
    of_side = {"team_abbr": events[side], "_nth": events[f"{side}_nth"], "_five": events[f"{side}_five"]}
    rows = events.mutate(**of_side)
    found = rows.group_by("game_id", "game_date", "season_year", "team_abbr", "period", "_nth").agg(
        from_sequence=rows.sequence.min(),
        until_sequence=rows.sequence.max(),
        start_clock=rows.clock.max(),
        end_clock=rows.until.min(),
        seconds=rows.seconds.sum(),
        clutch_seconds=rows.clutch_seconds.sum(),
        five=rows._five.min(),
    )
    names = found.five.split("|")
    return found.mutate(five_known=found.five.notnull(), **{name: names[n] for n, name in enumerate(FIVE)})
