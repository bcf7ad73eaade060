"""`nba estimate` at the prompt: what it prints, against an API in memory, and which engine it wants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from nba_assets.cli import app as cli
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.table import Table
from nba_assets.orchestration.resource import WarehouseResource
from nba_assets.warehouse.bigquery import estimate
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets_tests.warehouse.bigquery.fake_api import FakeApi

DAYS = ("--start", "2024-11-08", "--end", "2024-11-09", "--tables", "games,player_daily_cache")

Nba = Callable[..., tuple[int, str, str]]


@pytest.fixture
def nba(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Nba:
    def nba(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["nba", "estimate", *arguments])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        printed = capfd.readouterr()
        return int(exit_.value.code or 0), printed.out, printed.err

    return nba


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    """BigQuery with a schedule of 8 November alone; each query would read 7 bytes."""
    api = FakeApi()
    warehouse = BigQueryWarehouse(lambda: api)  # type: ignore[arg-type, return-value]

    def dates(self: BigQueryWarehouse, contract: Contract) -> list[date]:
        return [date(2024, 11, 8)]

    def queries(table: Table, days: Sequence[date]) -> list[str]:
        return [f"SELECT * FROM `nba_raw`.`{table.name}` WHERE day = '{day}'" for day in days]

    def table(self: BigQueryWarehouse, contract: Contract) -> SimpleNamespace:
        return SimpleNamespace(schema=contract.columns)

    monkeypatch.setattr(BigQueryWarehouse, "dates", dates)
    monkeypatch.setattr(BigQueryWarehouse, "table", table)
    monkeypatch.setattr(WarehouseResource, "open", lambda self: warehouse)
    monkeypatch.setattr(estimate, "_queries", queries)  # which are compiled: that is tried elsewhere
    return api


def test_bytes_dollars_and_partitions(nba: Nba, api: FakeApi) -> None:
    """Of the date with games; a day off costs nothing."""
    code, printed, _ = nba(*DAYS, "--price", str(1 << 40))

    assert code == 0
    lines = [" ".join(line.replace("│", " ").split()) for line in printed.splitlines()]
    assert {"games 1 0.000 7.0000", "player_daily_cache 1 0.000 7.0000", "all 2 0.000 14.0000"} <= set(lines)
    told = "9 modifications of partitions at most, 3 of them of nba_processing.partition_notes: 0.0% of what"
    assert told in " ".join(printed.split())
    assert sorted(job.sql.split("`")[3] for job in api.jobs.values()) == ["nba_raw", "nba_raw"]
    assert all(job.config.dry_run for job in api.jobs.values())


def test_another_engine_is_refused(nba: Nba) -> None:
    assert nba(*DAYS) == (2, "", "nba: NBA_WAREHOUSE: `nba estimate` asks BigQuery; set it to bigquery\n")


def test_a_date_of_another_year_has_no_schedule(nba: Nba, api: FakeApi) -> None:
    year_after = str(date(2024, 11, 8) + timedelta(days=365))

    code, _, complaint = nba("--start", year_after, "--end", year_after)

    assert code == 2
    assert "no schedule of 2025-26" in complaint
