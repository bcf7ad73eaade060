"""The five that a team of the slate is expected to start, from who started before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from nba_assets.tables.conformed.expected_starters import expected_starters
from nba_assets_tests.given import MATCH, game_row, started
from nba_assets_tests.rows import Row, rows_of, told

REGULARS = ("brown", "holiday", "horford", "tatum", "white")


def ago(days: int) -> date:
    return MATCH.day - timedelta(days=days)


def five(*starters: list[Row], **game: Any) -> list[tuple]:
    history = [row for rows in starters for row in rows]
    rows = rows_of(expected_starters, games=[game_row(MATCH, **game)], starters=history)
    return told(rows, "team_abbr", "player_lookup", "starts", "last_start")


def test_who_started_last_is_expected() -> None:
    assert five(started(ago(2), "BOS", *REGULARS)) == [("BOS", player, 1, ago(2)) for player in REGULARS]


def test_who_started_most_is_expected() -> None:
    """Porzingis started the last two of seven; five others all seven."""
    history = [started(ago(days), "BOS", *REGULARS) for days in range(1, 8)]
    history += [started(ago(days), "BOS", "porzingis") for days in (1, 2)]
    assert five(*history) == [("BOS", player, 7, ago(1)) for player in REGULARS]


def test_of_equal_starts_the_more_recent_counts_and_then_the_name() -> None:
    older = started(ago(4), "BOS", "horford", "pritchard")
    recent = started(ago(2), "BOS", "brown", "holiday", "tatum", "white")
    assert [player for _, player, *_ in five(older, recent)] == ["brown", "holiday", "horford", "tatum", "white"]
    later = started(ago(3), "BOS", "pritchard")
    assert "horford" not in [player for _, player, *_ in five(older, recent, later)]


def test_who_has_played_for_another_team_since_is_not_expected() -> None:
    """From its bench, too; who came back and started again is."""
    regulars = [started(ago(days), "BOS", *REGULARS) for days in (6, 5)]
    sixth = started(ago(5), "BOS", "pritchard")
    elsewhere = [row | {"is_starter": False} for row in started(ago(3), "MIA", "tatum")]
    expected = ["brown", "holiday", "horford", "pritchard", "white"]
    assert [player for _, player, *_ in five(*regulars, sixth, elsewhere)] == expected
    assert ("BOS", "tatum", 3, ago(2)) in five(*regulars, sixth, elsewhere, started(ago(2), "BOS", "tatum"))
    tonight = [row | {"game_date": MATCH.day} for row in elsewhere]
    assert "tatum" in [player for _, player, *_ in five(*regulars, sixth, tonight)]


def test_only_the_last_ten_games_count() -> None:
    """Of the team, whether he started them or not."""
    history = [started(ago(days), "BOS", "tatum") for days in range(1, 11)]
    assert five(*history, started(ago(11), "BOS", "smart")) == [("BOS", "tatum", 10, ago(1))]


def test_who_came_from_the_bench_did_not_start() -> None:
    bench = [row | {"is_starter": False} for row in started(ago(2), "BOS", "hauser")]
    assert five(bench, started(ago(2), "BOS", "tatum")) == [("BOS", "tatum", 1, ago(2))]


def test_the_date_itself_and_last_season_are_not_history() -> None:
    assert five(started(MATCH.day, "BOS", "tatum"), started(date(2024, 4, 14), "BOS", "tatum")) == []


def test_both_teams_of_the_slate_and_no_other() -> None:
    history = [started(ago(2), team, f"{team.lower()}_one") for team in ("BOS", "NYK", "PHI")]
    assert [team for team, *_ in five(*history)] == ["BOS", "NYK"]
    assert five(*history, is_postponed=True) == []


def test_of_two_games_a_day_apart_each_has_its_own_five() -> None:
    """As a back-fill asks for them: the second knows the first."""
    games = [game_row(MATCH), game_row(replace(MATCH, nba_id="0022400110", day=MATCH.day + timedelta(days=1)))]
    history = started(ago(2), "BOS", "tatum") + started(MATCH.day, "BOS", "brown")
    rows = rows_of(expected_starters, games=games, starters=history)
    assert told(rows, "game_date", "player_lookup") == [
        (MATCH.day, "tatum"),
        (MATCH.day + timedelta(days=1), "brown"),
        (MATCH.day + timedelta(days=1), "tatum"),
    ]
