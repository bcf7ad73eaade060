"""Runs of columns written as stars, in both dialects, and the same columns come out; stored tables are spelled out."""

from __future__ import annotations

import duckdb
import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.compile.dialects import Dialect, to_sql

BOXES = ibis.table(
    {"game": "string", "team": "string", "points": "int64", "fouls": "int64", "steals": "int64", "blocks": "int64"},
    name="boxes",
    database="raw",
)
MADE = BOXES.group_by("game", "team").agg(
    points=BOXES.points.sum(), fouls=BOXES.fouls.sum(), steals=BOXES.steals.sum(), blocks=BOXES.blocks.sum()
)
"""What is no stored table: its columns are in the order that the query says."""

each_dialect = pytest.mark.parametrize("dialect", ["duckdb", "bigquery"])
LEFT_OUT = {"duckdb": "* EXCLUDE (", "bigquery": "* EXCEPT ("}


def outermost(rows: ir.Table, dialect: Dialect) -> str:
    """The select list of the query's last step, without its quotes, in one line."""
    text = " ".join(to_sql(rows, dialect).replace('"', "").replace("`", "").split())
    return text.split("SELECT ", 1)[1].split(" FROM ")[0]


def answers(rows: ir.Table) -> list[tuple]:
    """What DuckDB makes of two players of one team."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.boxes (game TEXT, team TEXT, points INT, fouls INT)")
        connection.execute("ALTER TABLE raw.boxes ADD COLUMN steals INT; ALTER TABLE raw.boxes ADD COLUMN blocks INT")
        connection.execute("INSERT INTO raw.boxes VALUES ('G', 'BOS', 10, 1, 2, 3), ('G', 'BOS', 20, 4, 5, 6)")
        answer = connection.execute(to_sql(rows, "duckdb"))
        assert tuple(column[0] for column in answer.description) == rows.columns
        return answer.fetchall()


@each_dialect
def test_a_column_added_to_all_of_a_step(dialect: Dialect) -> None:
    rows = MADE.mutate(twice=MADE.points * 2)
    assert outermost(rows, dialect) == "t1.*, t1.points * 2 AS twice"
    assert answers(rows) == [("G", "BOS", 30, 5, 7, 9, 60)]


@each_dialect
def test_a_column_left_out(dialect: Dialect) -> None:
    """Which a filter still reads; what nobody reads is not made at all."""
    rows = MADE.filter(MADE.fouls > 1).drop("fouls")
    assert outermost(rows, dialect) == f"t2.{LEFT_OUT[dialect]}fouls)"
    assert answers(rows) == [("G", "BOS", 30, 7, 9)]
    assert "fouls" not in to_sql(MADE.drop("fouls"), dialect)


@each_dialect
def test_a_column_with_another_value_in_its_place(dialect: Dialect) -> None:
    rows = MADE.mutate(points=MADE.points * 2)
    assert outermost(rows, dialect) == "t1.* REPLACE (t1.points * 2 AS points)"
    assert answers(rows) == [("G", "BOS", 60, 5, 7, 9)]


@each_dialect
def test_columns_of_both_sides_of_a_join(dialect: Dialect) -> None:
    other = MADE.select(_game="game", _team="team", theirs="points")
    rows = MADE.join(other, [("game", "_game"), ("team", "_team")]).drop("_game", "_team")
    text = " ".join(to_sql(rows, dialect).replace('"', "").replace("`", "").split())
    assert ".*" in text
    assert answers(rows) == [("G", "BOS", 30, 5, 7, 9, 30)]


@each_dialect
def test_a_stored_table_is_spelled_out(dialect: Dialect) -> None:
    """The order of its columns is the storage's, which may have more of them: filtered, sorted or as it is."""
    columns = ", ".join(f"{{0}}.{name}" for name in BOXES.columns)
    for rows, its in ((BOXES, "t0"), (BOXES.filter(BOXES.points > 1), "t1"), (BOXES.order_by("game").limit(2), "t2")):
        assert outermost(rows.mutate(one=1), dialect) == columns.format(its) + ", 1 AS one"


@each_dialect
def test_columns_in_another_order_are_no_run(dialect: Dialect) -> None:
    rows = MADE.select("blocks", "steals", "fouls", "points", "team", "game")
    assert "*" not in outermost(rows, dialect)
    assert answers(rows) == [(9, 7, 5, 30, "BOS", "G")]


@each_dialect
def test_a_few_of_many_are_spelled_out(dialect: Dialect) -> None:
    assert "*" not in outermost(MADE.select("game", "points"), dialect)


@each_dialect
def test_a_renamed_column_is_not_the_same(dialect: Dialect) -> None:
    rows = MADE.rename(score="points").mutate(one=1)
    assert answers(rows) == [("G", "BOS", 30, 5, 7, 9, 1)]


@each_dialect
def test_a_step_that_drops_columns_is_written_once(dialect: Dialect) -> None:
    """Ibis would spell it out, and what it is made of, wherever it is used."""
    narrow = MADE.drop("fouls")
    twice = narrow.join(narrow.select(_game="game", most="points"), [("game", "_game")]).drop("_game")
    sql = to_sql(twice, dialect)
    assert sql.count("GROUP BY") == 1
    assert answers(twice) == [("G", "BOS", 30, 7, 9, 30)]
