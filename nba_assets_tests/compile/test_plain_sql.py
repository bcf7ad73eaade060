"""Queries written shorter answer as before: windows under a name, frames that mean nothing, queries around queries."""

from __future__ import annotations

import duckdb
import pytest
import sqlglot as sg

from nba_assets.compile.plain_sql import plain

BOXES = """
    CREATE TABLE boxes AS
    FROM (VALUES ('A', 1, 5), ('A', 2, 7), ('A', 3, 1), ('B', 1, 4), ('B', 4, 4)) t(team, day, points)
"""

BY_TEAM = "PARTITION BY t.team ORDER BY t.day"
WHOLE = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING"


def plainly(query: str) -> str:
    """The query written plainly, which answers what it did."""
    given = sg.parse_one(query, dialect="duckdb")
    text = plain(given.copy()).sql(dialect="duckdb")
    with duckdb.connect() as connection:
        connection.execute(BOXES)
        before, after = connection.execute(query).fetchall(), connection.execute(text).fetchall()
    assert sorted(after, key=str) == sorted(before, key=str)
    return text


def test_a_window_used_twice_has_a_name_and_keeps_its_frames() -> None:
    text = plainly(
        f"SELECT sum(t.points) OVER ({BY_TEAM} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS two, "
        f"sum(t.points) OVER ({BY_TEAM} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS so_far, "
        f"max(t.day) FILTER (t.points > 4) OVER ({BY_TEAM} ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS good "
        "FROM boxes AS t"
    )
    assert text.count("PARTITION BY") == 1
    assert text.count("OVER (w1 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)") == 2
    assert "WINDOW w1 AS (PARTITION BY t.team ORDER BY t.day)" in text


def test_windows_over_other_rows_have_other_names() -> None:
    text = plainly(
        "SELECT sum(t.day) OVER (PARTITION BY t.team), count(*) OVER (PARTITION BY t.team), "
        "row_number() OVER (ORDER BY t.day, t.team), rank() OVER (ORDER BY t.day, t.team), count(*) OVER (), "
        "max(t.points) OVER (PARTITION BY t.day) FROM boxes AS t"
    )
    assert "WINDOW w1 AS (PARTITION BY t.team), w2 AS (ORDER BY t.day, t.team)" in text
    assert "OVER ()" in text
    assert "OVER (PARTITION BY t.day)" in text, "used once, stays where it is"


def test_each_select_names_its_own() -> None:
    text = plainly(
        f"SELECT lag(t.total) OVER ({BY_TEAM}), lead(t.total) OVER ({BY_TEAM}) FROM (SELECT t.team, t.day, "
        f"sum(t.points) OVER ({BY_TEAM}) AS total, count(*) OVER ({BY_TEAM}) AS games FROM boxes AS t) AS t"
    )
    assert text.count("WINDOW w1 AS") == 2


@pytest.mark.parametrize(
    ("over", "kept"),
    [
        (f"lag(t.points) OVER ({BY_TEAM} {WHOLE})", False),
        (f"row_number() OVER ({BY_TEAM} {WHOLE})", False),
        (f"sum(t.points) OVER (PARTITION BY t.team {WHOLE})", False),
        (f"sum(t.points) OVER ({BY_TEAM} {WHOLE})", True),
        (f"sum(t.points) OVER ({BY_TEAM} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)", True),
    ],
)
def test_a_frame_that_means_nothing_goes(over: str, *, kept: bool) -> None:
    assert ("ROWS BETWEEN" in plainly(f"SELECT t.day, {over} FROM boxes AS t")) is kept


@pytest.mark.parametrize(
    ("query", "selects"),
    [
        ("SELECT a.day FROM (SELECT * FROM (SELECT * FROM boxes AS t WHERE t.day > 1) AS b) AS a", 2),
        ("SELECT a.day FROM (SELECT * FROM (SELECT * FROM boxes AS t) AS b) AS a", 1),
        ("SELECT a.day FROM boxes AS a JOIN (SELECT * FROM boxes AS t) AS b ON a.day = b.day", 1),
        ("SELECT a.day FROM (SELECT * FROM (SELECT day FROM boxes UNION ALL SELECT day FROM boxes) AS b) AS a", 3),
        ("SELECT a.day FROM (SELECT DISTINCT * FROM (SELECT t.day FROM boxes AS t) AS b) AS a", 3),
        ("SELECT a.day FROM (SELECT * EXCLUDE (team) FROM (SELECT * FROM boxes AS t) AS b) AS a", 2),
        ("SELECT a.day FROM (SELECT * FROM boxes AS t ORDER BY t.day LIMIT 2) AS a", 2),
        ("SELECT a.day FROM (SELECT * FROM boxes AS t, boxes AS u) AS a", 2),
    ],
)
def test_a_query_around_another_that_adds_nothing_goes(query: str, selects: int) -> None:
    assert plainly(query).count("SELECT") == selects
