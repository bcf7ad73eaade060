"""A server answers as DuckDB in the process does: scripts with temporary tables, sent by the real client.

The server is DuckDB inside, behind a translator of BigQuery's SQL: it shows that the scripts run as they are sent, and
that their rows come back whole. The independent witness of the numbers is BigQuery's reference evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google.cloud import bigquery

from nba_assets.compile.dialects import script_of
from nba_assets.compile.statements import statements
from nba_assets.contracts.table import Table
from nba_assets.tables.registry import tables
from nba_assets_tests.bigquery.loaded import load, make, table_of
from nba_assets_tests.bigquery.local_server import LocalBigQuery
from nba_assets_tests.bigquery.stored import BOX_SCORES, FORM, Given, given_for, read_by, stored
from nba_assets_tests.bigquery.test_same_rows import differences

pytestmark = pytest.mark.slow

CHOSEN = {
    "plays",
    "game_lines",
    "player_game_summary",
    "upcoming_team_game_context",
    "player_shot_zone_analysis",
    "ml_feature_store_v2",
}
"""Of each kind of query one: the evaluator has them all."""

TABLES = sorted((table for table in tables() if table.name in CHOSEN), key=lambda table: table.full_name)


@pytest.fixture(scope="module")
def clients(bigquery_server: LocalBigQuery) -> Iterator[dict[Given, bigquery.Client]]:
    """A project for each fixture, with all that the tables of it read."""
    found = {}
    for given, project in ((BOX_SCORES, "same-rows-boxes"), (FORM, "same-rows-form")):
        found[given] = bigquery_server.client(project)
        inputs = {contract for table in TABLES if given_for(table) is given for contract in read_by(table, given)}
        make(found[given], inputs)
        for contract in inputs:
            load(found[given], contract, table_of(contract, stored(contract, given)))
    yield found
    for client in found.values():
        client.close()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_same_rows(table: Table, clients: dict[Given, bigquery.Client]) -> None:
    given = given_for(table)

    answer = clients[given].query_and_wait(script_of(statements(table, "bigquery").steps_in("rows", given.window)))

    assert differences(stored(table, given), [dict(row) for row in answer], table) == []
