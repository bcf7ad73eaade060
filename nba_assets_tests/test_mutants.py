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


def test_a_modules_own_tests_come_first_or_those_of_its_users_and_then_its_groups_checks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    def own(module: str) -> list[str]:
        return [Path(path).name for path in own_tests(f"nba_assets/{module}.py")]

    by_import = ["test_possessions.py", "test_possessions_stopped.py", "test_court.py"]
    assert own("tables/conformed/court_time") == ["test_court_time.py", *by_import, "test_checks.py"]
    assert own("basketball/market") == ["test_market.py"]
    *_, through_rows = own("basketball/load")
    assert own("basketball/load")[0] == "test_upcoming_player_game_context.py"
    assert through_rows == "test_upcoming_player_windows.py"
    assert {*own("basketball/__init__")} == {"test_checks.py"}, "all of them, of what nothing is known"
