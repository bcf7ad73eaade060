"""NBA_REST: a step leaves the machine to others between two seasons of a range."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest

import nba_assets.orchestration.table_build
from nba_assets.orchestration.keys import asset_key
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets_tests.orchestration import made_up
from nba_assets_tests.orchestration.made_up import PLAYERS, play

OVER_TWO_SEASONS = ("2024-09-30", "2024-10-01")


@pytest.mark.parametrize(("last", "rests"), [(OVER_TWO_SEASONS[0], []), (OVER_TWO_SEASONS[1], [7])])
def test_it_rests_between_two_seasons_and_not_at_the_ends(
    last: str, rests: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in OVER_TWO_SEASONS:
        play(tmp_path / "lake", day)
    for setting, value in (("XDG_CACHE_HOME", str(tmp_path)), ("NBA_LAKE", str(tmp_path / "lake")), ("NBA_REST", "7")):
        monkeypatch.setenv(setting, value)
    rested = list[float]()
    monkeypatch.setattr(
        nba_assets.orchestration.table_build, "time", SimpleNamespace(time=time.time, sleep=rested.append)
    )
    run = dg.materialize(
        made_up.assets(),
        selection=[asset_key(PLAYERS)],
        resources={"warehouse": WarehouseResource.from_environment()},
        tags={
            "dagster/asset_partition_range_start": OVER_TWO_SEASONS[0],
            "dagster/asset_partition_range_end": last,
        },
    )
    assert run.success
    assert rested == rests
