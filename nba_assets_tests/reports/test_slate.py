"""The page of a slate: what it shows is what its SELECTs answer, whatever names hold, and unknown is a dash."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.reports.page import shown, signed
from nba_assets.reports.pictures import Strip
from nba_assets.reports.slate import NotReady, slate_page
from nba_assets.reports.slate_questions import PANELS, bets_question, slate_question
from nba_assets_tests.reports.given import DAY, EVE, GAME, Cells, InMemory, cells_of, slate_rows

NOW = datetime(2024, 1, 10, 23, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def warehouse() -> InMemory:
    return InMemory(slate_rows())


@pytest.fixture(scope="module")
def page(warehouse: InMemory) -> str:
    return slate_page(warehouse, DAY, 1, [NotReady("player_daily_cache", "not built", ("<b>raw</b>",))], NOW)


def test_every_number_is_what_the_select_under_its_panel_answers(page: str, warehouse: InMemory) -> None:
    cells = Cells.of(page)
    assert same_as_its_sql(cells, warehouse.fetch) == len(cells.values) > 30


def test_names_are_shown_and_never_obeyed(page: str) -> None:
    tags = Cells.of(page).tags
    assert "script" not in tags
    assert "b" not in tags
    assert page.count("&lt;script&gt;alert(") >= 4  # form, out, arena, and the picture's words and drawing
    assert "&lt;b&gt;raw" in page


def test_the_page_needs_nothing_else(page: str) -> None:
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", page)
    assert not re.search(r"https?://|<link(?! rel=\"icon\" href=\"data:,\")|<img|@import|src=", without_names)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_each_system_says_what_it_expects_of_the_line_that_counts(page: str) -> None:
    told = {column: value for _, who, column, value in Cells.of(page).values if who == "star"}
    assert told["ensemble predicted_points"] == "27.1"
    assert told["rules predicted_points"] == "23.1"
    assert "<strong>over</strong> (edge 7.1%)" in page
    assert "draftkings, \N{MINUS SIGN}120 / +100" in page
    assert "expected 27.0, 15.5 to 38.0, line 24.5" in page
    teams = {"upcoming_team_game_context": slate_rows()["upcoming_team_game_context"]}
    assert "Nothing is forecast" in slate_page(InMemory(teams), DAY, 1, [], NOW)


def test_bets_stand_first_and_say_what_they_are_of(page: str) -> None:
    assert '<strong>over</strong> <span data-column="line_value">24.5</span>' in page
    assert re.findall(r'data-label="(Price|Probability|Edge)">(.*?)</td>', page) == [
        ("Price", "\N{MINUS SIGN}120"),
        ("Probability", "61.0%"),
        ("Edge", "7.1%"),
    ]
    assert "What <code>ensemble</code> recommends of 1 line that counts" in page
    assert "nobody ever offered them" in page
    assert page.index('id="bets"') < page.index('id="games"')


def test_a_slate_without_bets_says_so() -> None:
    rows = slate_rows()
    passing = [row | {"recommendation": "PASS", "is_simulated": False} for row in rows["player_prop_predictions"]]
    told = slate_page(InMemory(rows | {"player_prop_predictions": passing}), DAY, 1, [], NOW)
    assert "<code>ensemble</code> passes on all lines that count: 1." in told
    assert "nobody ever offered them" not in told
    assert 'id="bets"' not in slate_page(InMemory(rows | {"player_prop_predictions": []}), DAY, 1, [], NOW)


def test_what_is_unknown_is_a_dash(page: str) -> None:
    of_rookie = {column: value for _, who, column, value in Cells.of(page).values if who == "rookie"}
    assert of_rookie["minutes_forecast"] == of_rookie["points_avg_season"] == "\N{EN DASH}"


def test_what_is_not_ready_is_said(page: str) -> None:
    assert "player_daily_cache" in page
    assert "All tables of the slate are built" in slate_page(InMemory({}), DAY, 1, [], NOW)


@pytest.mark.parametrize(("scheduled", "told"), [(0, "No game is scheduled"), (3, "not built yet")])
def test_a_page_without_games_says_why(scheduled: int, told: str) -> None:
    assert told in slate_page(InMemory({}), DAY, scheduled, [], NOW)


def test_nothing_of_the_date_itself_or_after_is_among_the_last_games(warehouse: InMemory) -> None:
    rows = slate_question("points", DAY).answer(warehouse)
    assert len(rows) == 20
    assert rows[-1]["game_date"] == EVE
    assert max(row["points"] for row in rows) < 60


def test_a_question_reads_what_it_names() -> None:
    reads = slate_question("out", DAY, "x'y").reads
    assert reads["player_game_summary"] == Window(date(2023, 10, 1), EVE)
    assert reads["availability"] == Window(DAY, DAY)
    assert "c.game_id = 'x''y'" in slate_question("out", DAY, "x'y").sql


@pytest.mark.parametrize("name", PANELS)
def test_a_question_of_a_game_is_that_of_the_date(name: str, warehouse: InMemory) -> None:
    of_date, of_game = (slate_question(name, DAY, game).answer(warehouse) for game in (None, GAME))
    assert of_date == of_game != []


@pytest.mark.parametrize(
    ("value", "as_is", "with_sign"),
    [
        (None, "\N{EN DASH}", "\N{EN DASH}"),
        (0, "0", "0"),
        (1.5, "1.5", "+1.5"),
        (-2, "-2", "\N{MINUS SIGN}2"),
        (Decimal("220.0"), "220", "+220"),
        (Decimal("-0.50"), "-0.5", "\N{MINUS SIGN}0.5"),
        (Decimal("0.0"), "0", "0"),
    ],
)
def test_how_values_are_written(value: Any, as_is: str, with_sign: str) -> None:
    assert (shown(value), signed(value)) == (as_is, with_sign)


def test_a_picture_is_told_in_words() -> None:
    assert (
        Strip("A", (10, 20, 30), 19.5).told
        == "A: 3 games, median 20 points, middle half 15 to 25, line 19.5, above it in 2"
    )
    assert Strip("B", (7,), None).told == "B: 1 game, no line"


def same_as_its_sql(cells: Cells, fetch: Callable[..., Any]) -> int:
    """How many cells there are of which a SELECT on the page answers the same."""
    answered: dict[tuple[str, str, str], str] = {}
    for sql in dict.fromkeys(cells.sql):
        asked = [slate_question(name, DAY, game) for name in PANELS for game in (None, GAME)]
        of = next(question for question in (*asked, bets_question(DAY, "ensemble")) if question.sql == sql)
        for row in of.answer(InMemory(slate_rows())):
            answered |= cells_of(row)
    return sum(answered.get((game, who, column)) == value for game, who, column, value in cells.values)
