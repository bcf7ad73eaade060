"""What the mutation trial changes, what it leaves alone, and which tests it runs first."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from nba_assets_tests.mutants import ROOT, changes_of, own_tests

SOURCE = '''
LEAST = 5
COLUMN = Column("games", "INT64", "five and more", required=True)


def told(rows: Table | None, *, most: int | None = None) -> Table | None:
    """Ä 5 that is a word."""
    late = rows.filter((rows.games >= LEAST) & rows.played).left_join(rows, "game")
    return late.points.sum() / 2, f"{LEAST} games" + "or more", True
'''


def test_operators_constants_and_aggregates_become_their_neighbours_and_columns_and_types_stay() -> None:
    made = list(changes_of("made_up.py", SOURCE))
    assert sorted((change.line, f"{change.old.strip()} -> {change.text.strip()}") for change in made) == [
        (2, "5 -> 6"),
        (8, ") & -> ) |"),
        (8, ">= -> >"),
        (8, "left_join -> inner_join"),
        (9, "/ -> *"),
        (9, "2 -> 3"),
        (9, "True -> False"),
        (9, "sum -> mean"),
    ]
    for change in made:
        text = SOURCE.encode()
        ast.parse(text[: change.start] + change.text.encode() + text[change.end :])


def test_a_modules_own_tests_come_first_or_those_of_its_users_and_then_the_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    first, *checks = [Path(path).name for path in own_tests("nba_assets/tables/conformed/court_time.py")]
    assert first == "test_court_time.py"
    assert {*checks} == {"test_checks.py"}
    first, *_ = [Path(path).name for path in own_tests("nba_assets/basketball/load.py")]
    assert first == "test_upcoming_player_game_context.py"
