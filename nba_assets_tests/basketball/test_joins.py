"""Columns of another table's row, and the newest row of a key."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import pytest

from nba_assets.basketball.joins import median, newest, with_columns
from nba_assets_tests.rows import Query, Row, one, told, unbound

BOXES = ibis.schema({"game": "string", "player": "string", "points": "int64"})
LINES = ibis.schema({"match": "string", "who": "string", "line": "float64", "book": "string"})
KEYS = {"game": "match", "player": "who"}
LINED = Query(
    lambda boxes, lines: with_columns(boxes, lines, KEYS, "book", found="has_line", points_line="line"),
    {"boxes": BOXES, "lines": LINES},
)


def box(player: str | None = "tatum", game: str = "g1", points: int = 30) -> Row:
    return {"game": game, "player": player, "points": points}


def line(who: str | None = "tatum", match: str = "g1", value: float | None = 28.5) -> Row:
    return {"match": match, "who": who, "line": value, "book": "fanduel"}


def test_the_columns_of_the_row_that_matches_all_keys() -> None:
    lines = [line(), line(match="g2", value=1.5), line("brown", value=2.5)]
    row = one(LINED(boxes=[box()], lines=lines))
    assert row == {**box(), "book": "fanduel", "points_line": 28.5, "has_line": True}


def test_a_row_that_nothing_matches_stays_without() -> None:
    row = one(LINED(boxes=[box()], lines=[line("brown"), line(match="g2")]))
    assert row == {**box(), "book": None, "points_line": None, "has_line": False}


def test_a_match_without_a_value_is_found() -> None:
    row = one(LINED(boxes=[box()], lines=[line(value=None)]))
    assert (row["points_line"], row["has_line"]) == (None, True)


def test_an_unknown_key_matches_no_other() -> None:
    assert one(LINED(boxes=[box(None)], lines=[line(None)]))["has_line"] is False


def test_each_row_once_where_many_share_a_match() -> None:
    boxes = [box(points=10), box(points=20), box("brown", points=5)]
    rows = LINED(boxes=boxes, lines=[line(), line("white")])
    assert told(rows, "points", "points_line") == [(5, None), (10, 28.5), (20, 28.5)]


def test_joins_in_a_row_are_one_select_and_later_ones_see_earlier_columns() -> None:
    def build(boxes: ir.Table, lines: ir.Table, books: ir.Table) -> ir.Table:
        rows = with_columns(boxes, lines, KEYS, "book", found="has_line")
        return with_columns(rows, books, ("book",), "state", found="is_known")

    books = ibis.schema({"book": "string", "state": "string"})
    query = Query(build, {"boxes": BOXES, "lines": LINES, "books": books})
    assert query.sql.count("LEFT OUTER JOIN") == 2
    assert "FROM (" not in query.sql
    rows = query(boxes=[box(), box("brown")], lines=[line()], books=[{"book": "fanduel", "state": "NY"}])
    assert told(rows, "player", "has_line", "state", "is_known") == [
        ("brown", False, None, False),
        ("tatum", True, "NY", True),
    ]


def test_a_table_may_be_joined_to_a_part_of_itself_and_to_itself() -> None:
    def build(boxes: ir.Table) -> ir.Table:
        best = boxes.filter(boxes.player == "tatum")
        rows = with_columns(boxes, best, ("game",), his_points="points")
        rows = with_columns(rows, boxes, ("game", "player"), own_points="points")
        return with_columns(rows, rows, ("game", "player"), same_points="points")

    rows = Query(build, {"boxes": BOXES})(boxes=[box(), box("brown", points=5)])
    points = told(rows, "player", "points", "his_points", "own_points", "same_points")
    assert points == [("brown", 5, 30, 5, 5), ("tatum", 30, 30, 30, 30)]


@pytest.mark.parametrize(
    ("names", "columns", "found"),
    [
        (("book",), {"points": "line"}, None),
        (("book",), {"game": "match"}, None),
        (("book", "line"), {"book": "who"}, None),
        (("book",), {}, "player"),
        (("book",), {}, "book"),
    ],
)
def test_a_name_that_would_stand_for_two_columns_is_an_error(
    names: tuple[str, ...], columns: dict[str, str], found: str | None
) -> None:
    tables = unbound({"boxes": BOXES, "lines": LINES})
    clash = found or next(name for name in columns if name in (*names, *BOXES))
    with pytest.raises(ValueError, match=f"already there: {clash}$"):
        with_columns(tables["boxes"], tables["lines"], KEYS, *names, found=found, **columns)


NEWEST = Query(lambda boxes: newest(boxes, ("player",), ("game",), ties=("points",)), {"boxes": BOXES})


def test_the_newest_of_a_key_and_of_equals_the_first() -> None:
    rows = NEWEST(boxes=[box(game="g1", points=1), box(game="g2", points=3), box(game="g2", points=2), box("brown")])
    assert told(rows, "player", "game", "points") == [("brown", "g1", 30), ("tatum", "g2", 2)]


MEDIAN = Query(lambda boxes: median(boxes, ("player",), "points"), {"boxes": BOXES})


def test_the_median_is_the_middle_or_halfway_between_two_and_unknown_values_count_for_nothing() -> None:
    four = [box(points=points) for points in (40, 10, 31, 20)]
    three = [box("brown", points=points) for points in (9, 1, 2)] + [box("brown") | {"points": None}]
    assert told(MEDIAN(boxes=[*four, *three, box("white")]), "player", "points") == [
        ("brown", 2.0),
        ("tatum", 25.5),
        ("white", 30.0),
    ]
