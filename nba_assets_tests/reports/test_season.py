"""The page of a season: what counts as covered, how rows are counted, and numbers that its SQL answers."""

from __future__ import annotations

from datetime import date

from nba_assets.audit.coverage import Coverage, Day
from nba_assets.contracts.calendar import Window
from nba_assets.reports.pictures import beside_one_another, calendar, series, shares
from nba_assets.reports.season import (
    question_of_issues,
    question_of_sources,
    question_of_tiers,
    shares_by_day,
)
from nba_assets_tests.reports.given import EVIL, InMemory

FIRST, SECOND = date(2024, 1, 1), date(2024, 1, 2)
DATES = Window(FIRST, SECOND)


def test_a_date_is_as_good_as_the_share_of_tables_that_are_covered_on_it() -> None:
    whole, empty = Day(FIRST, True, owed=2, written=2), Day(FIRST, False, owed=2)
    thin = Day(SECOND, True, owed=100, written=94, failed=1)
    assert shares_by_day([Coverage("a", 0.95, [whole, thin]), Coverage("b", 0.95, [empty])]) == {FIRST: 0.5, SECOND: 1}


def test_rows_are_counted_by_tier_source_and_issue() -> None:
    made = {"game_date": FIRST, "quality_tier": "gold", "quality_issues": ["no_plays", "no_line"]}
    outside = {**made, "game_date": date(2024, 1, 3)}
    rows = {
        "player_game_summary": [made, {**made, "quality_tier": None, "quality_issues": ["no_line"]}, outside],
        "plays": [{"game_date": SECOND, "source": EVIL}],
    }
    warehouse = InMemory(rows)
    told = [tuple(row.values()) for row in question_of_tiers(DATES).answer(warehouse)]
    assert set(told) == {("player_game_summary", "gold", 1), ("player_game_summary", None, 1)}
    assert [tuple(row.values()) for row in question_of_sources(DATES).answer(warehouse)] == [("plays", EVIL, 1)]
    assert [tuple(row.values())[1:] for row in question_of_issues(DATES).answer(warehouse)] == [
        ("no_line", 2),
        ("no_plays", 1),
    ]


def test_a_legend_has_as_many_names_in_a_line_as_there_is_room_for() -> None:
    assert beside_one_another(["gold", "silver", "bronze"]) == 4
    assert beside_one_another(["gamebook", "nbac_team_boxscore"]) == 2
    assert beside_one_another(["x" * 80]) == 1
    assert beside_one_another([]) == 4


def test_pictures_are_the_same_each_time_and_obey_no_name() -> None:
    drawings = [
        [
            calendar("c", {FIRST: 1.0, SECOND: 0.5}),
            shares("s", {EVIL: {"gold": 2}, "none": {}}, {"gold": "#c29a1b"}),
            series("l", {FIRST: 1.0, SECOND: 2.0}, {SECOND}),
        ]
        for _ in range(2)
    ]
    assert drawings[0] == drawings[1]
    assert all(svg.startswith("<svg ") and "<script" not in svg for svg in drawings[0])
    assert drawings[0][0].count("\N{MULTIPLICATION SIGN}") == 1
