"""BigQuery engine: what is stored is told by notes and by BigQuery itself, and what is not there by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from google.api_core.exceptions import NotFound

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column, Contract, RawTable
from nba_assets.contracts.errors import BadInput
from nba_assets.warehouse.base import TransientError
from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
from nba_assets.warehouse.bigquery.notes import NO_ROWS, fingerprint
from nba_assets_tests.warehouse.bigquery.fake_api import FakeApi, FakeJob
from nba_assets_tests.warehouse.points import POINTS

FIRST, SECOND = date(2024, 11, 1), date(2024, 11, 2)
BOTH = Window(FIRST, SECOND)
NOON = datetime(2024, 11, 3, 12, tzinfo=UTC)

RAW = RawTable(
    dataset="nba_raw",
    name="scores",
    columns=(Column("game_date", "DATE", "date"), Column("points", "INT64", "points")),
    key=("game_date",),
    partition_by="game_date",
    need="required",
    feeds=(),
)


@dataclass
class Server(FakeApi):
    """Tables with their columns, and an answer for each question by what it begins with."""

    columns: dict[str, Sequence[str]] = field(default_factory=dict)
    answers: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    num_rows: int = 1

    def get_table(self, name: str, **_: object) -> SimpleNamespace:
        if name not in self.columns:
            raise NotFound(f"Not found: Table {name}")
        schema = [SimpleNamespace(name=column) for column in self.columns[name]]
        return SimpleNamespace(schema=schema, num_rows=self.num_rows, modified=NOON)

    def query(self, sql: str, config: Any, job_id: str, **rest: object) -> FakeJob:
        job = super().query(sql, config, job_id, **rest)
        rows = next((rows for part, rows in self.answers.items() if part in sql), [])
        job.to_arrow = lambda **_: pa.Table.from_pylist(rows)  # type: ignore[method-assign]
        return job

    @property
    def asked(self) -> int:
        return len(self.sent)


def server(*contracts: Contract, **answers: list[dict[str, Any]]) -> tuple[Server, BigQueryWarehouse]:
    there = {f"p.{contract.full_name}": [column.name for column in contract.columns] for contract in contracts}
    made = Server(columns={**there, "p.nba_processing.partition_notes": ["table_name"]}, answers=answers)
    return made, BigQueryWarehouse(lambda: made)  # type: ignore[arg-type, return-value]


def note(day: date, content: str, *, rows: int = 1, removed: bool = False, part: str = "") -> dict[str, Any]:
    return {
        "table_name": POINTS.full_name,
        "part": part,
        "partition_date": day,
        "removed": removed,
        "row_count": rows,
        "content": content,
        "code_version": "c1",
        "inputs_read": "r1",
        "schema_fingerprint": fingerprint(POINTS),
        "changed_at": NOON,
    }


def partition(id_: str, **more: object) -> dict[str, Any]:
    return {"table_name": RAW.name, "partition_id": id_, "total_rows": 7, **more}


def test_notes_tell_what_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [note(FIRST, "a"), note(SECOND, NO_ROWS, rows=0), note(date(2024, 11, 3), "b", removed=True)]
    api, warehouse = server(partition_notes=found)

    assert warehouse.dates(POINTS) == [FIRST, SECOND]
    assert warehouse.contents(POINTS) == {FIRST: "a", SECOND: ""}
    assert warehouse.changed_at(POINTS) == dict.fromkeys([FIRST, SECOND], NOON.timestamp())
    build = warehouse.builds(POINTS, [FIRST, date(2024, 11, 9)])[FIRST]
    assert (build.as_declared, build.code, build.read, build.has_rows) == (True, "c1", "r1", True)
    assert [job.config.job_timeout_ms for job in api.jobs.values()] == ["60000"], "a look-up, once"

    api.num_rows += 1
    api.answers["partition_notes"] = [note(FIRST, "other")]
    monkeypatch.setattr("nba_assets.warehouse.bigquery.engine.NOTES_SECONDS", 0.0)
    assert warehouse.contents(POINTS) == {FIRST: "other"}


def test_bigquery_tells_what_others_write() -> None:
    later = NOON.replace(hour=13)
    api, warehouse = server(
        RAW,
        PARTITIONS=[
            partition("20241101", last_modified_time=NOON),
            partition("20241102", last_modified_time=later),
            partition("__NULL__", last_modified_time=later),
        ],
    )

    assert warehouse.dates(RAW) == [FIRST, SECOND]
    assert warehouse.changed_at(RAW) == {FIRST: NOON.timestamp(), SECOND: later.timestamp()}
    first, second = warehouse.contents(RAW).values()
    assert first != second
    assert api.asked == 1
    with warehouse.session(1.0) as session:
        assert list(session.contents(RAW, Window(SECOND, SECOND))) == [SECOND]


@pytest.mark.parametrize("told", [partition("20241101"), partition("202411", last_modified_time=NOON)])
def test_rows_are_read_where_it_does_not_tell_of_each_date(told: dict[str, Any]) -> None:
    _, warehouse = server(RAW, PARTITIONS=[told], TO_JSON_STRING=[{"day": FIRST, "content": "abc"}])

    assert warehouse.dates(RAW) == [FIRST]
    assert warehouse.contents(RAW) == {FIRST: "abc"}


def test_what_is_not_there_is_told_by_name_before_any_query() -> None:
    api, warehouse = server()
    with warehouse.session(1.0) as session:
        with pytest.raises(BadInput, match=r"there is no table p\.nba_raw\.scores"):
            session.require({RAW: BOTH})
        api.columns["p.nba_raw.scores"] = ["game_date"]
        with pytest.raises(BadInput, match=r"p\.nba_raw\.scores lacks column points"):
            session.require({RAW: BOTH})
    assert api.asked == 0


def test_a_replacement_says_what_was_written_and_what_it_took() -> None:
    api, warehouse = server(POINTS)
    counts = {"added": 1, "removed": 0, "changed": 1}
    api.answers["BEGIN TRANSACTION"] = [{"day": FIRST, "rows": 2, "content": "a", "stored": 2, **counts}]
    with warehouse.session(30.0, "0abc") as session:
        written = session.replace(POINTS, "SELECT 1", [FIRST])
        (job,) = api.jobs.values()

        assert (written.rows, written.hashes) == ({FIRST: 2}, {FIRST: "a"})
        assert written.changes == {FIRST: (1, 0, 1)}
        assert job.config.labels == {"nba_run": "0abc", "nba_table": "points", "nba_partition": "2024-11-01"}
        assert [done.id for done in session.jobs] == [job.job_id]
        assert job.config.job_timeout_ms == "30000"
        assert job.job_id.startswith("nba-replace-test-points-")


def test_rows_that_another_has_put_beside_are_replaced_again(monkeypatch: pytest.MonkeyPatch) -> None:
    api, warehouse = server(POINTS)
    answers = [[{"day": FIRST, "rows": 2, "content": "a", "stored": stored}] for stored in (4, 2)]
    query = api.query

    def one_after_the_other(sql: str, config: Any, job_id: str, **rest: object) -> FakeJob:
        api.answers["BEGIN TRANSACTION"] = answers.pop(0)
        return query(sql, config, job_id, **rest)

    monkeypatch.setattr(api, "query", one_after_the_other)
    with warehouse.session(30.0) as session:
        assert session.replace(POINTS, "SELECT 1", [FIRST]).rows == {FIRST: 2}
    assert api.asked == 2

    answers += [[{"day": FIRST, "rows": 2, "content": "a", "stored": 4}]] * 4
    with warehouse.session(30.0) as session, pytest.raises(TransientError, match="at the same time"):
        session.replace(POINTS, "SELECT 1", [FIRST])
