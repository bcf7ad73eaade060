"""What the checks of the conformed tables find, and what at their edge they do not."""

from __future__ import annotations

import pytest

from nba_assets.contracts.table import Table
from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets_tests.given import MATCH, THE_DAY, eastern, game_row
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.trials import Trial, Trials, assert_noticed, each, named, wanted

HOME, AWAY = MATCH.home, MATCH.away
THE_GAME = {**THE_DAY, "game_id": MATCH.id, "team_abbr": HOME}
STRAY = {"game_date": MATCH.day, "home_team_abbr": "LAL", "away_team_abbr": "BOS"}

BOX = THE_GAME | {
    "points": 2 * 5 + 3 * 2 + 4,
    "fg_makes": 7,
    "fg_attempts": 7,
    "three_pt_makes": 2,
    "three_pt_attempts": 2,
    "ft_makes": 4,
    "ft_attempts": 4,
}
UNKNOWN = [{name: None} for name in BOX if name not in THE_GAME]
WITHIN_ATTEMPTS = each(
    BOX, [{}, *UNKNOWN], [{f"{shot}_attempts": BOX[f"{shot}_attempts"] - 1} for shot in ("fg", "three_pt", "ft")]
)
ADD_UP = each(
    BOX,
    [{}, *UNKNOWN, {"points": 0, "fg_makes": 0, "three_pt_makes": 0, "ft_makes": 0}],
    [{"points": 19}, {"points": 21}, {"fg_makes": 8}, {"three_pt_makes": 3}, {"ft_makes": 3}],
)
KNOWN = each(THE_DAY, [{"player_lookup": "tatum"}], [{"player_lookup": None, "player_lookup_raw": "stranger"}])
SEEN = each(
    THE_DAY | {"last_at": eastern(MATCH.day, 18)},
    [{"first_at": eastern(MATCH.day, 18)}, {"first_at": eastern(MATCH.day, 9)}],
    [{"first_at": eastern(MATCH.day, 18.1)}],
)
HALVES = each(
    THE_DAY,
    [{"line": line} for line in (22.5, 22.0, -5.5, 0.0, None)],
    [{"line": line} for line in (22.25, 22.51, -5.25)],
)


def none_of(strays: str) -> Trial:
    return Trial(keeps=({"rows": [THE_GAME]},), breaks=((1, {"rows": [THE_GAME], strays: [STRAY]}),))


def line(team: str, points: float, market: str = "spread", book: str = "betmgm") -> Row:
    return THE_GAME | {"team_abbr": team, "market": market, "book": book, "line": points}


def scored(home: int, away: int | None) -> list[Row]:
    """Plays of both teams, in two pieces the home team's."""
    sides = [(HOME, home - 2), (HOME, 2), *([] if away is None else [(AWAY, away)])]
    return [THE_GAME | {"team_abbr": team, "points": points} for team, points in sides]


def five(team: str, count: int = 5) -> list[Row]:
    return [THE_DAY | {"team_abbr": team, "player_lookup": str(n)} for n in range(count)]


(AWAY_POINTS, HOME_POINTS), FINAL = MATCH.score or (0, 0), [game_row(MATCH)]
PLAYERS = [THE_GAME | {"points": points} for points in (12, 8)] + [THE_GAME | {"team_abbr": AWAY, "points": 5}]
ON_COURT = THE_GAME | {"seconds": 40}

TRIALS: Trials = {
    (court_time, "clutch_within_time"): each(
        ON_COURT,
        [{"clutch_seconds": seconds} for seconds in (0, 40)],
        [{"clutch_seconds": seconds} for seconds in (-1, 41)],
    ),
    (expected_starters, "at_most_five"): Trial(
        keeps=({"rows": [*five(HOME), *five(AWAY)]},),
        breaks=((1, {"rows": [*five(HOME, 6), *five(AWAY)]}),),
    ),
    (game_lines, "lines_match_the_schedule"): none_of("strays"),
    (game_lines, "first_before_last"): SEEN,
    (game_lines, "lines_are_halves"): HALVES,
    (game_lines, "one_line_a_book"): Trial(
        keeps=(
            {"rows": [line(HOME, -5.5), line(AWAY, 5.5), line(HOME, -4.0, book="b"), line(AWAY, 4.0, book="b")]},
            {"rows": [line(HOME, 0.0), line(AWAY, 0.0)]},
            {"rows": [line(HOME, 221.5, "total"), line(AWAY, 221.5, "total")]},
        ),
        breaks=(
            (2, {"rows": [line(HOME, -5.5), line(AWAY, 6.5)]}),
            (1, {"rows": [line(HOME, 0.0)]}),
            (2, {"rows": [line(HOME, -5.5), line(AWAY, 5.5, book="b")]}),
            (2, {"rows": [line(HOME, 221.5, "total"), line(AWAY, 222.0, "total")]}),
            (2, {"rows": [line(HOME, 5.5), line(AWAY, 5.5)]}),
        ),
    ),
    (games, "final_games_have_a_winner"): each(
        game_row(MATCH),
        [{}, {"is_final": False, "home_points": None}, {"is_final": False, "home_points": AWAY_POINTS}],
        [{"home_points": AWAY_POINTS}, {"home_points": None}, {"away_points": None}],
    ),
    (games, "two_teams"): each(game_row(MATCH), [{}], [{"home_team_abbr": AWAY}]),
    (player_boxes, "makes_within_attempts"): WITHIN_ATTEMPTS,
    (player_boxes, "points_add_up"): ADD_UP,
    (player_boxes, "boxes_match_the_schedule"): none_of("stray_boxes"),
    (player_boxes, "players_are_known"): KNOWN,
    (plays, "points_reach_the_score"): Trial(
        keeps=(
            {"rows": scored(HOME_POINTS, AWAY_POINTS), "games": FINAL},
            {"rows": scored(HOME_POINTS, None), "games": FINAL},
            {"rows": scored(40, 38), "games": [game_row(MATCH, is_final=False)]},
        ),
        breaks=(
            (1, {"rows": scored(HOME_POINTS, AWAY_POINTS - 1), "games": FINAL}),
            (1, {"rows": scored(HOME_POINTS + 1, None), "games": FINAL}),
            (2, {"rows": scored(AWAY_POINTS, HOME_POINTS), "games": FINAL}),
        ),
    ),
    (prop_lines, "lines_match_the_schedule"): none_of("strays"),
    (prop_lines, "players_are_known"): KNOWN,
    (prop_lines, "first_before_last"): SEEN,
    (prop_lines, "lines_are_halves"): HALVES,
    (rosters, "players_are_known"): Trial(
        keeps=({"rows": five(HOME)},),
        breaks=((1, {"rows": [], "unknown": [{"roster_date": MATCH.day, "player_lookup_raw": "stranger"}]}),),
    ),
    (team_boxes, "makes_within_attempts"): WITHIN_ATTEMPTS,
    (team_boxes, "points_add_up"): ADD_UP,
    (team_boxes, "points_sum_to_team"): Trial(
        keeps=(
            {"rows": [THE_GAME | {"points": 20}], "players": PLAYERS},
            {"rows": [THE_GAME | {"points": 20}], "players": []},
        ),
        breaks=tuple((1, {"rows": [THE_GAME | {"points": points}], "players": PLAYERS}) for points in (19, 21)),
    ),
    (team_boxes, "official_totals"): each(THE_GAME, [{"source": "nbac_team_boxscore"}], [{"source": "player_sum"}]),
}


@pytest.mark.parametrize(("made", "check"), wanted("conformed"), ids=named)
def test_a_check_finds_what_breaks_it_and_nothing_at_its_edge(made: Table, check: str) -> None:
    assert_noticed(made, check, TRIALS)
