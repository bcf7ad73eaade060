"""`nba bigquery`: what it prints, what it refuses, and that refusing does nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from nba_assets.cli import app as cli
from nba_assets.cli import bigquery as command
from nba_assets.contracts.contract import Contract
from nba_assets.contracts.errors import BadInput
from nba_assets.readers.catalog import stored_contracts
from nba_assets.tables import registry
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
