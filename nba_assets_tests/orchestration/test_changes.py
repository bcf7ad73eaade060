"""The change feed: what each rewriting did to the rows before it, in order; what changed nothing is no news."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from nba_assets.contracts.calendar import Window
from nba_assets.orchestration import metadata
from nba_assets.orchestration.changes import rewritten
from nba_assets.orchestration.keys import asset_key
from nba_assets.tables.registry import tables
from nba_assets.warehouse.base import Written
from nba_assets.warehouse.build import Part
from nba_assets.warehouse.changes import NONE, Changes
from nba_assets_tests.shared import views_of

DAY = date(2024, 11, 1)
TABLE = next(table for table in tables() if table.name == "games")


def told(changes: Changes | None) -> dict[str, object]:
    """What a step says of the day."""
    written = Written({DAY: 3}, {DAY: "x"}, 0.0, 0.0, 0, {} if changes is None else {DAY: changes})
    ((_, found),) = metadata.of_days(Part(Window(DAY, DAY), written, None, {}, {}))
    return found


@pytest.mark.parametrize("changes", [Changes(1, 2, 3), Changes(removed=2), NONE, None])
def test_what_is_written_is_read_back(changes: Changes | None) -> None:
    event = dg.AssetMaterialization("t", metadata=told(changes))
    assert metadata.changes_in(event.metadata) == changes


def test_an_earlier_release_said_all_three_and_that_no_check_failed() -> None:
    said = {"rows_added": 0, "rows_removed": 0, "rows_changed": 4, "checks_failed": "none"}
    event = dg.AssetMaterialization("t", metadata=said)
    assert metadata.changes_in(event.metadata) == Changes(changed=4)
    assert metadata.Materialised.read(event.metadata).broken == ()


def test_a_day_off_tells_what_an_earlier_schedule_had_left() -> None:
    event = dg.AssetMaterialization("t", metadata=metadata.of_day_off(4))
    assert metadata.changes_in(event.metadata) == Changes(removed=4)


def test_rewritings_since_a_moment_oldest_first() -> None:
    start = datetime.now(UTC) - timedelta(minutes=1)
    with dg.DagsterInstance.ephemeral() as instance:
        for changes in (Changes(added=3), NONE, Changes(changed=1), None):
            event = dg.AssetMaterialization(asset_key(TABLE), partition=DAY.isoformat(), metadata=told(changes))
            instance.report_runless_asset_event(event)
        found = rewritten(instance, [TABLE], start)
        assert [of.changes for of in found] == [Changes(added=3), Changes(changed=1), None]
        assert {(of.table, of.day) for of in found} == {(TABLE, DAY)}
        assert rewritten(instance, [TABLE], datetime.now(UTC) + timedelta(minutes=1)) == []


@pytest.mark.slow
def test_a_back_fill_tells_what_it_added(filled: Path) -> None:
    """Of all days, on the instance of a real back-fill, at the prompt."""
    settings = {"NBA_LAKE": str(filled / "lake"), "DAGSTER_HOME": str(filled / "home")}
    command = [sys.executable, "-m", "nba_assets", "changes", "--since", "2020-01-01", "--json"]
    done = subprocess.run(command, cwd=filled, env=os.environ | settings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    added = Counter[str]()
    for row in rows:
        assert (row["rows_removed"], row["rows_changed"]) == (0, 0)
        added[row["table"]] += row["rows_added"]
    with views_of(filled / "lake") as lake:
        bare = {table: table.split(".")[1] for table in added}
        stored = {table: lake.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0] for table, name in bare.items()}
    assert dict(added) == stored
    assert "nba_analytics.player_game_summary" in added
