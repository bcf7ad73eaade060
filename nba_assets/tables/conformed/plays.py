"""Plays in order, from the best play-by-play that has the game, with the shots among them.

A row is a play that scores, ends or prolongs a possession, in order of `sequence` within its game: from the feed that
tells the whole of it, BigDataBall's before NBA.com's own, which is read by its native fields; where neither does,
each period from one that has it. Whom nobody knows by his spelling has a NULL name; his play still counts for his team.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.identity import resolve, stamp_by_nba_id, stamp_by_pair, team, without_number
from nba_assets.basketball.joins import with_columns
from nba_assets.basketball.placement import finished, placement_checks
from nba_assets.basketball.play_feeds import NUMBERS, best_feed, seconds_left
from nba_assets.basketball.possessions import PLAYS, keeps_the_ball, with_endings
from nba_assets.basketball.zones import AREAS
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door, kept_out
from nba_assets.contracts.read import same_day
from nba_assets.contracts.table import Check, conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.conformed.views.strays import stray_plays
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play

STOPS = {
    "foul": "foul",
    "substitution": "substitution",
    "timeout": "timeout",
    "violation": "violation",
    "jumpball": "jump ball",
}
"""Events that are no plays, by NBA.com's word: what they stop tells where a possession ends."""

HEAVE = "heave"
"""A throw from afar as a quarter ends: since 2025-26 a miss is an attempt of the team and of no player."""

SHOTS = ("2pt", "3pt", HEAVE)
"""Attempts, by NBA.com's word."""

_PASSED_OVER = {
    "bigdataball": ("end of period", "ejection", "instant replay"),
    "nbac": ("period", "game", "block", "steal", "ejection", "instantreplay", "stoppage", "memo"),
}
"""Events of which nothing is counted: told with another event, or no part of the game."""


def _other_than_the_score(rows: ir.Table, games: ir.Table) -> ir.Table:
    """Teams whose points by the plays are not their final score."""
    final = games.filter(games.is_final)
    scores = final.select("game_id", "game_date", team_abbr="home_team_abbr", _score="home_points").union(
        final.select("game_id", "game_date", team_abbr="away_team_abbr", _score="away_points")
    )
    summed = rows.group_by(_game="game_id", _team="team_abbr").agg(_points=rows.points.sum())
    joined = scores.join(summed, [("game_id", "_game"), ("team_abbr", "_team")])
    return joined.filter(joined._score != joined._points)


def _in_parts(rows: ir.Table) -> ir.Table:
    """Games of which nothing is summed."""
    return rows.filter(~rows.is_whole).select("game_id", "game_date").distinct()


def _against_their_numbers(rows: ir.Table) -> ir.Table:
    """Games in whose order the feed's numbers fall more often than they rise: their clock counts up unsaid."""
    number = rows.sequence % NUMBERS
    before = number.lag().over(ibis.window(group_by=["game_id", "period"], order_by="sequence"))
    steps = rows.mutate(_rise=ibis.cases((number > before, 1), (number < before, -1)))
    games = steps.group_by("game_id", "game_date").agg(_rise=steps._rise.sum())
    return games.filter(games._rise < 0)


def _of_unknown_kind(rows: ir.Table, bigdataball: ir.Table, nbac: ir.Table) -> ir.Table:
    """Events under a word that neither counts nor is known to count for nothing."""
    known = {
        "bigdataball": [*PLAYS, HEAVE, *STOPS.values(), *_PASSED_OVER["bigdataball"]],
        "nbac": [*_KINDS, *STOPS, *_PASSED_OVER["nbac"]],
    }
    words = {"bigdataball": (bigdataball, "event_type"), "nbac": (nbac, "action_type")}
    found = [
        events.filter(~events[word].fill_null("").isin(known[feed])).select(
            "game_date", "game_id", word=events[word], source=ibis.literal(feed)
        )
        for feed, (events, word) in words.items()
    ]
    return found[0].union(found[1])


def _passed_over(rows: ir.Table, bigdataball: ir.Table, games: ir.Table) -> ir.Table:
    """Periods taken from another feed in games of which BigDataBall has any."""
    its = stamp_by_pair(bigdataball.select("game_date", "home_team_abbr", "away_team_abbr").distinct(), games)
    others = rows.filter(rows.source != "bigdataball").select("game_id", "game_date", "period", "source").distinct()
    return others.semi_join(its, "game_id")


@conformed(
    step="play_by_play",
    days_at_once=54,
    key=("game_id", "sequence"),
    cluster_by=("game_date", "game_id", "kind"),
    reads={
        "bigdataball": same_day(bigdataball_play_by_play),
        "nbac": same_day(nbac_play_by_play),
        "games": same_day(schedule),
        "names": same_day(player_names),
        "strays": same_day(stray_plays),
        "quarantine": same_day(QUARANTINE),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column(
            "sequence",
            "INT64",
            "place in the game's order: PSSSNNNN, period, seconds played, number",
            required=True,
        ),
        Column("period", "INT64", "1 to 4; 5 and more are overtimes", "count"),
        Column("clock", "INT64", "left in the period", "seconds"),
        Column("kind", "STRING", "shot, free throw, rebound, turnover or start of period", required=True),
        Column("team_abbr", "STRING", "the team whose play it is"),
        Column("defending_team_abbr", "STRING", "the other team, the blocker's: the feeds name none for him"),
        Column("player_lookup", "STRING", "canonical player; NULL for a team's play or an unknown spelling"),
        Column("spelling", "STRING", "his name as the source writes it; NULL for a team's play"),
        Column("made", "BOOL", "shot or free throw that went in"),
        Column("points", "INT64", "made by the play, 0 to 3", "points"),
        Column("is_three", "BOOL", "three-point attempt"),
        Column("distance", "FLOAT64", "of a shot from the rim", "feet"),
        Column("zone", "STRING", "of a shot: paint (two-pointers to 8 ft), mid_range, three or unknown"),
        Column(
            "area", "STRING", f"of a shot, as the league divides the court: {', '.join(AREAS)}; NULL where unplaced"
        ),
        Column("is_assisted", "BOOL", "a shot that a pass led to"),
        Column("is_and_one", "BOOL", "made shot followed by the shooter's 1-of-1 free throw at the same clock"),
        Column("blocked_by", "STRING", "canonical player who blocked the shot"),
        Column("is_offensive", "BOOL", "rebound by the team that shot"),
        Column("ends_trip", "BOOL", "last free throw of a trip"),
        Column("ends_possession_of", "STRING", "the team that has the ball no more after it; NULL while it goes on"),
        Column(
            "lost_at",
            "INT64",
            "left when the other team, which had the ball, lost it before this play with none of its own, and of a "
            "start of period that comes after a foul; else NULL",
            "seconds",
        ),
        Column("at_horn", "BOOL", "the clock stood at 0.0; NULL at 0 where no feed has tenths of the play, else FALSE"),
        Column(
            "is_whole",
            "BOOL",
            "the game's plays are of every period and add up to the final score; nothing is summed where they do not",
        ),
        Column("source", "STRING", "bigdataball or nbac", required=True),
    ),
    checks=(
        *placement_checks("plays"),
        kept_out(
            "first_feed_is_whole",
            "of a game that BigDataBall does not tell whole",
            _passed_over,
            "BigDataBall has every period of its games, and all points",
        ),
        kept_out(
            "events_are_of_known_kinds",
            "of a kind that nobody knows",
            _of_unknown_kind,
            "every event is of a kind that is counted, or is known to count for nothing",
        ),
        Check("games_are_whole", "plays are of every period and reach the final score", _in_parts, "warn"),
        Check("points_reach_the_score", "a team's plays add up to its score", _other_than_the_score, "warn"),
        holds("clocks_are_known", lambda t: t.clock.notnull(), "clock and time since the tip agree", "warn"),
        Check("clocks_run_down", "plays stand in the order of their feed's numbers", _against_their_numbers, "warn"),
        *at_the_door(bigdataball_play_by_play, nbac_play_by_play),
    ),
)
def plays(bigdataball: ir.Table, nbac: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    games = finished(games)
    live = stamp_by_nba_id(_nbac(nbac), games).drop("nba_game_id")
    rows = best_feed(games, bigdataball=stamp_by_pair(_bigdataball(bigdataball), games), nbac=live)
    rows = _with_horns(rows, live)
    at_home = rows.team_abbr == rows.home_team_abbr
    rows = rows.mutate(other_team_abbr=at_home.ifelse(rows.away_team_abbr, rows.home_team_abbr))
    rows = _with_and_ones(with_endings(rows))
    rows = resolve(resolve(rows, names, "blocker", "blocked_by"), names, "spelling")
    is_shot = rows.kind == "shot"
    return rows.mutate(
        spelling=rows.player_lookup_raw,
        zone=is_shot.ifelse(metrics.shot_zone(rows.is_three, rows.distance), ibis.null("string")),
        is_assisted=rows.assister.notnull(),
        defending_team_abbr=rows.other_team_abbr,
    )


def _with_horns(rows: ir.Table, live: ir.Table) -> ir.Table:
    """The horn of plays at 0 from the feed that has tenths, where another one tells the game: by the kind of play and
    its team, and where the feed has several of them if they agree."""
    last = live.filter((live.clock == 0) & live.at_horn.notnull())
    key = ("game_id", "period", "kind", "team_abbr")
    horns = last.group_by(*key).agg(_all=last.at_horn.min(), _any=last.at_horn.max())
    rows = with_columns(rows, horns.filter(horns._all == horns._any), key, _horn="_all")
    horn = (rows.clock == 0).ifelse(rows._horn, ibis.null("boolean"))
    return rows.mutate(at_horn=rows.at_horn.coalesce(horn)).drop("_horn")


def _with_and_ones(rows: ir.Table) -> ir.Table:
    """Marks a made shot followed by the same player's 1-of-1 free throw at the same clock."""
    key = ("game_id", "period", "clock", "spelling")
    bonus = rows.filter(rows.single & ~rows.keeps_ball).group_by(*key).agg(_bonus_at=lambda t: t.sequence.max())
    rows = with_columns(rows, bonus, key, "_bonus_at")
    and_one = (rows.kind == "shot") & rows.made & (rows._bonus_at > rows.sequence)
    return rows.mutate(is_and_one=and_one.fill_null(False)).drop("_bonus_at")


def _bigdataball(events: ir.Table) -> ir.Table:
    rows = events.filter(events.event_type.isin([*PLAYS, HEAVE, *STOPS.values()]))
    rows = rows.mutate(clock=seconds_left(rows.period, rows.game_clock_seconds, rows.elapsed_seconds))
    is_heave = rows.event_type == HEAVE
    is_shot = (rows.event_type == "shot") | is_heave
    is_three = is_shot & ((rows.shot_type == "3PT") | is_heave)
    scored = rows.points_scored > 0
    trip = rows.event_subtype
    throw = (rows.event_type == "free throw").ifelse(trip.right(3), ibis.null("string"))
    technical = trip.contains("technical").fill_null(False)
    return rows.select(
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        "period",
        number=rows.event_sequence,
        printed=rows.game_clock_seconds,
        clock=rows.clock,
        kind=is_heave.ifelse("shot", rows.event_type),
        team_abbr=team(rows.player_1_team_abbr),
        spelling=_whose(without_number(rows.player_1_lookup), is_heave, scored),
        made=ibis.cases((is_heave, scored.fill_null(False)), (rows.event_type == "shot", rows.shot_made), else_=scored),
        points=rows.points_scored.fill_null(0),
        is_three=is_three,
        distance=rows.shot_distance,
        area=metrics.shot_area(is_three, rows.original_x, rows.original_y),
        is_offensive=trip == "rebound offensive",
        ends_trip=trip.isin(["free throw 1/1", "free throw 2/2", "free throw 3/3"]),
        single=(throw == "1/1").fill_null(False) & ~technical,
        last_of_trip=throw.isin(["1/1", "2/2", "3/3"]).fill_null(False) & ~technical,
        technical=technical,
        keeps_ball=keeps_the_ball(trip),
        shooting=trip.contains("shooting").fill_null(False),
        at_horn=(rows.clock > 0).ifelse(False, ibis.null("boolean")),
        assister=(rows.player_2_role == "assist").ifelse(without_number(rows.player_2_lookup), None),
        blocker=(rows.player_2_role == "block").ifelse(without_number(rows.player_2_lookup), None),
    )


def _whose(spelling: ir.StringValue, is_heave: ir.BooleanValue, scored: ir.BooleanValue) -> ir.StringValue:
    """Who acts; nobody, where a heave missed."""
    return (is_heave & ~scored.fill_null(False)).ifelse(ibis.null("string"), spelling)


_KINDS = {
    **dict.fromkeys(SHOTS, "shot"),
    "freethrow": "free throw",
    "rebound": "rebound",
    "turnover": "turnover",
}


def _nbac(events: ir.Table) -> ir.Table:
    period_start = (events.action_type == "period") & (events.sub_type == "start")
    rows = events.filter(events.action_type.isin([*_KINDS, *STOPS]) | period_start)
    rows = _with_clock(rows)
    is_shot = rows.action_type.isin(SHOTS)
    is_three = rows.action_type.isin(["3pt", HEAVE])
    scored = (rows.shot_result == "Made").fill_null(False)
    ordinary = rows.descriptor.isnull()
    throw = rows.sub_type.isin(["1 of 1", "2 of 2", "3 of 3"])
    words = rows.sub_type.fill_null("") + " " + rows.descriptor.fill_null("")
    technical = words.contains("technical")
    # The feed names the zone where it has no distance; of the zones only these two lie on one side of 8 ft.
    implied = rows.area.cases(("Restricted Area", 0.0), ("Mid-Range", 2 * metrics.PAINT_FEET))
    return rows.select(
        "nba_game_id",
        "period",
        number=rows.event_sequence,
        printed=rows.game_clock_seconds,
        clock=rows.clock,
        kind=rows.action_type.cases(*_KINDS.items(), *STOPS.items(), else_="start of period"),
        team_abbr=team(rows.player_1_team_abbr),
        spelling=_whose(rows.player_1_lookup, rows.action_type == HEAVE, scored),
        made=scored,
        points=scored.ifelse(ibis.cases((is_three, 3), (is_shot, 2), else_=1), 0).cast("int64"),
        is_three=is_three,
        distance=rows.shot_distance.coalesce(implied),
        area=_area(rows.area, is_three),
        is_offensive=rows.sub_type == "offensive",
        ends_trip=ordinary & throw,
        single=(rows.sub_type == "1 of 1").fill_null(False) & ~technical,
        last_of_trip=throw.fill_null(False) & ~technical,
        technical=technical,
        keeps_ball=keeps_the_ball(words),
        shooting=words.contains("shooting"),
        at_horn=_at_horn(rows),
        assister=is_shot.ifelse(rows.assist_player_lookup, None),
        blocker=is_shot.ifelse(rows.block_player_lookup, None),
    )


def _with_clock(rows: ir.Table) -> ir.Table:
    """Events with `clock`, what is left as the feed prints it (`_left`), and whether the game `_has_tenths`."""
    rows = rows.mutate(
        clock=seconds_left(rows.period, rows.game_clock_seconds, rows.time_elapsed_seconds),
        _left=rows.game_clock.re_extract(r"M([0-9.]+)S", 1).try_cast("float64"),
    )
    games = rows.group_by("nba_game_id").agg(_has_tenths=(rows._left != rows._left.floor()).any())
    return with_columns(rows, games, ("nba_game_id",), "_has_tenths")


def _at_horn(rows: ir.Table) -> ir.BooleanValue:
    """Whether the clock stood at 0.0; NULL at 0 where the feed knows whole seconds only, else FALSE."""
    has_tenths = rows._has_tenths & (rows.game_clock_seconds == rows.clock)  # one that counts up has those of the start
    at_zero = has_tenths.fill_null(False).ifelse(rows._left == 0, ibis.null("boolean"))
    return (rows.clock > 0).ifelse(False, at_zero)


def _area(word: ir.StringValue, is_three: ir.BooleanValue) -> ir.StringValue:
    """The feed's own area; a three that it places inside the arc or in the other half is a three all the same."""
    of_twos = word.cases(("Restricted Area", "restricted"), ("In The Paint (Non-RA)", "paint"), else_="mid_range")
    of_threes = word.contains("Corner 3").ifelse("corner_three", "above_break")
    return word.notnull().ifelse(is_three.ifelse(of_threes, of_twos), ibis.null("string"))
