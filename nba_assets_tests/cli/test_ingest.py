"""How `nba ingest` ends where a delivery contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from nba_assets.cli.ingest import ingest
from nba_assets_tests.warehouse.deliveries import BOXES, box, deliver


def test_what_contradicts_itself_is_told_in_a_line_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deliver(tmp_path, BOXES, [box("a", points=7), box("a", points=8), box("b")])
    with pytest.raises(typer.Exit) as ended:
        ingest(tmp_path, events=False, lake=tmp_path / "lake")
    assert ended.value.exit_code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{BOXES}: 2 rows of 1 keys contradict one another")
    ingest(deliver(tmp_path / "mended", BOXES, [box("a")]).parents[2], events=False, lake=tmp_path / "lake")


def test_who_has_no_sensor_on_is_told_what_builds_what_came_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ingest(deliver(tmp_path, BOXES, [box("a")]).parents[2], lake=tmp_path / "lake")
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.startswith("1 raw-complete message sent: sensor raw_complete builds")
    assert line.endswith("else `nba backfill`, from 2022-01-05 on")
