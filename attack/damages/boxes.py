"""Damages of box scores: minutes, statuses, sides, numbers that do not add up, games and players left out.

The file itself is in order.
"""

from __future__ import annotations

from attack.damages import (
    Damage,
    Draw,
    End,
    Row,
    Rows,
    capitals,
    each,
    game_of,
    left_out,
    plus,
    put,
    some,
    swapped_sides,
    without_a_game,
)
from nba_assets.tables.raw.box_scores import (
    bdl_player_boxscores,
    nbac_gamebook_player_stats,
    nbac_player_boxscores,
    nbac_team_boxscore,
)

GAMEBOOK, TEAM_BOX = (nbac_gamebook_player_stats,), (nbac_team_boxscore,)


def _played(row: Row) -> bool:
    return bool(row["player_status"] == "active")


def _iso(row: Row) -> Row:
    if not row["minutes"]:
        return row
    minutes, _, seconds = row["minutes"].partition(":")
    return row | {"minutes": f"PT{minutes}M{seconds or '00'}.00S"}


def _sixty(row: Row) -> Row:
    """34:00 as 33:60."""
    minutes, _, seconds = (row["minutes"] or "").partition(":")
    return row | {"minutes": f"{int(minutes) - 1}:60"} if seconds == "00" and int(minutes) else row


def _only_decimal(row: Row) -> Row:
    return row | {"minutes": None}


def _no_minutes(row: Row) -> Row:
    return row | {name: None for name in ("minutes", "minutes_decimal") if name in row}


def _other_side(chance: Draw, row: Row) -> Row:
    other = {row["home_team_abbr"]: row["away_team_abbr"], row["away_team_abbr"]: row["home_team_abbr"]}
    return row | {"team_abbr": other[row["team_abbr"]]}


def _without_a_team(chance: Draw, rows: Rows) -> Rows:
    gone, team = game_of(chance, rows), chance.choice(("home_team_abbr", "away_team_abbr"))
    return [row for row in rows if row["game_id"] != gone or row["team_abbr"] != row[team]]


def _of_no_game(chance: Draw, rows: Rows) -> Rows:
    """One game is of two teams that do not exist."""
    hit = game_of(chance, rows)
    return [
        row | {"home_team_abbr": "MTL", "game_id": "20241115_SEA_MTL"} if row["game_id"] == hit else row for row in rows
    ]


BOXES = (
    Damage("minutes as the live feed writes them", (*GAMEBOOK, nbac_player_boxscores), End.REPAIRED, rows=each(_iso)),
    Damage("minutes with sixty seconds", (*GAMEBOOK, nbac_player_boxscores), End.REPAIRED, rows=each(_sixty)),
    Damage("minutes only as a decimal", GAMEBOOK, End.REPAIRED, rows=each(_only_decimal), but=("player_boxes",)),
    Damage("no minutes", GAMEBOOK, End.FLAGGED, rows=each(_no_minutes)),
    Damage(
        "a player's minutes that are none",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(put(minutes="??", minutes_decimal=None), _played),
    ),
    Damage("statuses in capitals", GAMEBOOK, End.REPAIRED, rows=capitals("player_status")),
    Damage("a status that nobody knows", GAMEBOOK, End.FLAGGED, rows=some(put(player_status="two-way"), _played)),
    Damage(
        "home and away swapped",
        (*GAMEBOOK, nbac_player_boxscores, bdl_player_boxscores),
        End.REPAIRED,
        rows=each(swapped_sides),
    ),
    Damage(
        "a player of the other team",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(_other_side, lambda r: _played(r) and r["points"]),
        by=("team_boxes.points_sum_to_team",),
    ),
    Damage(
        "a team that is not in the game",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(put(team_abbr="SEA"), lambda r: _played(r) and r["points"]),
    ),
    Damage(
        "a point too many", GAMEBOOK, End.FLAGGED, rows=plus("points", 1, _played), by=("player_boxes.points_add_up",)
    ),
    Damage(
        "more made than tried",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(
            lambda _, r: (
                r
                | {
                    "free_throws_made": r["free_throws_attempted"] + 1,
                    "points": r["points"] + r["free_throws_attempted"] + 1 - r["free_throws_made"],
                }
            ),
            _played,
        ),
        by=("player_boxes.makes_within_attempts",),
    ),
    Damage(
        "a free throw more, in line",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(
            lambda _, r: (
                r
                | {
                    "free_throws_made": r["free_throws_made"] + 1,
                    "free_throws_attempted": r["free_throws_attempted"] + 1,
                    "points": r["points"] + 1,
                }
            ),
            _played,
        ),
        by=("team_boxes.points_sum_to_team",),
    ),
    Damage(
        "an assist too many",
        GAMEBOOK,
        End.UNDETECTABLE,
        rows=plus("assists", 1, _played),
        why="the first source that has a game counts, and the value is plausible",
    ),
    Damage(
        "a player's points unknown",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(put(points=None), lambda r: _played(r) and r["points"]),
    ),
    Damage(
        "numbers below zero",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(put(assists=-3), _played),
        by=("player_boxes.counts_from_zero",),
    ),
    Damage(
        "a player whom nobody knows",
        GAMEBOOK,
        End.FLAGGED,
        rows=some(put(player_lookup="nobodyatall", player_name="Nobody Atall"), _played),
        by=("player_boxes.players_are_known",),
    ),
    Damage(
        "a player left out",
        GAMEBOOK,
        End.FLAGGED,
        rows=left_out(lambda r: _played(r) and r["points"]),
        by=("team_boxes.points_sum_to_team",),
    ),
    Damage("a game left out of the gamebook", GAMEBOOK, End.FLAGGED, rows=without_a_game),
    Damage(
        "a team left out of the gamebook",
        GAMEBOOK,
        End.FLAGGED,
        rows=_without_a_team,
        by=("player_game_summary.players_in_every_final_game",),
    ),
    Damage(
        "a game of another day", GAMEBOOK, End.FLAGGED, rows=_of_no_game, by=("player_boxes.boxes_match_the_schedule",)
    ),
    Damage(
        "a point too many of a team", TEAM_BOX, End.FLAGGED, rows=plus("points", 1), by=("team_boxes.points_add_up",)
    ),
    Damage(
        "a team that made more than it tried",
        TEAM_BOX,
        End.FLAGGED,
        rows=some(lambda _, r: r | {"fg_attempted": r["fg_made"] - 1}),
        by=("team_boxes.makes_within_attempts",),
    ),
    Damage(
        "a team's free throw more, in line",
        TEAM_BOX,
        End.FLAGGED,
        rows=some(
            lambda _, r: (
                r | {"ft_made": r["ft_made"] + 1, "ft_attempted": r["ft_attempted"] + 1, "points": r["points"] + 1}
            )
        ),
        by=("team_boxes.points_sum_to_team",),
    ),
    Damage("a team's row left out", TEAM_BOX, End.FLAGGED, rows=left_out(), by=("team_boxes.official_totals",)),
    Damage(
        "a team's minutes of no game",
        TEAM_BOX,
        End.FLAGGED,
        rows=some(put(minutes="251:00")),
        by=("team_offense_game_summary.minutes_fit_overtimes",),
    ),
    Damage("the other order of teams", TEAM_BOX, End.REPAIRED, rows=each(lambda r: r | {"is_home": not r["is_home"]})),
)
