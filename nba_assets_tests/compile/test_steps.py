"""A query in steps: what is referenced more than once is a table of its own, and the rows are the same."""

from __future__ import annotations

import duckdb
import sqlglot as sg
import sqlglot.expressions as sge

from nba_assets.compile.steps import LAST, in_steps


def steps(sql: str) -> dict[str, str]:
    query = sg.parse_one(sql, dialect="duckdb")
    assert isinstance(query, sge.Query)
    return {name: step.sql(dialect="duckdb") for name, step in in_steps(query)}


def test_what_is_read_twice_is_a_table_and_what_is_read_once_stays() -> None:
    found = steps(
        """WITH "a" AS (SELECT * FROM d.x), "b" AS (SELECT * FROM "a"), "c" AS (SELECT * FROM "b" WHERE n = 1),
        "e" AS (SELECT * FROM "c" UNION ALL SELECT * FROM "b") SELECT * FROM "e" """
    )

    assert found == {
        "b": 'WITH "a" AS (SELECT * FROM d.x) SELECT * FROM "a"',
        LAST: 'WITH "c" AS (SELECT * FROM "b" WHERE n = 1), '
        '"e" AS (SELECT * FROM "c" UNION ALL SELECT * FROM "b") SELECT * FROM "e"',
    }


def test_a_self_join_is_two_references_and_a_tables_own_name_is_none() -> None:
    found = steps('WITH "x" AS (SELECT * FROM d.x) SELECT * FROM "x" AS l JOIN "x" AS r ON l.n = r.n')

    assert list(found) == ["x", LAST]
    assert found["x"] == "SELECT * FROM d.x"


def test_the_steps_give_the_rows_of_the_query() -> None:
    sql = """WITH "n" AS (SELECT UNNEST(RANGE(5)) AS i), "even" AS (SELECT i FROM "n" WHERE i % 2 = 0),
        "both" AS (SELECT i FROM "even" UNION ALL SELECT i FROM "n")
        SELECT i, COUNT(*) AS times FROM "both" WHERE i IN (SELECT i FROM "even") GROUP BY i ORDER BY i"""
    found = steps(sql)
    with duckdb.connect() as connection:
        expected = connection.sql(sql).fetchall()
        for name, step in found.items():
            if name != LAST:
                connection.execute(f'CREATE TEMP TABLE "{name}" AS {step}')
        assert connection.sql(found[LAST]).fetchall() == expected == [(0, 2), (2, 2), (4, 2)]
