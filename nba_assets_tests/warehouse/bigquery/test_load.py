"""Loads on a server: rows beside a table, and a raw directory as `nba ingest` would store it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.kept_out import QUARANTINE
from nba_assets.warehouse.bigquery.load import RawLoad, days_of_entries, replace_by
from nba_assets.warehouse.bigquery.schema import Schema
from nba_assets.warehouse.ingest import ingest
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.quarantine import OF_NO_DATE
from nba_assets_tests.warehouse.bigquery.boxes import BOXES
from nba_assets_tests.warehouse.deliveries import BOXES as BOX_SCORES
from nba_assets_tests.warehouse.deliveries import REGISTRY, SCHEDULE, box, contract, deliver, game, row

EDITIONS = "nba_raw.nbac_schedule_editions"
OF_2022 = "game_date BETWEEN DATE '2022-01-01' AND DATE '2022-12-31'"
FIRST, SECOND = date(2022, 1, 5), date(2022, 1, 7)


def test_what_is_replaced_and_what_is_put_in_is_one_transaction() -> None:
    assert replace_by(BOXES, "`t`", "`s`", "`day` IN (DATE '2022-01-05')").splitlines() == [
        "BEGIN TRANSACTION;",
        "DELETE FROM `t` WHERE `day` IN (DATE '2022-01-05');",
        "INSERT INTO `t` (`id`, `day`, `price`, `tags`) SELECT `id`, `day`, `price`, `tags` FROM `s`;",
        "COMMIT TRANSACTION;",
    ]


def test_entries_of_dates_without_other_rows_are_replaced_too(tmp_path: Path) -> None:
    """They came once more with each load."""
    deliver(tmp_path / "d", BOX_SCORES, [box("a", FIRST, points=1), box("a", FIRST, points=2), box("a", SECOND)])
    deliver(tmp_path / "d", REGISTRY, [row(REGISTRY)])
    lake = Lake(tmp_path / "lake")
    found = days_of_entries(ingest(tmp_path / "d", lake), lake)
    assert found == {contract(BOX_SCORES): [FIRST, SECOND], contract(REGISTRY): [OF_NO_DATE]}


@pytest.mark.slow
def test_a_directory_is_loaded_as_it_would_be_ingested(schema: Schema, tmp_path: Path) -> None:
    schema.apply(schema.plan([*map(contract, (SCHEDULE, EDITIONS, BOX_SCORES, REGISTRY)), QUARANTINE]))
    loads = RawLoad(schema.jobs, schema.names)
    first, second = tmp_path / "1", tmp_path / "2"
    deliver(first, SCHEDULE, [game("0022100001", FIRST), game("0022100002", SECOND)])
    deliver(first, BOX_SCORES, [box("a", FIRST), box("a", SECOND), box("a", SECOND, points=2)])
    deliver(first, REGISTRY, [row(REGISTRY, player_lookup="a"), row(REGISTRY, player_lookup="a", season="2022-23")])
    deliver(second, SCHEDULE, [game("0022100001", FIRST)])
    deliver(second, BOX_SCORES, [box("b", SECOND)])
    deliver(second, REGISTRY, [row(REGISTRY, player_lookup="b")])

    for directory in (first, second):
        loads.load(directory)

    def stored(name: str, columns: str, where: str = "TRUE") -> list[tuple[Any, ...]]:
        rows = schema.run(f"SELECT {columns} FROM {schema.names.quoted(contract(name))} WHERE {where} ORDER BY 1, 2")
        return [tuple(row.values()) for row in rows.to_pylist()]

    assert stored(SCHEDULE, "game_id, game_date", OF_2022) == [("0022100001", FIRST)]
    assert stored(BOX_SCORES, "player_lookup, game_date", OF_2022) == [("a", FIRST), ("b", SECOND)]
    assert stored(REGISTRY, "player_lookup, season") == [("a", "2022-23"), ("b", "2021-22")]
    assert [game for game, _ in stored(EDITIONS, "game_id, game_date")] == ["0022100001", "0022100002"]
    beside = {table.table_id for table in schema.client.list_tables(f"{schema.names.project}.nba_raw")}
    assert not [name for name in beside if "__load_" in name]


@pytest.mark.slow
def test_nothing_is_loaded_into_what_is_not_there_or_somebody_elses(schema: Schema, tmp_path: Path) -> None:
    loads = RawLoad(schema.jobs, schema.names)
    deliver(tmp_path, BOX_SCORES, [box("a", FIRST)])
    with pytest.raises(BadInput, match="bdl_player_boxscores is not there; `nba bigquery init` makes it"):
        loads.load(tmp_path)

    schema.apply(schema.plan([contract(BOX_SCORES), QUARANTINE]))
    table = schema.client.get_table(schema.names.plain(contract(BOX_SCORES)))
    table.labels = {"app": None}
    schema.client.update_table(table, ["labels"])
    with pytest.raises(BadInput, match="was made by somebody else, who fills it: nothing is loaded"):
        loads.load(tmp_path)
