"""What the checks of the conformed tables find, and what at their edge they do not."""

from __future__ import annotations

from datetime import date

import pytest

from nba_assets.basketball.box_scores import COUNTS
from nba_assets.basketball.injury_report import STATUSES
from nba_assets.basketball.placement import ANOTHER_TEAM, NO_GAME, NOT_FINAL
from nba_assets.contracts.contract import RawTable
from nba_assets.contracts.kept_out import CONTRADICTS, IDENTICAL, OLDER, REPAIRED
from nba_assets.contracts.table import Table
from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.court_time import court_time
from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets.tables.conformed.game_lines import game_lines
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets.tables.conformed.plays import plays
from nba_assets.tables.conformed.possessions import possessions
from nba_assets.tables.conformed.prop_lines import prop_lines
from nba_assets.tables.conformed.rosters import rosters
from nba_assets.tables.conformed.team_boxes import team_boxes
from nba_assets.tables.raw.availability import espn_team_rosters, nbac_injury_report
from nba_assets.tables.raw.box_scores import (
    bdl_player_boxscores,
    nbac_gamebook_player_stats,
    nbac_player_boxscores,
    nbac_team_boxscore,
)
from nba_assets.tables.raw.market import (
    bettingpros_player_points_props,
    odds_api_game_lines,
    odds_api_player_points_props,
)
from nba_assets.tables.raw.play_by_play import bigdataball_play_by_play, nbac_play_by_play
from nba_assets.tables.raw.reference import nba_players_registry
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets_tests.given import MATCH, THE_DAY, eastern, game_row
from nba_assets_tests.rows import Row
from nba_assets_tests.tables.conformed.captures import lines
from nba_assets_tests.tables.conformed.play_by_play import NAMES, bigdataball, shot, turnover
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
FROM_ZERO = each(
    THE_GAME,
    [{}, dict.fromkeys(COUNTS, 0), dict.fromkeys(COUNTS)],
    [dict.fromkeys(COUNTS, 0) | {n: -1} for n in COUNTS],
)
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
    [{"line": line, "opening": line} for line in (22.5, 22.0, -5.5, 0.0, None)],
    [
        *({"line": line, "opening": line} for line in (22.25, 22.51, -5.25)),
        {"line": 22.25, "opening": 22.0},
        {"line": 22.5, "opening": 22.25},
    ],
)


def none_of(strays: str) -> Trial:
    return Trial(keeps=({"rows": [THE_GAME]},), breaks=((1, {"rows": [THE_GAME], strays: [STRAY]}),))


def line(team: str, points: float, market: str = "spread", book: str = "betmgm") -> Row:
    return THE_GAME | {"team_abbr": team, "market": market, "book": book, "line": points}


def captured(*outcomes: Row) -> dict[str, list[Row]]:
    return {"rows": [], "lines": list(outcomes), "games": [game_row(MATCH)]}


def moved(side: int, *outcomes: Row) -> list[Row]:
    """Both outcomes of a capture, one of which is another."""
    return [row | {"outcome_point": row["outcome_point"] + (n == side)} for n, row in enumerate(outcomes)]


def scored(home: int, away: int | None) -> list[Row]:
    """Plays of both teams, in two pieces the home team's."""
    sides = [(HOME, home - 2), (HOME, 2), *([] if away is None else [(AWAY, away)])]
    return [THE_GAME | {"team_abbr": team, "points": points} for team, points in sides]


def of_the_schedule(keeps: Row, breaks: Row, *keep: Row) -> Trial:
    """Games as the schedule has them, with their places."""
    kept = ({}, keeps, *keep)
    return Trial(
        keeps=tuple({"rows": [], "schedule": [game_row(MATCH, **changes)]} for changes in kept),
        breaks=((1, {"rows": [], "schedule": [game_row(MATCH, **changes) for changes in (keeps, breaks)]}),),
    )


def sheet(player: str | None, team: str, day: date = MATCH.day) -> Row:
    """A line of a box score, under the spelling `tatum` if nobody knows whose it is."""
    told = {"player_lookup": player, "player_lookup_raw": player or "tatum"}
    return THE_GAME | told | {"game_date": day, "team_abbr": team}


def lasting(*minutes: float | None) -> list[Row]:
    """Players of the home team who played so long."""
    return [THE_GAME | {"player_lookup": str(n), "minutes": played} for n, played in enumerate(minutes)]


def worded(bigdataball: str | None, nbac: str | None) -> dict[str, list[Row]]:
    """An event in either feed, under its word for what it is."""
    return {
        "rows": [],
        "bigdataball": [THE_DAY | {"game_id": MATCH.id, "event_type": bigdataball}],
        "nbac": [THE_DAY | {"game_id": MATCH.id, "action_type": nbac}],
    }


def numbered(*numbers: int) -> list[Row]:
    """Plays of a period in this order, under the feed's numbers."""
    return [THE_GAME | {"period": 1, "sequence": 10_000 * n + number} for n, number in enumerate(numbers)]


def five(team: str, count: int = 5) -> list[Row]:
    return [THE_DAY | {"team_abbr": team, "player_lookup": str(n)} for n in range(count)]


def placed(reason: str) -> Trial:
    """Rows that are left out for this reason, and for others."""
    strays = {why: {"game_date": MATCH.day, "why": why} for why in (NO_GAME, NOT_FINAL, ANOTHER_TEAM)}
    others = [row for why, row in strays.items() if why != reason]
    return Trial(keeps=({"rows": [], "strays": others},), breaks=((1, {"rows": [], "strays": [strays[reason]]}),))


def placements(made: Table, what: str) -> dict[tuple[Table, str], Trial]:
    names = {"match_the_schedule": NO_GAME, "are_of_finished_games": NOT_FINAL, "are_of_the_games_teams": ANOTHER_TEAM}
    return {(made, f"{what}_{name}"): placed(why) for name, why in names.items()}


def at_the_door(made: Table, *sources: RawTable) -> dict[tuple[Table, str], Trial]:
    """Rows of one of its sources that contradict one another; copies of them, and other tables', do not count."""

    def entry(table: RawTable, reason: str = CONTRADICTS) -> Row:
        return {
            "table_name": table.full_name,
            "day": MATCH.day,
            "reason": reason,
            "file": "a.csv",
            "row": "",
            "rows": 1,
        }

    kept = [entry(nba_players_registry), *(entry(sources[0], reason) for reason in (OLDER, IDENTICAL, REPAIRED))]
    broken = [entry(source) for source in sources]
    trial = Trial(
        keeps=({"rows": [], "quarantine": kept},), breaks=((len(broken), {"rows": [], "quarantine": broken}),)
    )
    return {(made, "deliveries_agree"): trial}


def stretch(period: int, *seconds: int, team: str = HOME) -> list[Row]:
    return [THE_GAME | {"team_abbr": team, "period": period, "seconds": time} for time in seconds]


def turned_round(*events: Row) -> list[Row]:
    """Events of a file that has the five of each side under the other's name."""
    sides = {"home_team_abbr": AWAY, "away_team_abbr": HOME}
    return [row | sides for row in bigdataball(*events)]


def had(home: int, away: int, whole: bool = True, period: int = 4) -> list[Row]:
    """Possessions of both teams, of two points each and a technical's in the first one's."""
    teams = [HOME] * home + [AWAY] * away
    shared = THE_GAME | {"points": 2, "is_whole": whole, "period": period}
    return [shared | {"team_abbr": team, "opponent_points": 0 if n else 2} for n, team in enumerate(teams)]


def fed(source: str, *teams: str) -> dict[str, list[Row]]:
    """Plays of the game from `source`, where the first feed has a game of these teams."""
    event = {"game_date": MATCH.day, **dict(zip(("home_team_abbr", "away_team_abbr"), teams, strict=False))}
    rows = [THE_GAME | {"source": source, "period": 1}]
    return {"rows": rows, "bigdataball": [event] if teams else [], "games": [game_row(MATCH)]}


(AWAY_POINTS, HOME_POINTS), FINAL = MATCH.score or (0, 0), [game_row(MATCH)]
PLAYERS = [THE_GAME | {"points": points} for points in (12, 8)] + [THE_GAME | {"team_abbr": AWAY, "points": 5}]
ON_COURT = THE_GAME | {"seconds": 40}

TRIALS: Trials = {
    **at_the_door(availability, nbac_injury_report),
    **at_the_door(game_lines, odds_api_game_lines),
    **at_the_door(games, nbac_schedule),
    **at_the_door(player_boxes, nbac_gamebook_player_stats, nbac_player_boxscores, bdl_player_boxscores),
    **at_the_door(plays, bigdataball_play_by_play, nbac_play_by_play),
    **at_the_door(prop_lines, odds_api_player_points_props, bettingpros_player_points_props),
    **at_the_door(rosters, espn_team_rosters),
    **at_the_door(team_boxes, nbac_team_boxscore),
    (availability, "statuses_are_known"): each(
        THE_GAME, [{"player_status": said} for said in (*STATUSES, None)], [{"player_status": "rested"}]
    ),
    (court_time, "fives_are_of_their_team"): Trial(
        keeps=(
            {"rows": [], "events": bigdataball(*map(shot, ("tatum", "brunson", "porzingis", "nobody")))},
            {"rows": [], "events": turned_round(turnover("tatum"), shot("porzingis"))},
            {"rows": [], "events": bigdataball(shot("brunson", home_player_5_lookup=None))},
        ),
        breaks=((2, {"rows": [], "events": turned_round(shot("tatum"), shot("brunson"), shot("porzingis"))}),),
    ),
    (court_time, "periods_have_their_length"): Trial(
        keeps=({"rows": [*stretch(1, 700, 20), *stretch(2, 720), *stretch(1, 720, team=AWAY), *stretch(5, 200, 100)]},),
        breaks=((1, {"rows": stretch(4, 700, 21)}), (1, {"rows": stretch(5, 301)})),
    ),
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
    (game_lines, "sides_agree"): Trial(
        keeps=(
            captured(*lines("fanduel", 12, boston=-5.5, total=221.5)),
            captured(*lines("fanduel", 12, boston=-5.5)[:1], *lines("betmgm", 12, boston=-6.5)[1:]),
            captured(*moved(1, *lines("fanduel", 20, boston=-5.5))),
        ),
        breaks=(
            (1, captured(*moved(1, *lines("fanduel", 12, boston=-5.5)), *lines("betmgm", 12, boston=-6.5))),
            (1, captured(*moved(0, *lines("fanduel", 12, total=221.5)))),
        ),
    ),
    (games, "final_games_have_a_winner"): each(
        game_row(MATCH),
        [{}, {"is_final": False, "home_points": None}, {"is_final": False, "home_points": AWAY_POINTS}],
        [{"home_points": AWAY_POINTS}, {"home_points": None}, {"away_points": None}],
    ),
    (games, "places_are_known"): of_the_schedule({"is_placed": True}, {"is_placed": False}),
    (games, "neutral_sites_agree"): of_the_schedule(
        {"is_listed_neutral": False}, {"is_listed_neutral": True}, {"is_listed_neutral": True, "is_neutral": True}
    ),
    (games, "two_teams"): each(game_row(MATCH), [{}], [{"home_team_abbr": AWAY}]),
    (player_boxes, "counts_from_zero"): FROM_ZERO,
    (player_boxes, "makes_within_attempts"): WITHIN_ATTEMPTS,
    (player_boxes, "points_add_up"): ADD_UP,
    **placements(player_boxes, "boxes"),
    (player_boxes, "statuses_are_known"): Trial(
        keeps=(
            {
                "rows": [],
                "gamebook": [
                    {"game_date": MATCH.day, "player_status": said} for said in ("active", "DNP", " Inactive", None)
                ],
            },
        ),
        breaks=((1, {"rows": [], "gamebook": [{"game_date": MATCH.day, "player_status": "rested"}]}),),
    ),
    (player_boxes, "who_played_has_minutes"): each(
        THE_GAME,
        [
            dict.fromkeys(COUNTS, 1) | {"minutes": 0.5},
            dict.fromkeys(COUNTS, 0),
            dict.fromkeys(COUNTS),
        ],
        [{name: 1} for name in COUNTS],
    ),
    (player_boxes, "players_are_known"): KNOWN,
    (player_boxes, "names_are_of_one_man"): Trial(
        keeps=(
            {"rows": [sheet("tatum", HOME), sheet("tatum", AWAY, date(2024, 11, 9)), sheet("hart", AWAY)]},
            {"rows": [sheet("tatum", HOME)], "names": [NAMES[0] | {"bearers": 1}]},
        ),
        breaks=(
            (2, {"rows": [sheet("tatum", HOME), sheet("tatum", AWAY), sheet("hart", AWAY)]}),
            (2, {"rows": [sheet(None, HOME), sheet(None, AWAY)]}),
            (1, {"rows": [sheet("tatum", HOME), sheet("hart", AWAY)], "names": [NAMES[0] | {"bearers": 2}]}),
        ),
    ),
    **placements(plays, "plays"),
    (plays, "first_feed_is_whole"): Trial(
        keeps=(fed("bigdataball", HOME, AWAY), fed("nbac"), fed("nbac", "LAL", "DEN")),
        breaks=((1, fed("nbac", HOME, AWAY)), (1, fed("nbac", AWAY, HOME))),
    ),
    (plays, "events_are_of_known_kinds"): Trial(
        keeps=(worded("shot", "2pt"), worded("heave", "heave"), worded("end of period", "steal")),
        breaks=((1, worded("shot", "slam")), (1, worded("slam", "2pt")), (2, worded(None, None))),
    ),
    (plays, "games_are_whole"): Trial(
        keeps=({"rows": [THE_GAME | {"is_whole": True}]},),
        breaks=((1, {"rows": [THE_GAME | {"is_whole": False}, THE_GAME | {"is_whole": False}]}),),
    ),
    (plays, "clocks_are_known"): each(THE_GAME, [{"clock": 0}], [{"clock": None}]),
    (plays, "clocks_run_down"): Trial(
        keeps=({"rows": numbered(1, 2, 9, 3)}, {"rows": numbered(2, 1, 2)}, {"rows": numbered(1)}),
        breaks=((1, {"rows": numbered(9, 8, 3, 4)}), (1, {"rows": numbered(9, 9, 8)})),
    ),
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
    (possessions, "teams_take_turns"): Trial(
        keeps=({"rows": had(4, 2)}, {"rows": had(2, 5, period=5)}, {"rows": had(9, 1, whole=False)}),
        breaks=((1, {"rows": had(4, 1)}), (1, {"rows": had(1, 5, period=5)}), (1, {"rows": had(2, 0)})),
    ),
    (possessions, "points_are_in_possessions"): Trial(
        keeps=({"rows": had(2, 2), "plays": [THE_GAME | {"points": 10, "period": 1}]},),
        breaks=((1, {"rows": had(2, 2), "plays": [THE_GAME | {"points": 9, "period": 1}]}),),
    ),
    (prop_lines, "lines_match_the_schedule"): none_of("strays"),
    (prop_lines, "players_are_known"): KNOWN,
    (prop_lines, "first_before_last"): SEEN,
    (prop_lines, "lines_are_halves"): HALVES,
    (rosters, "players_are_known"): Trial(
        keeps=({"rows": five(HOME)},),
        breaks=((1, {"rows": [], "unknown": [{"roster_date": MATCH.day, "player_lookup_raw": "stranger"}]}),),
    ),
    **placements(team_boxes, "totals"),
    (team_boxes, "counts_from_zero"): FROM_ZERO,
    (team_boxes, "makes_within_attempts"): WITHIN_ATTEMPTS,
    (team_boxes, "points_add_up"): ADD_UP,
    (team_boxes, "points_sum_to_team"): Trial(
        keeps=(
            {"rows": [THE_GAME | {"points": 20}], "players": PLAYERS},
            {"rows": [THE_GAME | {"points": 20}], "players": []},
        ),
        breaks=tuple((1, {"rows": [THE_GAME | {"points": points}], "players": PLAYERS}) for points in (19, 21)),
    ),
    (team_boxes, "minutes_sum_to_team"): Trial(
        keeps=(
            {"rows": [THE_GAME | {"team_minutes": 240.0}], "players": lasting(*[48.0] * 5)},
            {"rows": [THE_GAME | {"team_minutes": 265.0}], "players": lasting(*[53.0] * 4, 47.0)},
            {"rows": [THE_GAME | {"team_minutes": 390.0}], "players": lasting(*[48.0] * 5, None)},
            {"rows": [THE_GAME | {"team_minutes": 290.0}], "players": []},
        ),
        breaks=((1, {"rows": [THE_GAME | {"team_minutes": 290.0}], "players": lasting(*[53.0] * 5)}),),
    ),
    (team_boxes, "official_totals"): each(THE_GAME, [{"source": "nbac_team_boxscore"}], [{"source": "player_sum"}]),
}

OF_SOURCES = [(game_lines, "lines_can_be_placed"), (prop_lines, "lines_can_be_placed")]
"""Checks of raw rows, which stand with the tests of the table that takes them."""


@pytest.mark.parametrize(("made", "check"), [one for one in wanted("conformed") if one not in OF_SOURCES], ids=named)
def test_a_check_finds_what_breaks_it_and_nothing_at_its_edge(made: Table, check: str) -> None:
    assert_noticed(made, check, TRIALS)
