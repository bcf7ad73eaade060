"""Scans, bounds and the lint: each sees what it is there for."""

from __future__ import annotations

import pytest

from nba_assets.contracts.contract import Column, Contract
from nba_assets_tests.bigquery.scans import parsed, refused, scans, stored_in, unbounded

BOXES = Contract(
    dataset="raw",
    name="boxes",
    key=("id",),
    partition_by="day",
    columns=(Column("id", "INT64", "key"), Column("day", "DATE", "day")),
)
BETWEEN = "BETWEEN DATE(2024, 11, 8) AND DATE(2024, 11, 9)"


def test_the_count_sees_what_is_computed_anew() -> None:
    query = "WITH a AS (SELECT * FROM d.x), b AS (SELECT * FROM a, a AS c) SELECT * FROM b, b AS e"
    (made, cleared, answer) = parsed(f"CREATE TEMP TABLE t AS {query}; DELETE FROM d.x WHERE TRUE; {query}")

    assert scans(made) == scans(answer) == (4, 1)
    assert scans(cleared) == (0, 0)


def test_stored_tables_by_their_whole_names() -> None:
    (written, made) = parsed(
        "INSERT INTO `a-project`.`d`.`x` (id) SELECT id FROM b.y, z; CREATE TEMP TABLE t AS SELECT 1"
    )

    assert stored_in(written) == {"a-project.d.x", ".b.y"}
    assert stored_in(made) == set()


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM `raw`.`boxes` AS t WHERE t.day {BETWEEN}",
        f"SELECT * FROM raw.boxes WHERE id > 3 AND (day {BETWEEN}) AND id < 9",
        f"SELECT * FROM (SELECT * FROM raw.boxes AS t WHERE t.day {BETWEEN}) WHERE id = 1",
        "SELECT * FROM raw.boxes WHERE day = DATE '2024-11-08'",
        "SELECT * FROM raw.boxes WHERE day IN (DATE '2024-11-08', DATE '2024-11-09')",
        f"DELETE FROM `raw`.`boxes` WHERE day {BETWEEN}",
        f"BEGIN TRANSACTION; INSERT INTO raw.boxes (id, day) SELECT id, day FROM raw.boxes WHERE day {BETWEEN}; COMMIT",
        f"ASSERT NOT EXISTS (SELECT 1 FROM raw.boxes WHERE day {BETWEEN})\nAS 'it\\'s there'; SELECT 1",
        "DROP TABLE raw.boxes",
    ],
)
def test_bounded(sql: str) -> None:
    assert not [name for statement in parsed(sql) for name in unbounded(statement, [BOXES])]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM `raw`.`boxes`",
        "SELECT * FROM raw.boxes WHERE day >= DATE '2024-11-08'",
        f"SELECT * FROM raw.boxes WHERE day {BETWEEN} OR id = 1",
        f"SELECT * FROM (SELECT * FROM raw.boxes AS t) AS s WHERE s.day {BETWEEN}",
        f"SELECT * FROM raw.boxes AS t JOIN other AS o ON t.id = o.id WHERE o.day {BETWEEN}",
        "SELECT * FROM raw.boxes WHERE day IN (SELECT day FROM others)",
        "DELETE FROM raw.boxes WHERE day = last_day",
        "DELETE FROM raw.boxes WHERE TRUE",
        "ASSERT NOT EXISTS (SELECT 1 FROM raw.boxes)\nAS 'none'; SELECT 1",
        "INSERT INTO others SELECT * FROM raw.boxes",
        f"CREATE TEMP TABLE made AS SELECT * FROM raw.boxes; SELECT * FROM made WHERE day {BETWEEN}",
    ],
)
def test_unbounded(sql: str) -> None:
    assert [name for statement in parsed(sql) for name in unbounded(statement, [BOXES])] == ["raw.boxes"]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("DELETE FROM `raw.boxes$20241108` WHERE TRUE", ["a $ decorator"]),
        ("SELECT id::STRING FROM raw.boxes", ["a cast by ::"]),
        ("SELECT datediff(day, day) FROM raw.boxes", ["DATEDIFF"]),
        ("SELECT DATE_DIFF(day, day, DAY), REGEXP_CONTAINS('a::b', '^DATEDIFF\\'$') FROM raw.boxes", []),
    ],
)
def test_refused(sql: str, found: list[str]) -> None:
    assert refused(sql) == found
