"""Damages of play-by-play: clocks, plays entered late or left out, scores, line-ups.

The file itself is in order.
"""

from __future__ import annotations

from attack.damages import Damage, Draw, End, Row, Rows, each, game_of, put, some, swapped_sides, without_a_game
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play

FIRST, SECOND = (bigdataball_play_by_play,), (nbac_play_by_play,)
QUARTER, OVERTIME = 720, 300


def _late(chance: Draw, rows: Rows) -> Rows:
    """A play of the second period comes last in the file, under a number of its own and with its true clock."""
    wanted = [row for row in rows if row["period"] == 2 and row["event_type"] == "shot"]
    hit = chance.choice(wanted)
    last = max(row["event_sequence"] for row in rows if row["game_id"] == hit["game_id"]) + 1
    late = hit | {"event_sequence": last, "event_id": f"{hit['game_id']}_{last}"}
    return [*(row for row in rows if row is not hit), late]


def _counting_up(row: Row) -> Row:
    length = QUARTER if row["period"] <= 4 else OVERTIME
    return row | {"game_clock_seconds": length - row["game_clock_seconds"]}


def _half(chance: Draw, rows: Rows) -> Rows:
    """One game ends with the second period."""
    hit = game_of(chance, rows)
    return [row for row in rows if row["game_id"] != hit or row["period"] <= 2]


def _shots_gone(chance: Draw, rows: Rows) -> Rows:
    hit = game_of(chance, rows)
    return [row for row in rows if row["game_id"] != hit or not row["shot_made"] or row["period"] != 3]


def _other_score(chance: Draw, rows: Rows) -> Rows:
    """One three-pointer of a game counts for one point more."""
    return some(lambda _, row: row | {"points_scored": row["points_scored"] + 1}, lambda r: r["points_scored"])(
        chance, rows
    )


def _technical_first(chance: Draw, rows: Rows) -> Rows:
    """A game begins with an event without a line-up, as of a technical foul before the jump."""
    hit = game_of(chance, rows)
    first = min((row for row in rows if row["game_id"] == hit), key=lambda row: row["event_sequence"])
    fives = {f"{side}_player_{n}_lookup": None for side in ("home", "away") for n in range(1, 6)}
    technical = (
        first
        | fives
        | {"event_sequence": 0, "event_id": f"{hit}_0", "event_type": "foul", "event_subtype": "technical"}
    )
    return [technical, *rows]


def _shifted(chance: Draw, rows: Rows) -> Rows:
    """All clocks of a game run a little early, within their periods."""
    hit, by = game_of(chance, rows), chance.randrange(2, 9)

    def shifted(row: Row) -> Row:
        return row | {"game_clock_seconds": max(row["game_clock_seconds"] - by, 0)} if row["game_id"] == hit else row

    return [shifted(row) for row in rows]


def _impossible_clock(chance: Draw, row: Row) -> Row:
    return row | {"game_clock_seconds": chance.choice([-5, 5000]), "elapsed_seconds": None}


PLAYS = (
    Damage("a play entered late", FIRST, End.REPAIRED, rows=_late, but=("plays", "court_time", "possessions")),
    Damage("clocks that count up", FIRST, End.REPAIRED, rows=each(_counting_up)),
    Damage(
        "clocks that count up and nothing beside them",
        FIRST,
        End.FLAGGED,
        rows=each(lambda r: _counting_up(r) | {"elapsed_seconds": None}),
        by=("plays.clocks_run_down",),
    ),
    Damage("clocks a little early", FIRST, End.FLAGGED, rows=_shifted),
    Damage("clocks that cannot be", FIRST, End.FLAGGED, rows=some(_impossible_clock, share=0.02)),
    Damage("half a game", FIRST, End.FLAGGED, rows=_half),
    Damage("a game left out of the plays", FIRST, End.FLAGGED, rows=without_a_game),
    Damage(
        "the shots of a period left out",
        FIRST,
        End.FLAGGED,
        rows=_shots_gone,
        by=("plays.points_reach_the_score", "plays.first_feed_is_whole"),
    ),
    Damage("a point too many of a play", FIRST, End.FLAGGED, rows=_other_score, by=("plays.points_reach_the_score",)),
    Damage("a first event without a line-up", FIRST, End.REPAIRED, rows=_technical_first, but=("court_time",)),
    Damage(
        "a play of somebody unknown",
        FIRST,
        End.FLAGGED,
        rows=some(put(player_1_lookup="nobodyatall"), lambda r: r["event_type"] == "shot" and r["shot_made"]),
        by=("player_game_summary.makes_are_assisted_or_not",),
    ),
    Damage("a play of no period", FIRST, End.FLAGGED, rows=some(put(period=None), lambda r: r["points_scored"])),
    Damage(
        "home and away swapped in the plays",
        FIRST,
        End.FLAGGED,
        rows=each(swapped_sides),
        by=("court_time.fives_are_of_their_team",),
    ),
    Damage("the second source's order of teams", SECOND, End.REPAIRED, rows=each(swapped_sides)),
    Damage("half a game of the second source", SECOND, End.FLAGGED, rows=_half),
)
