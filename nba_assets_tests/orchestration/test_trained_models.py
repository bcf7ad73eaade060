"""Which months are trained, and in which runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration import trained_models
from nba_assets.orchestration.trained_models import of_months, require_season
from nba_assets.tables.monthly.player_points_models import player_points_models
from nba_assets.tables.raw.schedule import nbac_schedule

BOTH_SEASONS = Window(date(2021, 10, 1), date(2023, 6, 30))


@dataclass
class Held:
    """A warehouse that holds dates of some tables."""

    held: dict[str, list[date]]
    fill: str = "fill it"

    def dates(self, contract: Contract) -> list[date]:
        return self.held.get(contract.name, [])


def held(*learnt_from: date) -> Any:
    scheduled = [date(2021, 11, 2), date(2022, 11, 2), date(2022, 11, 30), date(2023, 1, 5)]
    inputs = ("ml_feature_store_v2", "player_game_summary")
    return Held({nbac_schedule.name: scheduled, **{name: list(learnt_from) for name in inputs}})


def test_months_with_games_that_have_the_season_before_in_all_that_is_learnt_from() -> None:
    found = of_months(held(date(2021, 11, 2)), BOTH_SEASONS)
    assert found == {player_points_models: [date(2022, 11, 1), date(2023, 1, 1)]}
    assert of_months(held(date(2022, 11, 2)), BOTH_SEASONS) == {player_points_models: []}


def test_a_month_that_can_have_no_model_is_told() -> None:
    with pytest.raises(
        BadInput, match=r"^no model of 2021-11: no season behind it, of 2020-21 nothing is built of ml_f"
    ):
        require_season(held(date(2021, 11, 2)), date(2021, 11, 1))
    require_season(held(date(2021, 11, 2)), date(2022, 11, 1))


def test_a_run_is_for_months_one_after_the_other_and_none_follows_one_that_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[date]] = []

    def launch(instance: object, tables: object, months: list[date], progress: object) -> Any:
        asked.append(months)
        return SimpleNamespace(success=months[0].year < 2023)

    monkeypatch.setattr(trained_models, "launch", launch)
    months = [date(2022, 11, 1), date(2022, 12, 1), date(2023, 3, 1), date(2023, 5, 1)]
    monkeypatch.setattr(trained_models, "of_months", lambda *_: {player_points_models: months})
    runs = trained_models.train(object(), held(), BOTH_SEASONS, force=True)  # type: ignore[arg-type]
    assert asked == [months[:2], months[2:3]]
    assert [run.success for run in runs] == [True, False]
