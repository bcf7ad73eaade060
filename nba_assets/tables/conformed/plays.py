"""One play, from the best play-by-play that has the game; the shots among them; who was on court late.

Order: BigDataBall, then NBA.com's own feed read by its native fields (R-9).
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball import metrics
from nba_assets.basketball.joins import first_source
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.identity import player_names, resolve, stamp_by_nba_id, stamp_by_pair, team
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play

FOURTH_QUARTER = 4
CLUTCH_SECONDS = 300
CLUTCH_MARGIN = 5

_OVERTIME_SECONDS = 300


@view(bigdataball=bigdataball_play_by_play, nbac=nbac_play_by_play, games=games)
def plays(bigdataball: ir.Table, nbac: ir.Table, games: ir.Table) -> ir.Table:
    """A row is a play that scores, ends or prolongs a possession, in order of `sequence` within its game.

    `kind` is shot, free throw, rebound, turnover or start of period; `clock` counts seconds down in the period;
    `spelling`, `assister` and `blocker` are names as the source writes them. `ends_trip` marks the last free throw
    of a trip. `is_and_one` marks a made shot followed by the same player's 1-of-1 free throw at the same clock.
    """
    rows = first_source(
        ("game_id",),
        bigdataball=_in_order(stamp_by_pair(_bigdataball(bigdataball), games)),
        nbac=_in_order(stamp_by_nba_id(_nbac(nbac), games).drop("nba_game_id")),
    )
    bonus = (
        rows.filter(rows.single)
        .group_by(_game="game_id", _period="period", _clock="clock", _shooter="spelling")
        .agg(_bonus_at=lambda t: t.sequence.max())
    )
    rows = rows.left_join(
        bonus, [("game_id", "_game"), ("period", "_period"), ("clock", "_clock"), ("spelling", "_shooter")]
    )
    and_one = (rows.kind == "shot") & rows.made & (rows._bonus_at > rows.sequence)
    return rows.mutate(is_and_one=and_one.fill_null(False)).drop("_game", "_period", "_clock", "_shooter", "_bonus_at")


def _in_order(rows: ir.Table) -> ir.Table:
    return rows.select(sorted(rows.columns))


def _bigdataball(events: ir.Table) -> ir.Table:
    kinds = ("shot", "free throw", "rebound", "turnover", "start of period")
    rows = events.filter(events.event_type.isin(kinds))
    is_shot = rows.event_type == "shot"
    trip = rows.event_subtype
    return rows.select(
        "game_date",
        "home_team_abbr",
        "away_team_abbr",
        "period",
        sequence=rows.event_sequence,
        clock=rows.game_clock_seconds,
        kind=rows.event_type,
        team_abbr=team(rows.player_1_team_abbr),
        spelling=_without_number(rows.player_1_lookup),
        made=is_shot.ifelse(rows.shot_made, rows.points_scored > 0),
        points=rows.points_scored.fill_null(0),
        is_three=is_shot & (rows.shot_type == "3PT"),
        distance=rows.shot_distance,
        is_offensive=trip == "rebound offensive",
        ends_trip=trip.isin(["free throw 1/1", "free throw 2/2", "free throw 3/3"]),
        single=trip == "free throw 1/1",
        assister=(rows.player_2_role == "assist").ifelse(_without_number(rows.player_2_lookup), None),
        blocker=(rows.player_2_role == "block").ifelse(_without_number(rows.player_2_lookup), None),
    )


def _nbac(events: ir.Table) -> ir.Table:
    kinds = {
        "2pt": "shot",
        "3pt": "shot",
        "freethrow": "free throw",
        "rebound": "rebound",
        "turnover": "turnover",
    }
    period_start = (events.action_type == "period") & (events.sub_type == "start")
    rows = events.filter(events.action_type.isin(list(kinds)) | period_start)
    is_shot = rows.action_type.isin(["2pt", "3pt"])
    is_three = rows.action_type == "3pt"
    scored = (rows.shot_result == "Made").fill_null(False)
    ordinary = rows.descriptor.isnull()
    # The feed names the zone where it has no distance; of the zones only these two lie on one side of 8 ft.
    implied = rows.area.cases(("Restricted Area", 0.0), ("Mid-Range", 2 * metrics.PAINT_FEET))
    return rows.select(
        "nba_game_id",
        "period",
        sequence=rows.event_sequence,
        clock=rows.game_clock_seconds,
        kind=rows.action_type.cases(*kinds.items(), else_="start of period"),
        team_abbr=team(rows.player_1_team_abbr),
        spelling=rows.player_1_lookup,
        made=is_shot.ifelse(scored, scored),
        points=scored.ifelse(ibis.cases((is_three, 3), (is_shot, 2), else_=1), 0).cast("int64"),
        is_three=is_three,
        distance=rows.shot_distance.coalesce(implied),
        is_offensive=rows.sub_type == "offensive",
        ends_trip=ordinary & rows.sub_type.isin(["1 of 1", "2 of 2", "3 of 3"]),
        single=ordinary & (rows.sub_type == "1 of 1"),
        assister=is_shot.ifelse(rows.assist_player_lookup, None),
        blocker=is_shot.ifelse(rows.block_player_lookup, None),
    )


@view(plays=plays, games=games, names=player_names)
def shots(plays: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a field-goal attempt: shooter, zone, made, assisted, who blocked it, whether it was an and-one.

    `defending_team_abbr` is the blocker's team too: the feeds name none for him. A shooter whom nobody knows has a
    NULL `player_lookup`; his shot still counts for his team.
    """
    rows = plays.filter(plays.kind == "shot")
    rows = rows.mutate(zone=metrics.shot_zone(rows.is_three, rows.distance), is_assisted=rows.assister.notnull())
    rows = resolve(resolve(rows, names, "blocker", "blocked_by"), names, "spelling")
    sides = games.select(_game_id=games.game_id, _home=games.home_team_abbr, _away=games.away_team_abbr)
    rows = rows.join(sides, rows.game_id == sides._game_id)
    return rows.select(
        "game_id",
        "team_abbr",
        "player_lookup",
        "zone",
        "made",
        "is_assisted",
        "is_and_one",
        "blocked_by",
        "source",
        defending_team_abbr=(rows.team_abbr == rows._home).ifelse(rows._away, rows._home),
    )


@view(plays=plays)
def second_chances(plays: ir.Table) -> ir.Table:
    """A row is a team in a game with play-by-play: points made in a possession after its own offensive rebound.

    A possession ends with a made shot (an and-one with its free throw), a made last free throw, a defensive
    rebound, a turnover or the period. Rebounds credited to no player are the feed's filler between free throws.
    """
    shot_ends = (plays.kind == "shot") & plays.made & ~plays.is_and_one
    trip_ends = (plays.kind == "free throw") & plays.ends_trip & plays.made
    rebound_ends = (plays.kind == "rebound") & ~plays.is_offensive.fill_null(False)
    own_rebound = (plays.kind == "rebound") & plays.is_offensive & plays.spelling.notnull()
    ends = shot_ends | trip_ends | rebound_ends | plays.kind.isin(["turnover", "start of period"])
    rows = plays.mutate(_ends=ends.fill_null(False), _own_rebound=own_rebound.fill_null(False))
    rows = rows.filter(rows._ends | rows._own_rebound | (rows.points > 0))  # a third of the plays change nothing here
    so_far = ibis.window(group_by="game_id", order_by="sequence", preceding=(None, 1))
    rows = rows.mutate(possession=rows._ends.ifelse(1, 0).sum().over(so_far).fill_null(0))
    rebounds = rows.filter(rows._own_rebound)
    prolonged = rebounds.group_by(_game="game_id", _possession="possession", _team="team_abbr").agg(
        _since=rebounds.sequence.min()
    )
    scored = rows.filter(rows.points > 0).inner_join(
        prolonged, [("game_id", "_game"), ("possession", "_possession"), ("team_abbr", "_team")]
    )
    points = scored.filter(scored.sequence > scored._since).group_by(_in="game_id", _by="team_abbr")
    teams = plays.filter(plays.team_abbr.notnull()).select("game_id", "team_abbr").distinct()
    rows = teams.left_join(points.agg(_points=lambda t: t.points.sum()), [("game_id", "_in"), ("team_abbr", "_by")])
    return rows.select("game_id", "team_abbr", points=rows._points.fill_null(0))


def with_second_chances(rows: ir.Table, second_chances: ir.Table, team: str, into: str) -> ir.Table:
    """Team-game `rows` with the second-chance points of the team that `team` names; NULL without play-by-play."""
    found = second_chances.select(_game="game_id", _team="team_abbr", **{into: "points"})
    return rows.left_join(found, [("game_id", "_game"), (team, "_team")]).drop("_game", "_team")


@view(plays=plays, names=player_names)
def fourth_quarter_points(plays: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player who took a shot or a free throw in the fourth quarter, and the points he made in it."""
    late = plays.filter((plays.period == FOURTH_QUARTER) & plays.kind.isin(["shot", "free throw"]))
    rows = resolve(late.group_by("game_id", "spelling").agg(points=late.points.sum()), names, "spelling")
    return rows.filter(rows.player_lookup.notnull()).group_by("game_id", "player_lookup").agg(points=rows.points.sum())


@view(events=bigdataball_play_by_play, games=games, names=player_names)
def late_minutes(events: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player on court late in a game: seconds in the fourth quarter, and in the clutch.

    Clutch is the last five minutes of the fourth quarter or an overtime with the score within five. Only teams
    whose five are known at every event of those periods that takes time have rows; for the others the time is unknown.
    """
    late = stamp_by_pair(
        events.filter(events.period >= FOURTH_QUARTER).select(
            "game_date",
            "home_team_abbr",
            "away_team_abbr",
            "period",
            "event_sequence",
            "game_clock_seconds",
            margin=(events.score_home - events.score_away).abs(),
            **_fives(events),
        ),
        games,
    )
    within_period = ibis.window(group_by=["game_id", "period"], order_by="event_sequence")
    until = late.game_clock_seconds.lead().over(within_period).fill_null(0)
    late = late.mutate(
        seconds=late.game_clock_seconds - until,
        clutch_seconds=ibis.greatest(ibis.least(late.game_clock_seconds, CLUTCH_SECONDS) - until, 0),
    )
    late = late.filter(late.seconds > 0)
    stints = _by_side(
        late,
        fourth_quarter_seconds=(late.period == FOURTH_QUARTER).ifelse(late.seconds, 0),
        clutch_seconds=(late.margin <= CLUTCH_MARGIN).ifelse(late.clutch_seconds, 0),
    )
    together = stints.group_by("game_id", "team_abbr", *_FIVE).agg(
        fourth_quarter_seconds=stints.fourth_quarter_seconds.sum(), clutch_seconds=stints.clutch_seconds.sum()
    )
    unknown = together.filter(~_is_known(together)).select(_game="game_id", _team="team_abbr").distinct()
    on_court = together.anti_join(unknown, [("game_id", "_game"), ("team_abbr", "_team")]).select(
        "game_id", "team_abbr", "fourth_quarter_seconds", "clutch_seconds", spelling=_each
    )
    on_court = on_court.mutate(spelling=_without_number(on_court.spelling))
    rows = resolve(
        on_court.group_by("game_id", "team_abbr", "spelling").agg(
            fourth_quarter_seconds=on_court.fourth_quarter_seconds.sum(),
            clutch_seconds=on_court.clutch_seconds.sum(),
        ),
        names,
        "spelling",
    )
    return rows.filter(rows.player_lookup.notnull()).select(
        "game_id", "team_abbr", "player_lookup", "fourth_quarter_seconds", "clutch_seconds"
    )


@view(events=bigdataball_play_by_play, games=games, names=player_names)
def first_fives(events: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player on court at the first event of a game: one of its ten starters."""
    opening = events.filter(events.period == 1).select(
        "game_date", "home_team_abbr", "away_team_abbr", "event_sequence", **_fives(events)
    )
    opening = stamp_by_pair(opening, games)
    first = opening.group_by(_game="game_id").agg(_first=opening.event_sequence.min())
    fives = _by_side(opening.semi_join(first, [("game_id", "_game"), ("event_sequence", "_first")]))
    rows = fives.filter(_is_known(fives)).select("game_id", "team_abbr", spelling=_each)
    rows = rows.mutate(spelling=_without_number(rows.spelling))
    return resolve(rows, names, "spelling").select("game_id", "team_abbr", "player_lookup")


def _without_number(spelling: ir.StringValue) -> ir.StringValue:
    """Some BigDataBall files since October 2024 put a number in front of the name."""
    return spelling.re_replace(r"^[0-9]+", "")


def _fives(events: ir.Table) -> dict[str, ir.Value]:
    """The two teams and the ten on court, under short names."""
    return {
        "home": team(events.home_team_abbr),
        "away": team(events.away_team_abbr),
        **{f"{s}_{n}": events[f"{s}_player_{n}_lookup"] for s in ("home", "away") for n in range(1, 6)},
    }


_FIVE = tuple(f"player_{n}" for n in range(1, 6))


def _by_side(events: ir.Table, **values: ir.Value) -> ir.Table:
    """Each event once for each team: its five on court, and `values`."""
    sides = [
        events.select(
            "game_id",
            team_abbr=events[side],
            **{name: events[f"{side}_{n}"] for n, name in enumerate(_FIVE, 1)},
            **values,
        )
        for side in ("home", "away")
    ]
    return sides[0].union(sides[1])


def _is_known(fives: ir.Table) -> ir.BooleanValue:
    return ibis.and_(*[fives[name].notnull() for name in _FIVE])


def _each(fives: ir.Table) -> ir.Value:
    """A row for each of the five."""
    return ibis.array([fives[name] for name in _FIVE]).unnest()
