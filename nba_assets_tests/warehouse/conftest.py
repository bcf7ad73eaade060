"""A delivery and a lake, each still to be filled."""

from __future__ import annotations

from pathlib import Path

import pytest

from nba_assets.warehouse.lake import Lake


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return tmp_path / "delivery"


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")
