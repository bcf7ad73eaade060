"""Tables brought to a BigQuery server, and asked about there: what is out of date, a replay, a question; and back.

A few games of the schedule, a conformed table, and one made up that reads a season of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import ibis.expr.types as ir
import pyarrow.parquet as pq
import pytest

from nba_assets.audit import replay as lake_replay
from nba_assets.audit import replay_bigquery
from nba_assets.audit.compare import compare
from nba_assets.compile.code_version import code_of
from nba_assets.compile.statements import inputs_in, statements
from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import Column
from nba_assets.contracts.errors import BadInput
from nba_assets.contracts.read import season_to_date
from nba_assets.contracts.table import table
from nba_assets.orchestration.moved import record_moved
from nba_assets.orchestration.staleness import out_of_date
from nba_assets.readers.query import query_server
from nba_assets.tables.conformed.games import games
from nba_assets.tables.raw.schedule import nbac_schedule
from nba_assets.warehouse.build import write_part
from nba_assets.warehouse.duckdb import DuckDBWarehouse
from nba_assets.warehouse.lake import Lake
from nba_assets.warehouse.transfer import Moved, move
from nba_assets_tests.given import put_games

if TYPE_CHECKING:
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
    from nba_assets_tests.bigquery.local_server import LocalBigQuery

pytestmark = pytest.mark.slow

DAYS = [date(2024, 11, 8), date(2024, 11, 9), date(2024, 11, 10)]


@table(
    dataset="nba_made_up",
    partition_by="game_date",
    key=("game_date",),
    cluster_by=(),
    reads={"games": season_to_date(games)},
    columns=(Column("game_date", "DATE", "the date", required=True), Column("games_so_far", "INT64", "games")),
)
def games_so_far(games: ir.Table) -> ir.Table:
    days = games.select("game_date").distinct()
    before = games.select(day="game_date")
    joined = days.join(before, before.day <= days.game_date)
    return joined.group_by("game_date").agg(games_so_far=joined.count())


TABLES = (games, games_so_far)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> DuckDBWarehouse:
    warehouse = DuckDBWarehouse(Lake(tmp_path_factory.mktemp("moved") / "lake"))
    put_games(warehouse.lake.root, DAYS, source_file_path="schedule.json")
    window = Window(DAYS[0], DAYS[-1])
    for of in TABLES:
        with warehouse.session(60) as session:
            write_part(session, of, statements(of, "duckdb"), window, DAYS, code_of(of, "duckdb"))
    return warehouse


@pytest.fixture(scope="module")
def server(bigquery_server: LocalBigQuery, lake: DuckDBWarehouse) -> BigQueryWarehouse:
    """A project with the raw data of the lake and both tables, empty."""
    from nba_assets.warehouse.bigquery.engine import BigQueryWarehouse
    from nba_assets.warehouse.bigquery.load import staged
    from nba_assets.warehouse.bigquery.notes import BOOKKEEPING
    from nba_assets.warehouse.bigquery.schema import Schema

    warehouse = BigQueryWarehouse(partial(bigquery_server.client, "nba-moved"))
    names, window = warehouse.names, Window(DAYS[0], DAYS[-1])
    contracts = {source.full_name: source for of in TABLES for source in inputs_in(of, window)}
    schema = Schema(warehouse.jobs, names)
    schema.apply(schema.plan([*contracts.values(), *BOOKKEEPING]))
    rows = [pq.ParquetFile(file).read() for file in lake.lake.files(nbac_schedule, None)]
    with staged(warehouse.jobs, names, nbac_schedule, rows) as beside:
        send(warehouse, f"INSERT INTO {names.quoted(nbac_schedule)} SELECT * FROM {names.quoted(beside)}")
    return warehouse


def send(warehouse: BigQueryWarehouse, sql: str) -> None:
    warehouse.jobs.run(sql, "nba-test", {}, 60)


@pytest.fixture(scope="module")
def moved(lake: DuckDBWarehouse, server: BigQueryWarehouse) -> list[Moved]:
    return move(lake, server, TABLES, None, lambda *_: None)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent from now on."""
    from google.cloud import bigquery

    texts: list[str] = []
    original = bigquery.Client.query

    def query(self: bigquery.Client, sql: str, *arguments: Any, **named: Any) -> bigquery.QueryJob:
        texts.append(sql)
        return original(self, sql, *arguments, **named)

    monkeypatch.setattr(bigquery.Client, "query", query)
    return texts


@pytest.fixture
def replay(server: BigQueryWarehouse, moved: list[Moved], monkeypatch: pytest.MonkeyPatch) -> Callable[[date], Any]:
    """A replay of these two tables."""
    for module in (replay_bigquery, lake_replay):
        monkeypatch.setattr(module, "tables", lambda: TABLES)
    return lambda day: replay_bigquery.replay(server, day)


def test_what_is_brought_is_there_and_up_to_date(server: BigQueryWarehouse, moved: list[Moved]) -> None:
    assert [of.rows for of in moved] == [dict.fromkeys(DAYS, 1)] * 2
    assert [server.dates(of) for of in TABLES] == [DAYS, DAYS]
    assert {build.code for build in server.builds(games, DAYS).values()} == {code_of(games, "bigquery").version}
    with dg.DagsterInstance.ephemeral() as instance:
        assert record_moved(instance, moved, "a lake") == 2 * len(DAYS)
        assert out_of_date(instance, server, TABLES, DAYS) == {games: {}, games_so_far: {}}


def test_a_replay_shows_what_differs_in_data_sets_of_its_own(
    replay: Callable[[date], Any], server: BigQueryWarehouse, sent: list[str]
) -> None:
    send(server, f"UPDATE nba_conformed.games SET home_points = 1 WHERE game_date = DATE '{DAYS[2]}'")
    sent.clear()

    found = replay(DAYS[2])

    (difference,) = [of for one in found for of in one.differences]
    assert (difference.table, difference.column, difference.old) == ("games", "home_points", "1")
    assert [(of.old_rows, of.new_rows) for of in found] == [(1, 1), (1, 1)]
    own = [sql for sql in sent if "replay_" in sql]
    assert any("BEGIN TRANSACTION" in sql for sql in own)
    for sql in sent:
        names = re.findall(r"`nba-moved`\.`(\w+)`", sql)
        writes = re.findall(r"(?:INSERT INTO|DELETE FROM|CREATE TABLE IF NOT EXISTS)\s+`nba-moved`\.`(\w+)`", sql)
        assert all(name.startswith("replay_") for name in writes), sql
        if sql in own and not sql.startswith("INSERT INTO"):  # which copies what is read
            assert all(name.startswith("replay_") for name in names), sql
    assert not [of for of in server.client.list_datasets() if of.dataset_id.startswith("replay_")]
    with pytest.raises(BadInput, match="BigQuery project nba-moved holds no table of 2024-11-11"):
        replay(date(2024, 11, 11))


def test_a_trial_shows_what_would_change(server: BigQueryWarehouse, moved: list[Moved]) -> None:
    send(server, f"UPDATE nba_conformed.games SET home_points = 1 WHERE game_date = DATE '{DAYS[2]}'")

    first, second = replay_bigquery.try_out(server, TABLES, [DAYS[2]])

    (difference,) = [*first.differences, *second.differences]
    assert (difference.table, difference.column, difference.old) == ("games", "home_points", "1")
    assert [(of.old_rows, of.new_rows) for of in (first, second)] == [(1, 1), (1, 1)]
    assert not [of for of in server.client.list_datasets() if of.dataset_id.startswith("replay_")]


def test_a_question_in_its_own_sql(server: BigQueryWarehouse, moved: list[Moved]) -> None:
    sql = "SELECT COUNT(*) AS n FROM nba_conformed.games WHERE game_date = '2024-11-08'"
    assert query_server(server, sql, 5).to_pylist() == [{"n": 1}]
    with pytest.raises(BadInput, match="SQL: "):
        query_server(server, "SELECT nothing FROM nba_conformed.games", 5)


def test_brought_back_it_is_the_same(
    lake: DuckDBWarehouse, server: BigQueryWarehouse, moved: list[Moved], tmp_path: Path
) -> None:
    back = DuckDBWarehouse(Lake(tmp_path / "back"))
    move(server, back, TABLES, Window(*DAYS[:2]), lambda *_: None)
    found = compare(lake.lake.root, back.lake.root, [of.full_name for of in TABLES])
    assert [(of.old_rows, of.new_rows, of.only_new, of.changed) for of in found] == [(3, 2, 0, 0)] * 2
    assert {build.code for build in back.builds(games, DAYS[:2]).values()} == {code_of(games, "duckdb").version}
