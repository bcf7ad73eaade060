"""Each book's first and last line, and which book's counts."""

from __future__ import annotations

import ibis
import pytest

from nba_assets.basketball import market
from nba_assets_tests.given import MATCH, eastern
from nba_assets_tests.rows import Query, Row, one, told, values_of

SNAPSHOTS = ibis.schema(
    {
        "player": "string",
        "book": "string",
        "at": "timestamp('UTC')",
        "point": "float64",
        "price": "int64",
        "data_hash": "string",
    }
)
BOOKS = ibis.schema({"player": "string", "book": "string", "line": "float64", "opening": "float64"})
FIRST_AND_LAST = Query(lambda rows: market.first_and_last(rows, ("player",), "price"), {"rows": SNAPSHOTS})
PREFERRED = Query(lambda rows: market.preferred(rows, ("player",)), {"rows": BOOKS})
MEDIANS = Query(lambda rows: market.medians(rows, ("player",)), {"rows": BOOKS})


def snapshot(hour: float, point: float | None, price: int | None = None, book: str = "fanduel") -> Row:
    at = eastern(MATCH.day, hour)
    return {"player": "tatum", "book": book, "at": at, "point": point, "price": price, "data_hash": f"{hour}"}


def test_the_first_and_the_last_line_of_a_book_and_the_last_price() -> None:
    rows = FIRST_AND_LAST(rows=[snapshot(12, 22.5, -105), snapshot(9, 20.5, -110), snapshot(18, 21.5, -120)])
    row = one(rows)
    assert (row["opening"], row["line"], row["price"]) == (20.5, 21.5, -120)
    assert (row["first_at"], row["last_at"]) == (eastern(MATCH.day, 9), eastern(MATCH.day, 18))


def test_a_price_that_the_last_snapshot_lacks_is_unknown() -> None:
    """An earlier price is not of this line."""
    assert one(FIRST_AND_LAST(rows=[snapshot(9, 20.5, -110), snapshot(18, 21.5)]))["price"] is None


def test_a_snapshot_without_a_point_is_none() -> None:
    rows = [snapshot(9, None, -1), snapshot(10, 20.5, -110), snapshot(18, None, -1), snapshot(9, None, book="betmgm")]
    row = one(FIRST_AND_LAST(rows=rows))
    assert (row["book"], row["opening"], row["line"], row["price"]) == ("fanduel", 20.5, 20.5, -110)


def book(name: str, line: float, opening: float | None = None) -> Row:
    return {"player": "tatum", "book": name, "line": line, "opening": opening}


@pytest.mark.parametrize(
    ("books", "chosen"),
    [
        ([book("betmgm", 20.5), book("fanduel", 21.5), book("draftkings", 22.5)], (22.5, "draftkings")),
        ([book("betmgm", 20.5), book("fanduel", 21.5)], (21.5, "fanduel")),
        ([book("betmgm", 20.5)], (20.5, "betmgm")),
        ([book("betmgm", 20.5), book("caesars", 24.5), book("bovada", 21.5)], (21.5, "median of 3 books")),
        ([book("betmgm", 20.5), book("caesars", 24.5)], (22.5, "median of 2 books")),
    ],
)
def test_the_line_that_counts(books: list[Row], chosen: tuple) -> None:
    assert told(PREFERRED(rows=books), "line", "book") == [chosen]


def test_an_opening_comes_from_the_books_whose_line_counts() -> None:
    """Of the preferred one, not an older one of another; of the median, from those that know theirs."""
    assert told(PREFERRED(rows=[book("betmgm", 20.5, 18.5), book("fanduel", 21.5)]), "opening") == [(None,)]
    others = [book("betmgm", 20.5, 18.5), book("caesars", 24.5), book("bovada", 21.5, 19.5)]
    assert told(PREFERRED(rows=others), "line", "opening") == [(21.5, 19.0)]


def test_medians_of_all_books() -> None:
    rows = MEDIANS(rows=[book("draftkings", 20.5, 18.5), book("caesars", 24.5, 17.5)])
    assert told(rows, "line", "opening", "books", "one_book") == [(22.5, 18.0, 2, "caesars")]


def test_books_named() -> None:
    assert values_of(market.books_named, "int64 string", (1, "fanduel"), (3, "betmgm")) == [
        "fanduel",
        "median of 3 books",
    ]
