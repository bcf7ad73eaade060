"""The list of columns that wait for a source names columns that there are, ours and the raw ones behind them."""

from __future__ import annotations

import re
from pathlib import Path

from nba_assets.tables.raw import RAW_TABLES
from nba_assets.tables.registry import every_table

LIST = Path(__file__).parents[1] / "docs" / "unfilled.md"


def test_the_list_names_columns_that_there_are() -> None:
    known = {f"{table.name}.{column.name}" for table in (*every_table(), *RAW_TABLES) for column in table.columns}
    named = re.findall(r"`(\w+\.\w+)`", "\n".join(re.findall(r"^\|[^|]*\|[^|]*\|", LIST.read_text(), re.M)))
    assert set(named) <= known
    assert {"nbac_schedule.is_primetime", "espn_team_rosters.birth_date"} <= set(named)
