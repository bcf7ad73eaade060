"""The arithmetic of the accuracy table: probabilities, months, what is said of a season."""

from __future__ import annotations

from datetime import date
from io import StringIO
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from rich.console import Console

from nba_assets.basketball.calibration import USUAL, WEIGHT
from nba_assets.basketball.trained import FEATURES
from nba_assets.contracts.calendar import Window
from nba_assets.models import points_model
from nba_assets_tests import accuracy
from nba_assets_tests.accuracy import drawn, no_vig, over, predictors, print_tables, walk
from nba_assets_tests.models.made_up import games

QUANTILES = np.array([[2.0, 4.0, 6.0, 10.0, 14.0, 18.0, 20.0]])
FEW = {"trees": 3, "min_data_in_leaf": 20, "learning_rate": 0.3}


@pytest.mark.parametrize(
    ("line", "probability"), [(10.0, 0.5), (12.0, 0.375), (20.0, 0.05), (21.0, 0.025), (30.0, 0.0), (-3.0, 1.0)]
)
def test_the_over_by_quantiles(line: float, probability: float) -> None:
    assert over(QUANTILES, np.array([line])) == pytest.approx([probability])


def test_the_market_without_its_margin() -> None:
    priced = pa.table({"over_price": [-110, -150, None], "under_price": [-110, 120, 100]})
    assert no_vig(priced) == pytest.approx([0.5, 0.6 / (0.6 + 100 / 220), np.nan], nan_ok=True)


def test_what_was_said_is_drawn_to_the_market_by_the_lines_of_dates_before() -> None:
    """As in the table of predictions: of a distance of 0.2 there came nothing on the first date."""
    days = np.array(["2024-03-02"] * 2 + ["2024-03-03"], dtype="datetime64[D]")
    found = drawn(days, np.full(3, 0.7), np.full(3, 0.5), np.array([1.0, 0.0, 1.0]))
    after = WEIGHT * USUAL / (2 * 0.04 + WEIGHT)
    assert found == pytest.approx([0.5 + 0.2 * USUAL, 0.5 + 0.2 * USUAL, 0.5 + 0.2 * after])


@pytest.fixture
def season(monkeypatch: pytest.MonkeyPatch) -> pa.Table:
    monkeypatch.setattr(points_model, "MIDDLE", {name: {**of, **FEW} for name, of in points_model.MIDDLE.items()})
    monkeypatch.setattr(points_model, "SPREAD", {**points_model.SPREAD, **FEW})
    seen = games(900, date(2023, 8, 1), 120)
    line = np.round(np.asarray(seen["points"], dtype=float)) + 0.5
    priced = {"line": line, "over_price": [-110] * 900, "under_price": [-110] * 900}
    return pa.table({**{name: seen[name] for name in seen.column_names}, **priced})


def test_each_month_is_predicted_by_those_before_it(season: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt_to: list[date] = []
    learn = accuracy.learnt
    monkeypatch.setattr(
        accuracy,
        "learnt",
        lambda seen, names: (learnt_to.append(max(seen["game_date"].to_pylist())), learn(seen, names))[1],
    )
    found = list(walk(season, Window(date(2023, 10, 1), date(2023, 12, 31)), FEATURES))
    assert learnt_to == [date(2023, 9, 30), date(2023, 10, 31)]
    assert [{day.month for day in part["game_date"].to_pylist()} for part, _ in found] == [{10}, {11}]


def test_the_table_names_what_counts(season: pa.Table) -> None:
    tested, found = predictors(season, Window(date(2023, 10, 1), date(2023, 11, 30)))
    said = StringIO()
    print_tables(tested, found, Console(file=said, width=120))
    assert said.getvalue().index("the model without availability") < said.getvalue().index("the line itself")
    assert "Brier of P(over)" in said.getvalue()


def test_every_season_but_the_first_two_is_tested(
    season: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("raw", "raw_2023-24", "raw_2024-25"):
        (tmp_path / name).mkdir()
    found: list[tuple[int, Window]] = []
    monkeypatch.setattr(accuracy, "current_lake", lambda raw, root, say: raw.name)
    monkeypatch.setattr(accuracy, "games_of", lambda lake, until: season)
    monkeypatch.setattr(
        accuracy, "predictors", lambda games, window: (found.append((games.num_rows, window)), (games, []))[1]
    )
    monkeypatch.setattr(accuracy, "print_tables", lambda games, found, console: None)
    assert accuracy.main(tmp_path, tmp_path / "lakes") == 0
    assert found == [(3 * season.num_rows, Window.season(2023)), (3 * season.num_rows, Window.season(2024))]
    assert accuracy.main(tmp_path / "raw", tmp_path / "lakes") == 2
