"""`nba bigquery`: what it prints, what it refuses, and that refusing does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from subprocess import PIPE

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.cli import bigquery as command
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.bigquery_client import EMULATOR
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables import registry
from nba_assets_tests.bigquery.fault_proxy import disturbed
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.warehouse.bigquery.boxes import BOXES


def test_every_table_is_printed_after_its_data_set_and_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBA_BIGQUERY_PROJECT", raising=False)
    monkeypatch.setenv("NBA_BIGQUERY_PREFIX", "trial")

    printed = CliRunner().invoke(cli.app, ["bigquery", "ddl"]).output

    for contract in stored_contracts():
        table = printed.index(f"CREATE TABLE IF NOT EXISTS `trial_{contract.dataset}`.`{contract.name}` (")
        assert printed.index(f"CREATE SCHEMA IF NOT EXISTS `trial_{contract.dataset}`\n") < table
    for view in registry.reading_views():
        assert f"CREATE OR REPLACE VIEW `trial_{view.dataset}`.`{view.name}` (" in printed
    assert printed.count(";\n") == printed.count("CREATE ")


@pytest.mark.slow
def test_what_differs_is_listed_and_moved_only_when_asked(project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def init(contract: Contract, *options: str) -> tuple[str, BaseException | None]:
        monkeypatch.setattr(command, "_contracts", lambda: (contract,))
        monkeypatch.setattr(registry, "reading_views", lambda: ())
        ran = CliRunner().invoke(cli.app, ["bigquery", "init", *options])
        return ran.output, ran.exception

    assert init(replace(BOXES, partition_by=None)) == ("nba_toys.boxes: made\nchanges made: 1\n", None)

    told, refused = init(BOXES)
    assert "nba_toys.boxes: is partitioned by nothing, not by day" in told
    assert isinstance(refused, BadInput)
    assert "differences that cannot be altered in place: 1; --migrate" in str(refused)

    moved = "nba_toys.boxes: moved: is partitioned by nothing, not by day\n"
    assert init(BOXES, "--migrate", "--dry-run") == (f"{moved}changes to be made: 1\n", None)
    assert init(BOXES, "--migrate") == (f"{moved}changes made: 1\n", None)
    assert init(BOXES) == ("changes made: 0\n", None)


@pytest.mark.slow
def test_two_at_once_make_all_tables_and_a_third_finds_nothing_to_do(
    project: str, bigquery_server: LocalBigQuery
) -> None:
    """DuckLake's conflicts are told as BigQuery's."""
    with disturbed(bigquery_server.url) as proxy:
        init, settings = [sys.executable, "-m", "nba_assets", "bigquery", "init"], {EMULATOR: proxy.url}
        both = [subprocess.Popen(init, env=os.environ | settings, stdout=PIPE, stderr=PIPE) for _ in range(2)]
        told = [(process.communicate(timeout=500), process.returncode) for process in both]

    assert [(code, complaint) for (_, complaint), code in told] == [(0, b"")] * 2
    made = {f"{each.full_name}: made" for each in command._contracts()}
    made |= {f"{view.full_name}: view made" for view in registry.reading_views()}
    assert made == {line for (printed, _), _ in told for line in printed.decode().splitlines()[:-1]}
    with bigquery_server.client(project) as client:
        there = [
            f"{each.dataset_id}.{each.table_id}" for of in client.list_datasets() for each in client.list_tables(of)
        ]
    assert sorted(there) == sorted(line.partition(":")[0] for line in made)
    again = CliRunner().invoke(cli.app, ["bigquery", "init"])
    assert again.output == "changes made: 0\n", again.exception
