"""The harness itself: what it refuses, and that every type of a contract survives both ways."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nba_assets.contracts.contract import Column, Contract
from nba_assets_tests.bigquery.analyser import BigQuery, RefusedError
from nba_assets_tests.bigquery.fixture import ROWS

TOY = Contract(
    dataset="toys",
    name="boxes",
    key=("id",),
    partition_by="day",
    columns=(
        Column("id", "INT64", "key"),
        Column("name", "STRING", "name"),
        Column("weight", "FLOAT64", "weight"),
        Column("full", "BOOL", "full"),
        Column("day", "DATE", "day"),
        Column("seen_at", "TIMESTAMP", "instant"),
        Column("price", "DECIMAL(9,3)", "price"),
        Column("tags", "ARRAY<STRING>", "tags"),
    ),
)
BOX = {
    "id": -7,
    "name": "Dončić",
    "weight": 0.1,
    "full": False,
    "day": date(2024, 11, 8),
    "seen_at": datetime(2024, 11, 9, 3, 30, 0, 123456, tzinfo=UTC),
    "price": Decimal("-1.235"),
    "tags": ["a", "b"],
}


@pytest.fixture(scope="module")
def bigquery() -> BigQuery:
    return BigQuery.of([TOY])


def test_names_and_types_of_the_columns(bigquery: BigQuery) -> None:
    columns = bigquery.analyse("SELECT b.day, CAST(b.weight AS NUMERIC) AS w, b.tags FROM `toys`.`boxes` AS b")

    assert columns == [("day", "DATE"), ("w", "NUMERIC"), ("tags", "ARRAY<STRING>")]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nme FROM `toys`.`boxes`", "Unrecognized name: nme; Did you mean name"),
        ("SELECT 1 FROM `toys`.`box`", "Table not found: toys.box"),
        ("SELECT id + name FROM `toys`.`boxes`", "No matching signature for operator +"),
        ("SELECT id::STRING FROM `toys`.`boxes`", "Syntax error"),
        ("SELECT DATEDIFF(day, day) FROM `toys`.`boxes`", "Function not found: DATEDIFF"),
        ("SELECT ARRAY_SUM([1, 2])", "Function not found: ARRAY_SUM"),
        ("SELECT SUM(id) OVER (PARTITION BY weight) FROM `toys`.`boxes`", "FLOAT64 is not allowed"),
        ("SELECT id AS i FROM `toys`.`boxes` WHERE i = 1", "Unrecognized name: i"),
    ],
)
def test_refuses_what_bigquery_refuses(bigquery: BigQuery, sql: str, message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        bigquery.analyse(sql)

    assert message in str(refused.value)


SCRIPT = """CREATE TEMP TABLE `heavy` AS SELECT id, 'a;b' AS name FROM `toys`.`boxes` WHERE weight > 1;
BEGIN TRANSACTION;
DELETE FROM `toys`.`boxes` WHERE day BETWEEN DATE(2024, 11, 8) AND DATE(2024, 11, 9);
INSERT INTO `toys`.`boxes` (id, name) SELECT id, name FROM `heavy`;
COMMIT TRANSACTION;
"""


def test_a_script_is_analysed_statement_by_statement(bigquery: BigQuery) -> None:
    heavy = [("id", "INT64"), ("name", "STRING")]

    assert bigquery.analyse_script(SCRIPT) == {"heavy": heavy}
    assert bigquery.analyse_script(SCRIPT + "SELECT name FROM heavy") == {"heavy": heavy, "": [("name", "STRING")]}
    for right, wrong in (("(id, name)", "(id)"), ("SELECT id, name FROM", "SELECT name, id FROM")):
        with pytest.raises(RefusedError):
            bigquery.analyse_script(SCRIPT.replace(right, wrong))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("CREATE TABLE toys.bags (id INTEGR)", "Type not found: INTEGR"),
        ("CREATE TABLE toys.bags (id INT64) CLUSTER BY name", "Unrecognized name: name"),
        ("DELETE FROM toys.boxes", "DELETE must have a WHERE clause"),
        ("ASSERT (SELECT COUNT(*) FROM toys.boxes) AS 'none'", "BOOL"),
    ],
)
def test_refuses_statements_that_are_no_queries(bigquery: BigQuery, statement: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        bigquery.analyse_script(statement)


def test_names_with_a_project_and_a_prefix(bigquery: BigQuery) -> None:
    elsewhere = BigQuery.of([TOY], project="a-project", prefix="replay_")

    assert elsewhere.analyse_script("SELECT id FROM `a-project.replay_toys.boxes`") == {"": [("id", "INT64")]}
    assert elsewhere.analyse_script("DELETE FROM `a-project`.`replay_toys`.`boxes` WHERE id = 1") == {}
    with pytest.raises(RefusedError, match="not found"):
        elsewhere.analyse_script("SELECT id FROM `toys`.`boxes`")


def test_qualify_needs_no_where(bigquery: BigQuery) -> None:
    assert bigquery.analyse("SELECT id FROM `toys`.`boxes` QUALIFY ROW_NUMBER() OVER (ORDER BY day) = 1")


def test_every_type_survives_both_ways(bigquery: BigQuery) -> None:
    answer = bigquery.evaluate("SELECT * FROM `toys`.`boxes` ORDER BY id", {TOY: [BOX, {"id": 1}]})

    assert answer.rows == [BOX, dict.fromkeys(BOX) | {"id": 1, "tags": []}]


def test_times_are_utc(bigquery: BigQuery) -> None:
    """The evaluator's own default is Los Angeles."""
    answer = bigquery.evaluate("SELECT DATE(seen_at) AS day FROM `toys`.`boxes`", {TOY: [BOX]})

    assert answer.rows == [{"day": date(2024, 11, 9)}]


def test_an_array_with_null_cannot_be_returned(bigquery: BigQuery) -> None:
    with pytest.raises(ValueError, match="NULL element"):
        bigquery.evaluate("SELECT [name, NULL] AS names FROM `toys`.`boxes`", {TOY: [BOX]})


def test_the_fixture_names_declared_columns_only() -> None:
    for contract, rows in ROWS.items():
        assert {name for row in rows for name in row} <= {column.name for column in contract.columns}
