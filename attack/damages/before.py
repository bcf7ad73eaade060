"""Damages of what is known before a game: schedule, lines, injury reports.

The file itself is in order.
"""

from __future__ import annotations

from datetime import timedelta

from attack.damages import Damage, Draw, End, Row, Rows, capitals, each, plus, put, some
from nba_assets.tables.raw.availability import espn_team_rosters, nbac_injury_report
from nba_assets.tables.raw.market import (
    bettingpros_player_points_props,
    odds_api_game_lines,
    odds_api_player_points_props,
)
from nba_assets.tables.raw.schedule import nbac_schedule

SCHEDULE, PROPS = (nbac_schedule,), (odds_api_player_points_props,)
LINES, INJURIES, ROSTERS = (odds_api_game_lines,), (nbac_injury_report,), (espn_team_rosters,)


def _final(row: Row) -> bool:
    return bool(row["game_status"] == 3)


def _live(row: Row) -> Row:
    return row | {"game_status": 2, "game_status_text": "Q3 4:10"}


def _printed(chance: Draw, row: Row) -> Row:
    return row | {"game_id": f"{row['away_team_abbr']} at {row['home_team_abbr']}"}


def _without_an_edition(chance: Draw, rows: Rows) -> Rows:
    gone = chance.choice(sorted({row["report_hour"] for row in rows}))
    return [row for row in rows if row["report_hour"] != gone]


def _no_tip(row: Row) -> Row:
    return row | {"minutes_before_tipoff": None}


def _without_a_team(chance: Draw, rows: Rows) -> Rows:
    gone = chance.choice(sorted({row["team_abbr"] for row in rows}))
    return [row for row in rows if row["team_abbr"] != gone]


def _a_quarter_more(chance: Draw, rows: Rows) -> Rows:
    """A book's line on one man, whenever it was seen: of captures in between the first and the last no table tells."""

    def of(row: Row) -> tuple[str, str]:
        return row["player_lookup"], row["bookmaker"]

    hit = of(chance.choice([row for row in rows if row["points_line"] is not None]))
    return [
        row | {"points_line": row["points_line"] + 0.25} if of(row) == hit and row["points_line"] is not None else row
        for row in rows
    ]


BEFORE = (
    Damage(
        "somebody unknown on a roster",
        ROSTERS,
        End.FLAGGED,
        rows=some(put(player_lookup="nobodyatall", espn_player_id=1)),
        by=("rosters.players_are_known",),
    ),
    Damage(
        "a roster left out",
        ROSTERS,
        End.UNDETECTABLE,
        rows=_without_a_team,
        why="most dates have rosters of some teams only: the one before it counts on",
    ),
    Damage(
        "a line that ended before it began",
        (bettingpros_player_points_props,),
        End.UNDETECTABLE,
        rows=each(lambda r: r | {"opening_timestamp": r["bookmaker_last_update"] + timedelta(hours=1)}),
        why="nine of ten real openings are later than their book's last move: noted so by the vendor, of no account",
    ),
    Damage("a game that is live", SCHEDULE, End.FLAGGED, rows=some(lambda _, r: _live(r), _final)),
    Damage(
        "a final draw",
        SCHEDULE,
        End.FLAGGED,
        rows=some(lambda _, r: r | {"away_team_score": r["home_team_score"]}, _final),
        by=("games.final_games_have_a_winner",),
    ),
    Damage(
        "a final score unknown",
        SCHEDULE,
        End.FLAGGED,
        rows=some(put(home_team_score=None), _final),
        by=("games.final_games_have_a_winner",),
    ),
    Damage(
        "other words for a stage",
        SCHEDULE,
        End.REPAIRED,
        rows=each(lambda r: r | {"is_playoffs": True, "is_regular_season": False}),
    ),
    Damage(
        "a final score that nobody else has",
        SCHEDULE,
        End.FLAGGED,
        rows=some(lambda _, r: r | {"home_team_score": r["home_team_score"] + 50}, _final),
    ),
    Damage(
        "a team that plays itself",
        SCHEDULE,
        End.FLAGGED,
        rows=some(lambda _, r: r | {"game_code": f"{r['game_code'][:12]}{r['game_code'][9:12]}"}, _final),
        by=("games.two_teams",),
    ),
    Damage(
        "other teams than in the code",
        SCHEDULE,
        End.REPAIRED,
        rows=each(lambda r: r | {"away_team_tricode": r["home_team_tricode"]}),
    ),
    Damage("printed names for a game's key", PROPS, End.REPAIRED, rows=some(_printed, share=0.3)),
    Damage(
        "printed names for teams",
        LINES,
        End.FLAGGED,
        rows=each(lambda r: r | {"home_team_abbr": r["home_team"], "away_team_abbr": r["away_team"]}),
    ),
    Damage(
        "props of no game",
        PROPS,
        End.FLAGGED,
        rows=some(put(game_id="SEA at MTL", home_team_abbr="MTL", away_team_abbr="SEA"), share=0.3),
        by=("prop_lines.lines_match_the_schedule",),
    ),
    Damage("minutes before the tip unknown", PROPS, End.REPAIRED, rows=each(_no_tip)),
    Damage(
        "a quarter of a point",
        (*PROPS, bettingpros_player_points_props),
        End.FLAGGED,
        rows=_a_quarter_more,
        by=("prop_lines.lines_are_halves",),
    ),
    Damage(
        "half a point more", PROPS, End.UNDETECTABLE, rows=plus("points_line", 0.5), why="a book offers what it likes"
    ),
    Damage(
        "a line on somebody unknown",
        PROPS,
        End.FLAGGED,
        rows=some(put(player_lookup="nobodyatall", player_name="Nobody Atall")),
        by=("prop_lines.players_are_known",),
    ),
    Damage(
        "a spread of a quarter",
        LINES,
        End.FLAGGED,
        rows=plus("outcome_point", 0.25, lambda r: r["market_key"] == "spreads"),
        by=("game_lines.lines_are_halves", "game_lines.one_line_a_book", "game_lines.sides_agree"),
    ),
    Damage(
        "a spread of one side moved",
        LINES,
        End.FLAGGED,
        rows=plus("outcome_point", 1.0, lambda r: r["market_key"] == "spreads"),
        by=("game_lines.sides_agree",),
    ),
    Damage(
        "lines of no game",
        LINES,
        End.FLAGGED,
        rows=some(put(home_team_abbr="SEA"), share=0.1),
        by=("game_lines.lines_match_the_schedule",),
    ),
    Damage("books in capitals", LINES, End.REPAIRED, rows=capitals("bookmaker_key")),
    Damage(
        "lines taken after the tip",
        LINES,
        End.UNDETECTABLE,
        rows=each(lambda r: r | {"snapshot_timestamp": r["snapshot_timestamp"] + timedelta(hours=12)}),
        why="a line seen after the tip does not count, as if no book had been seen",
    ),
    Damage("injuries in capitals", INJURIES, End.REPAIRED, rows=capitals("injury_status")),
    Damage("an injury of no known kind", INJURIES, End.FLAGGED, rows=some(put(injury_status="day-to-day"))),
    Damage(
        "an edition left out",
        INJURIES,
        End.UNDETECTABLE,
        rows=_without_an_edition,
        why="the edition before it says what it said",
    ),
)
