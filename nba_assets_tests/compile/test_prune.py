"""Columns that nobody reads are not in the query, and what it answers is the same."""

from __future__ import annotations

import duckdb
import ibis
import ibis.expr.types as ir

from nba_assets.compile.dialects import to_sql
from nba_assets.compile.prune import columns_read, pruned

BOXES = ibis.table(
    {"game": "string", "team": "string", "points": "int64", "fouls": "int64", "unread": "string"}, name="boxes"
)
TEAMS = ibis.table({"team": "string", "city": "string", "unread": "string"}, name="teams")

ROWS = """
    CREATE TABLE boxes AS FROM (VALUES ('G', 'BOS', 10, 1, 'x'), ('G', 'BOS', 10, 2, 'y'), ('H', 'NYK', 7, 3, 'z'))
        t(game, team, points, fouls, unread);
    CREATE TABLE teams AS FROM (VALUES ('BOS', 'Boston', 'x'), ('NYK', 'New York', 'y')) t(team, city, unread);
"""


def answers(rows: ir.Table) -> list[tuple]:
    """DuckDB's answer to the pruned query, the same as to Ibis's own."""
    with duckdb.connect() as connection:
        connection.execute(ROWS)
        found = sorted(connection.execute(to_sql(rows, "duckdb")).fetchall())
        assert found == sorted(connection.execute(str(ibis.to_sql(rows, dialect="duckdb"))).fetchall())
        return found


def test_the_rows_have_the_columns_that_were_asked_for() -> None:
    rows = BOXES.mutate(twice=BOXES.points * 2).drop("unread")
    assert pruned(rows).columns == rows.columns
    assert pruned(BOXES).columns == BOXES.columns


def test_a_column_that_nobody_reads_is_not_scanned() -> None:
    rows = BOXES.mutate(twice=BOXES.points * 2, thrice=BOXES.fouls * 3).select("game", "twice")
    assert "fouls" not in to_sql(rows, "duckdb")
    assert answers(rows) == [("G", 20), ("G", 20), ("H", 14)]


def test_what_a_filter_an_order_or_a_join_reads_is_kept() -> None:
    assert answers(BOXES.filter(BOXES.fouls > 1).select("game")) == [("G",), ("H",)]
    assert answers(BOXES.order_by(ibis.desc("fouls")).limit(1).select("game")) == [("H",)]
    rows = BOXES.join(TEAMS, "team").select("game", "city")
    assert "unread" not in to_sql(rows, "duckdb")
    assert answers(rows) == [("G", "Boston"), ("G", "Boston"), ("H", "New York")]


def test_distinct_rows_are_distinct_by_all_their_columns() -> None:
    """Two rows that differ only in a column that is not read afterwards are still two."""
    assert answers(BOXES.select("game", "points", "fouls").distinct().select("game")) == [("G",), ("G",), ("H",)]


def test_a_union_keeps_its_columns_in_their_places() -> None:
    rows = BOXES.select("team", "game").union(TEAMS.select("team", game="city"))
    assert answers(rows.select("game"))[0] == ("Boston",)


def test_sums_that_nobody_reads_are_not_made_and_their_groups_stay() -> None:
    rows = BOXES.group_by("game").agg(points=BOXES.points.sum(), fouls=BOXES.fouls.sum()).select("fouls")
    assert "points" not in to_sql(rows, "duckdb")
    assert answers(rows) == [(3,), (3,)]


def test_a_window_reads_what_it_is_ordered_by() -> None:
    place = ibis.row_number().over(group_by="game", order_by=[ibis.desc("fouls")])
    rows = BOXES.mutate(place=place).filter(lambda t: t.place == 0).select("game")
    assert answers(rows) == [("G",), ("H",)]


def test_rows_are_counted_though_no_column_is_read() -> None:
    assert answers(BOXES.mutate(one=1).agg(rows=lambda t: t.count())) == [(3,)]


def test_what_makes_rows_out_of_one_is_kept() -> None:
    rows = BOXES.mutate(each=ibis.array([BOXES.points, BOXES.fouls]).unnest()).select("game")
    assert answers(rows) == [("G",)] * 4 + [("H",)] * 2


def test_the_columns_of_stored_tables_that_rows_are_made_from() -> None:
    """Those of a condition count, too; those of a value that nobody reads do not."""
    boxes, teams = (ibis.table(t.schema(), name=t.get_name(), database="raw") for t in (BOXES, TEAMS))
    made = boxes.filter(boxes.fouls > 1).mutate(unread=boxes.points).join(teams, "team").select("game", "city")

    assert columns_read(made) == {"raw.boxes": {"fouls", "game", "team"}, "raw.teams": {"city", "team"}}
