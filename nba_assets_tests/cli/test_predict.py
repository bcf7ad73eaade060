"""What `nba predict` asks for and prints, without building anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from nba_assets.cli.predict import asked, print_counts, print_predictions, print_slate, season_until
from nba_assets.cli.rows import print_as_json
from nba_assets.contracts.calendar import Window, first_date
from nba_assets.contracts.errors import BadInput

DAY = date(2024, 3, 15)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    print_as_json(False)


def row(**more: Any) -> dict[str, Any]:
    return {
        "player_lookup": "[red]tatum[/]",
        "team_abbr": "BOS",
        "opponent_team_abbr": "NYK",
        "system_id": "moving_average",
        "game_date": DAY,
        "line_value": 27.5,
        "book": "draftkings",
        "predicted_points": 29.1,
        "quantile_10": 18.2,
        "quantile_90": 40.4,
        "probability_over": 0.561,
        "price": -110,
        "edge": 0.0372,
        "recommendation": "OVER",
        "recommendation_reason": "edge",
        "is_simulated": False,
    } | more


def test_a_date_or_a_range() -> None:
    assert asked("2024-03-15", None, None) == Window(DAY, DAY)
    assert asked(None, "2024-03-15", "2024-03-16").days == 2


@pytest.mark.parametrize(
    "options",
    [
        (None, None, None),
        ("2024-03-15", "2024-03-15", "2024-03-16"),
        (None, "2024-03-15", None),
        (None, "2024-03-16", "2024-03-15"),
        ("15 March", None, None),
    ],
)
def test_neither_is_refused(options: tuple[str | None, ...]) -> None:
    with pytest.raises(BadInput):
        asked(*options)


def test_the_season_so_far_is_what_goes_first_with_upstream() -> None:
    days = season_until(Window(date(2024, 3, 15), date(2024, 3, 16)))
    assert (days[0], days[-1], len(days)) == (Window.season(2023).start, date(2024, 3, 16), len(set(days)))
    assert season_until(Window(date(2021, 10, 20), date(2021, 10, 20)))[0] == first_date()


def test_the_slate_for_people_is_of_one_system_and_of_lines(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(), row(system_id="market"), row(player_lookup="brown", line_value=None, recommendation="NO_LINE")]
    print_slate(rows, None)
    said = capsys.readouterr().out
    for text in ("[red]tatum[/]", "27.5", "29.1", "18 to 40", "56.1 %", "3.7 %", "OVER: edge", "1 lines, 1 without"):
        assert text in said
    assert "market" not in said
    assert "brown" not in said


def test_json_has_every_row_that_counts(capsys: pytest.CaptureFixture[str]) -> None:
    print_as_json(True)
    print_slate([row(), row(system_id="market"), row(line_value=None)], None)
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["kind"], line["system_id"]) for line in printed] == [
        ("prediction", "moving_average"),
        ("prediction", "market"),
        ("prediction", "moving_average"),
    ]
    assert printed[0]["game_date"] == "2024-03-15"


@pytest.mark.parametrize("days", [1, 2])
def test_where_nothing_is_predicted_it_is_said(days: int, capsys: pytest.CaptureFixture[str]) -> None:
    print_predictions([], Window(DAY, date(2024, 3, 14 + days)), None)
    assert capsys.readouterr().out.startswith("no predictions of 2024-03-15")


def test_a_range_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_as_json(True)
    print_counts([row(), row(line_value=None, recommendation="NO_LINE"), row(recommendation="PASS")])
    (line,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (line["players"], line["lines"], line["bets"]) == (3, 2, 1)


@pytest.mark.parametrize(("system", "counted"), [(None, 2), ("all", 2), ("market", 1)])
def test_a_range_is_counted_of_the_system_that_is_asked_for(
    system: str | None, counted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    print_as_json(True)
    print_counts([row(), row(system_id="market")], system)
    assert len(capsys.readouterr().out.splitlines()) == counted
