"""What `nba grade` prints of figures: errors of all, money of those who bet, and no edge where the interval holds 0."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from nba_assets.cli.grade import ERRORS, MONEY, print_figures, print_reliability
from nba_assets.cli.rows import print_as_json
from nba_assets_tests.cli.test_json import keys_of


@pytest.fixture(autouse=True)
def as_json() -> Iterator[None]:
    print_as_json(True)
    yield
    print_as_json(False)


def figures(**more: Any) -> dict[str, Any]:
    names = {*ERRORS.values(), *MONEY.values()} - {"shows_edge"}
    return (
        dict.fromkeys(names)
        | {"system_id": "rules", "slice_by": "all", "slice": "all", "recommendations_count": 0}
        | more
    )


def printed(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    for line in lines:
        assert line.keys() - {"kind"} == keys_of()[line["kind"]]
    return lines


def test_who_recommends_nothing_has_no_profit(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures([figures(mae=4.5)])
    (line,) = printed(capsys)
    assert (line["kind"], line["mae"]) == ("errors", 4.5)


@pytest.mark.parametrize(
    ("low", "high", "edge"), [(0.01, 0.2, True), (-0.1, 0.2, False), (-0.2, -0.1, False), (None, None, False)]
)
def test_an_edge_is_shown_by_the_interval_alone(
    low: float | None, high: float | None, edge: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    print_figures([figures(recommendations_count=9, profit=3.0, profit_per_bet_low=low, profit_per_bet_high=high)])
    assert printed(capsys)[1]["shows_edge"] is edge


def test_nothing_won_on_simulated_lines_is_an_edge(capsys: pytest.CaptureFixture[str]) -> None:
    won = {"recommendations_count": 9, "profit": 3.0, "profit_per_bet_low": 0.1}
    print_figures([figures(**won, simulated_bets_count=1), figures(**won, simulated_bets_count=0)])
    assert [line["shows_edge"] for line in printed(capsys) if line["kind"] == "profit"] == [False, True]


def test_a_players_money_is_told_from_five_decided_bets_on(capsys: pytest.CaptureFixture[str]) -> None:
    few, enough = ({"recommendations_count": 6, "win_count": won, "loss_count": 1, "push_count": 2} for won in (3, 4))
    of_player = {"slice_by": "player", "slice": "tatum"}
    print_figures([figures(**few, **of_player), figures(**enough, **of_player), figures(**few)])
    told = [(line["slice"], line["win_count"]) for line in printed(capsys) if line["kind"] == "profit"]
    assert told == [("tatum", 4), ("all", 3)]


def test_reliability(capsys: pytest.CaptureFixture[str]) -> None:
    print_reliability([{"system_id": "rules", "tenth": 6, "rows_count": 9, "probability": 0.55, "share_over": 0.5}])
    assert printed(capsys)[0]["share_over"] == 0.5
