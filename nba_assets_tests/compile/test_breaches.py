"""Rows that break a check, as a person is shown them: who, what the rule looked at, what that should have been."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.compile.breaches import SHOULD_BE, example_rows
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.checks import rules_of
from nba_assets.contracts.table import Check, holds
from nba_assets_tests.orchestration.made_up import boxes_players as PLAYERS  # noqa: N812

DAY = Window.season(2024).start
ROWS = [
    {"game_date": DAY, "player": "fine", "team": "BOS", "points": 7, "makes": 3, "shots": 9, "share": 0.5},
    {"game_date": DAY, "player": "odd", "team": "BOS", "points": 120, "makes": 9, "shots": 3, "share": 0.1 + 0.2},
    {"game_date": DAY, "player": "nobody", "team": None, "points": 8, "makes": 4, "shots": 5, "share": 0.5},
]
TYPES = {
    "game_date": "date", "player": "string", "team": "string", "points": "int64", "makes": "int64", "shots": "int64",
    "share": "float64",
}  # fmt: skip

BESIDE = ("game_date", "makes", "shots", "share")
"""Of no table: shown as if a rule had worked them out."""


def shown(check: Check, within: bool = False) -> list[dict[str, Any]]:
    rows = ibis.memtable(ROWS, schema=TYPES)
    broken = check.broken(rows)
    if within:  # as the dates of a run are asked for, after the rule
        broken = broken.filter(broken.game_date.between(ibis.literal(DAY), ibis.literal(DAY)))
    found: list[dict[str, Any]] = ibis.duckdb.connect().to_pyarrow(example_rows(broken, PLAYERS)).to_pylist()
    return [{name: value for name, value in row.items() if name not in BESIDE} for row in found]


Rule = Callable[[ir.Table], ir.BooleanValue]


@pytest.mark.parametrize(
    ("rule", "should_be"),
    [
        (lambda t: t.points <= 100, "points <= 100"),
        (lambda t: t.points < 100, "points < 100"),
        (lambda t: t.points.between(0, 60), "points from 0 to 60"),
        (lambda t: t.points == t.makes * 2, "points = 18"),
        (lambda t: (t.points - t.makes * 2).abs() <= 90, "points within 90 of 18"),
        (lambda t: (t.makes <= t.shots) & (t.points <= 100), "makes <= 3; points <= 100"),
        (lambda t: (t.points >= 0) & (t.points <= 100), "points <= 100"),
        (lambda t: t.points == t.share * 10, "points = 3"),
    ],
)
@pytest.mark.parametrize("within", [False, True])
def test_what_should_have_been_is_read_off_the_rule(rule: Rule, should_be: str, within: bool) -> None:
    [row] = [row for row in shown(holds("rule", rule, ""), within) if row["player"] == "odd"]
    assert row["points"] == 120
    assert row[SHOULD_BE] in (should_be, f"{should_be}.0")


def test_rows_that_a_rule_finds_itself_say_it_too() -> None:
    [row] = shown(Check("rule", "", lambda rows: rows.filter(rows.points > 100)), within=True)
    assert row == {"player": "odd", "points": 120, SHOULD_BE: "points <= 100"}


def test_what_is_missing_is_named() -> None:
    unique, filled = rules_of(PLAYERS)
    assert unique.name == "key_is_unique"
    assert shown(filled) == [{"player": "nobody", "team": None, SHOULD_BE: "team is there"}]


def test_columns_that_a_rule_works_out_are_shown() -> None:
    def short(rows: ir.Table) -> ir.Table:
        counted = rows.group_by("game_date").agg(players=rows.count())
        return counted.filter(counted.players < 5)

    assert shown(Check("rule", "", short)) == [{"players": 3, SHOULD_BE: "players >= 5"}]
