"""The `nba` command in this process, for the tests of what people type."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from nba_assets.cli import app as cli
from nba_assets.contracts.contract import RawTable
from nba_assets.tables.raw import raw_table
from nba_assets.warehouse.lake import Lake

Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nba(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    """The command, run in this process beside an empty lake: its exit code, what it printed, what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBA_LAKE", str(tmp_path / "lake"))
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))

    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


def garble(lake: Path, table: str, day: str) -> RawTable:
    """Damage one date of a raw table."""
    contract = raw_table(f"nba_raw.{table}")
    assert contract
    file = Lake(lake).file(contract, date.fromisoformat(day))
    file.unlink()
    file.write_bytes(b"half a download")
    return contract
