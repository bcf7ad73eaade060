"""Which finished games the summaries lack, for whom they are missing, and from which day on."""

from __future__ import annotations

from functools import cache
from typing import Any

import ibis

from nba_assets.basketball import games_missing
from nba_assets.tables.analytics.player_game_summary import player_game_summary
from nba_assets.tables.conformed.views.schedule import team_schedule
from nba_assets_tests.given import TODAY, ago, played, result
from nba_assets_tests.rows import Query, Row, told

DAYS = ibis.schema({"player_lookup": "string", "team_abbr": "string", "season_year": "int64", "game_date": "date"})
SEEN = ibis.schema({"game_id": "string", "team_abbr": "string"})


def day(days: int, team: str = "NYK", player: str = "brunson") -> Row:
    return {"player_lookup": player, "team_abbr": team, "season_year": 2024, "game_date": ago(days)["game_date"]}


def seen(days: int, team: str) -> Row:
    return {"game_id": ago(days)["game_id"], "team_abbr": team}


def test_a_game_is_missing_when_one_of_the_summaries_has_no_row_of_the_team() -> None:
    """Not one to come, the Cup's final, today's or last season's, nor for the other side; for the league it is one."""
    query = Query(
        lambda rows, results, offense, defense: games_missing.with_games_missing_of_league(
            games_missing.with_games_missing_of_team(rows, results, offense, defense), results, offense, defense
        ),
        {"rows": DAYS, "results": team_schedule, "offense": SEEN, "defense": SEEN},
    )
    results = [result(days) for days in (1, 2, 3)] + [result(days, "PHI") for days in (1, 2)]
    results += [result(4, is_final=False), result(5, season_type="cup_final"), result(0), result(400)]
    offense = [seen(2, "NYK"), seen(1, "PHI"), seen(3, "NYK")]
    found = query(
        rows=[day(n, team) for team, n in (("NYK", 0), ("NYK", 1), ("NYK", 3), ("PHI", 0), ("BOS", 0))],
        results=results,
        offense=offense,
        defense=offense[:2],
    )
    assert told(found, "team_abbr", "game_date", "games_missing", "league_games_missing") == [
        ("BOS", TODAY, 0, 3),
        ("NYK", ago(3)["game_date"], 0, 0),
        ("NYK", ago(1)["game_date"], 1, 2),
        ("NYK", TODAY, 2, 3),
        ("PHI", TODAY, 1, 3),
    ]


@cache
def _of_player() -> Query:
    inputs: dict[str, Any] = {"rows": DAYS, "results": team_schedule, "players": player_game_summary}
    return Query(games_missing.with_games_missing_of_player, inputs)


def missing(*players: Row, results: list[Row], days: tuple[int, ...] = (0,)) -> list[int]:
    """For brunson on those days, oldest first."""
    found = _of_player()(rows=[day(n) for n in days], results=results, players=players)
    return [row["games_missing"] for row in sorted(found, key=lambda row: row["game_date"])]


def test_a_game_that_a_teammate_has_a_row_of_is_one_he_sat_out() -> None:
    games = [result(days) for days in (2, 4, 6, 8)]
    his = [played(8), played(4)]
    assert missing(*his, results=games) == [2]
    assert missing(*his, played(6, player="hart"), results=games) == [1]
    assert missing(*his, played(6, player="maxey", team_abbr="PHI"), results=games) == [2]


def test_a_game_is_missing_from_the_day_after_it_on() -> None:
    games, his = [result(days) for days in (6, 8)], [played(8), played(4)]
    assert missing(*his, results=games, days=(7, 6, 5, 3)) == [0, 0, 1, 1]


def test_what_is_missing_before_his_first_game_counts_from_that_on() -> None:
    """Whose games they were is not known before."""
    games = [result(10), result(9), result(8)]
    assert missing(played(8), played(4), results=games, days=(9, 8, 7, 0)) == [0, 0, 2, 2]


def test_a_game_is_missing_of_the_team_that_he_last_played_for() -> None:
    """He came from Philadelphia after the 7th day before."""
    his = [played(9, team_abbr="PHI"), played(7, team_abbr="PHI"), played(3), played(1, season_year=2023)]
    assert missing(*his, results=[result(8, "PHI"), result(8)]) == [1]
    assert missing(*his, results=[result(2, "PHI"), result(2)]) == [1]
    assert missing(*his, results=[result(8), result(2, "PHI")]) == [0]
    assert missing(results=[result(8)]) == [0]
