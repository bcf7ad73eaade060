"""The play-by-play of the fixture's two games: a few events each, in each feed's own words.

Written as short tuples so that a game can be read; `fixture.py` adds the game's keys and the ten on court.
"""

from __future__ import annotations

from typing import Any

_BIGDATABALL = (
    # period, seconds left, type, subtype, player, team, second player, his role, made, kind, feet, points, home, away
    (1, 720, "start of period", None, None, None, None, None, None, None, None, None, 0, 0),
    (1, 700, "shot", "driving layup", "alanreed", "BOS", "benwhite", "assist", True, "2PT", 2.0, 2, 2, 0),
    (1, 680, "shot", "jump shot", "12345gusmoore", "NYK", "carlosvega", "block", False, "2PT", 7.0, 0, 2, 0),
    (1, 678, "rebound", "rebound offensive", "ivanpetrov", "NYK", None, None, None, None, None, 0, 2, 0),
    (1, 675, "shot", "dunk", "ivanpetrov", "NYK", None, None, True, "2PT", 0.0, 2, 2, 2),
    (1, 650, "shot", "3pt jump shot", "benwhite", "BOS", "alanreed", "assist", True, "3PT", 24.0, 3, 5, 2),
    (1, 630, "shot", "3pt jump shot", "hankdoyle", "NYK", "erichall", "block", False, "3PT", 25.0, 0, 5, 2),
    (1, 628, "rebound", "rebound defensive", "dancole", "BOS", None, None, None, None, None, 0, 5, 2),
    (1, 610, "shot", "hook shot", "carlosvega", "BOS", None, None, True, "2PT", 8.0, 2, 7, 2),
    (1, 610, "foul", "shooting", "jackstone", "NYK", None, None, None, None, None, 0, 7, 2),
    (1, 610, "free throw", "free throw 1/1", "carlosvega", "BOS", None, None, None, None, None, 1, 8, 2),
    (1, 590, "turnover", "bad pass", "gusmoore", "NYK", "dancole", "steal", None, None, None, 0, 8, 2),
    (1, 570, "shot", "pullup jump shot", "dancole", "BOS", None, None, False, "2PT", 17.0, 0, 8, 2),
    (1, 568, "rebound", "rebound defensive", "kentgray", "NYK", None, None, None, None, None, 0, 8, 2),
    (1, 550, "shot", "jump shot", "jackstone", "NYK", None, None, True, "2PT", 15.0, 2, 8, 4),
    (1, 530, "shot", "jump shot", "erichall", "BOS", None, None, False, "2PT", None, 0, 8, 4),
    (4, 720, "start of period", None, None, None, None, None, None, None, None, None, 61, 57),
    (4, 300, "free throw", "free throw 1/2", "alanreed", "BOS", None, None, None, None, None, 1, 62, 57),
    (4, 300, "free throw", "free throw 2/2", "alanreed", "BOS", None, None, None, None, None, 0, 62, 57),
    (4, 120, "shot", "3pt jump shot", "gusmoore", "NYK", None, None, True, "3PT", 26.0, 3, 62, 60),
    (4, 30, "shot", "cutting layup", "alanreed", "BOS", "erichall", "assist", True, "2PT", 1.0, 2, 69, 60),
    (4, 0, "end of period", None, None, None, None, None, None, None, None, None, 69, 60),
)

_NBAC = (
    # period, seconds left, action, sub-type, player, team, assists, blocks, result, feet, area
    (1, 720, "period", "start", None, None, None, None, None, None, None),
    (1, 705, "2pt", "layup", "gusmoore", "NYK", "hankdoyle", None, "Made", 1.0, "Restricted Area"),
    (1, 690, "3pt", "jump shot", "marcusbell", "MIA", "nateford", None, "Made", 25.0, "Above the Break 3"),
    (1, 670, "2pt", "hook", "ivanpetrov", "NYK", None, "omarruiz", "Missed", 6.0, "In The Paint (Non-RA)"),
    (1, 668, "rebound", "offensive", "ivanpetrov", "NYK", None, None, None, None, None),
    (1, 660, "2pt", "dunk", "ivanpetrov", "NYK", None, None, "Made", None, "Restricted Area"),
    (1, 660, "freethrow", "1 of 1", "ivanpetrov", "NYK", None, None, "Made", None, None),
    (1, 640, "2pt", "jump shot", "nateford", "MIA", None, None, "Missed", None, "Mid-Range"),
    (1, 638, "rebound", "defensive", "jackstone", "NYK", None, None, None, None, None),
    (1, 620, "turnover", "bad pass", "kentgray", "NYK", None, None, None, None, None),
    (4, 720, "period", "start", None, None, None, None, None, None, None),
    (4, 200, "3pt", "jump shot", "gusmoore", "NYK", None, None, "Made", 23.0, "Left Corner 3"),
    (4, 100, "freethrow", "1 of 2", "paulkane", "MIA", None, None, "Missed", None, None),
    (4, 100, "freethrow", "2 of 2", "paulkane", "MIA", None, None, "Made", None, None),
)


def _bigdataball(sequence: int, event: tuple[Any, ...]) -> dict[str, Any]:
    names = (
        "period game_clock_seconds event_type event_subtype player_1_lookup player_1_team_abbr player_2_lookup "
        "player_2_role shot_made shot_type shot_distance points_scored score_home score_away"
    )
    return dict(zip(names.split(), event, strict=True)) | {"event_sequence": sequence}


def _nbac(sequence: int, event: tuple[Any, ...]) -> dict[str, Any]:
    names = (
        "period game_clock_seconds action_type sub_type player_1_lookup player_1_team_abbr assist_player_lookup "
        "block_player_lookup shot_result shot_distance area"
    )
    row = dict(zip(names.split(), event, strict=True))
    return row | {"event_type": row["action_type"], "event_sequence": sequence}


BIGDATABALL_EVENTS = tuple(_bigdataball(n, event) for n, event in enumerate(_BIGDATABALL))
NBAC_EVENTS = tuple(_nbac(n, event) for n, event in enumerate(_NBAC))
