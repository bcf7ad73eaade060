"""Which line stands for a market, of which book, and what its prices say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball import market
from nba_assets.contracts.errors import BadInput
from nba_assets.tables.analytics.upcoming_player_game_context import upcoming_player_game_context
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
BOOKS = ibis.schema(
    {
        "player": "string",
        "source": "string",
        "book": "string",
        "line": "float64",
        "opening": "float64",
        "over_price": "int64",
        "under_price": "int64",
        "last_at": "timestamp('UTC')",
        "first_at": "timestamp('UTC')",
        "tip_at": "timestamp('UTC')",
    }
)
FIRST_AND_LAST = Query(lambda rows: market.first_and_last(rows, ("player",), "price"), {"rows": SNAPSHOTS})
CHOSEN = Query(lambda rows: market.chosen(rows, ("player",), ("odds_api", "bettingpros")), {"rows": BOOKS})
TIP = eastern(MATCH.day, 19.5)


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


def book(name: str, line: float, hours: float = 1, opening: float | None = None, **more: Any) -> Row:
    """A book last seen so many hours before the tip, and first two hours earlier where it has an opening."""
    seen = TIP - timedelta(hours=hours)
    return {
        "player": "tatum",
        "source": "odds_api",
        "book": name,
        "line": line,
        "opening": line if opening is None else opening,
        "last_at": seen,
        "first_at": seen if opening is None else seen - timedelta(hours=2),
        "tip_at": TIP,
    } | more


def chosen(*books: Row) -> dict[str, Any]:
    return one(CHOSEN(rows=books))


@pytest.mark.parametrize(
    ("books", "line"),
    [
        ([book("betmgm", 20.5), book("fanduel", 21.5), book("draftkings", 22.5)], (22.5, "draftkings")),
        ([book("betmgm", 20.5), book("fanduel", 21.5)], (21.5, "fanduel")),
        ([book("betmgm", 20.5)], (20.5, "betmgm")),
    ],
)
def test_the_first_preferred_book(books: list[Row], line: tuple) -> None:
    assert told(CHOSEN(rows=books), "line", "book") == [line]


def test_a_morning_line_does_not_beat_a_close() -> None:
    close, morning = book("betmgm", 20.5, 5 / 60), book("draftkings", 22.5, 9)
    row = chosen(close, morning)
    assert (row["line"], row["book"], row["age_minutes"]) == (20.5, "betmgm", 5)
    assert (row["books"], row["lowest"], row["highest"]) == (1, 20.5, 20.5)


def test_three_hours_are_late_enough() -> None:
    assert chosen(book("draftkings", 22.5, 3), book("betmgm", 20.5, 0))["book"] == "draftkings"
    assert chosen(book("draftkings", 22.5, 3 + 1 / 3600), book("betmgm", 20.5, 0))["book"] == "betmgm"


def test_without_a_late_line_the_newest_of_any_book() -> None:
    """And of those in one capture the preferred book's, or their consensus."""
    old, newest = book("draftkings", 22.5, 9), book("betmgm", 20.5, 5)
    assert (chosen(old, newest)["book"], chosen(old, newest)["age_minutes"]) == ("betmgm", 300)
    assert chosen(old, newest, book("fanduel", 21.5, 5))["book"] == "fanduel"
    assert chosen(old, newest, book("caesars", 23.5, 5), book("bovada", 23.5, 5))["line"] == 23.5


@pytest.mark.parametrize(
    ("lines", "consensus"),
    [
        ({"betmgm": 20.5, "caesars": 24.5, "bovada": 24.5}, 24.5),
        ({"betmgm": 20.5, "caesars": 21.5, "bovada": 24.5}, 21.5),
        ({"betmgm": 20.5, "caesars": 20.5, "bovada": 24.5, "unibet": 24.5, "betrivers": 23.5}, 24.5),
        ({"betmgm": 20.5, "caesars": 24.5, "bovada": 23.5}, 23.5),
    ],
    ids=["most", "nearest the mean of 22.17", "of two pairs the one nearer to 22.7", "nearest the mean of 22.83"],
)
def test_the_consensus_is_the_line_of_most_books_and_else_nearest_the_mean(
    lines: dict[str, float], consensus: float
) -> None:
    row = chosen(*[book(name, line) for name, line in lines.items()])
    assert row["line"] == consensus
    assert lines[row["book"]] == consensus
    assert (row["books"], row["lowest"], row["highest"]) == (len(lines), min(lines.values()), max(lines.values()))


def test_of_equal_lines_the_one_with_prices_then_the_newest_then_the_first_by_name() -> None:
    priced = {"over_price": -110, "under_price": -110}
    assert chosen(book("betmgm", 20.5), book("caesars", 21.5, **priced))["book"] == "caesars"
    assert chosen(book("betmgm", 20.5, 2), book("caesars", 21.5, 1))["book"] == "caesars"
    assert chosen(book("caesars", 20.5), book("betmgm", 21.5))["book"] == "betmgm"


def test_a_pair_of_spreads_is_chosen_alike_for_both_teams() -> None:
    own = [book("caesars", -7.5), book("betmgm", -8.0), book("bovada", 0.0)]
    others = [row | {"line": -row["line"], "opening": -row["opening"]} for row in own]
    assert (chosen(*own)["line"], chosen(*others)["line"]) == (-7.5, 7.5)


def test_movement_is_one_books_and_unknown_where_it_was_seen_once() -> None:
    moved = chosen(book("draftkings", 22.5, opening=20.5), book("betmgm", 20.5, opening=10.5))
    assert (moved["opening"], moved["movement"]) == (20.5, 2.0)
    assert chosen(book("draftkings", 22.5, opening=22.5))["movement"] == 0
    still = chosen(book("draftkings", 22.5), book("betmgm", 20.5, opening=10.5))
    assert (still["opening"], still["movement"]) == (22.5, None)


@pytest.mark.parametrize(
    ("price", "even", "returned"), [(-110, 110 / 210, 1 + 100 / 110), (150, 0.4, 2.5), (100, 0.5, 2.0), (0, None, None)]
)
def test_what_a_price_pays_even_at_and_gives_back(price: int, even: float | None, returned: float | None) -> None:
    assert values_of(market.implied_probability, "int64", price) == [pytest.approx(even) if even else None]
    assert values_of(market.decimal_price, "int64", price) == [pytest.approx(returned) if returned else None]


def test_the_margin_of_a_pair_of_prices_and_what_is_left_of_it() -> None:
    assert values_of(market.overround, "int64 int64", (-110, -110)) == [pytest.approx(1 / 21)]
    assert values_of(market.overround, "int64 int64", (-110, None)) == [None]
    assert values_of(market.no_vig, "int64 int64", (-120, 100)) == [pytest.approx(0.545455 / 1.045455, rel=1e-5)]


def test_expected_value_and_profit_of_a_stake_of_one() -> None:
    assert values_of(market.expected_value, "float64 float64 int64", (0.55, 0.45, -110)) == [pytest.approx(0.05)]
    assert values_of(market.expected_value, "float64 float64 int64", (0.50, 0.40, 100)) == [pytest.approx(0.10)]
    bets = [("win", -110), ("win", 150), ("loss", 150), ("push", -110), ("void", -110), (None, -110), ("win", None)]
    profits = values_of(market.profit, "string int64", *bets)
    assert profits == [pytest.approx(100 / 110), 1.5, -1, 0, 0, None, None]


Setting = Callable[[str, str], None]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Setting]:
    def forget() -> None:
        for setting in (market.preferred_books, market.fresh_hours, market.decision_minutes, market.bet_margin):
            setting.cache_clear()

    def give(variable: str, text: str) -> None:
        monkeypatch.setenv(variable, text)
        forget()

    yield give
    forget()


def test_books_and_hours_are_settings(setting: Setting) -> None:
    def line(*books: Row) -> float:
        return one(Query(lambda rows: market.chosen(rows, ("player",)), {"rows": BOOKS})(rows=books))["line"]

    late, early = book("draftkings", 22.5, 1), book("betmgm", 20.5, 4)
    assert line(late, early) == 22.5
    setting(market.BOOKS_VARIABLE, "betmgm, bovada")
    assert line(late, early) == 22.5
    setting(market.HOURS_VARIABLE, "5")
    assert line(late, early) == 20.5
    setting(market.BOOKS_VARIABLE, "")
    assert line(late, early, book("bovada", 20.5, 4)) == 20.5


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [
        (market.BOOKS_VARIABLE, "Draft Kings", "NBA_PREFERRED_BOOKS: 'Draft Kings' is no book"),
        (market.HOURS_VARIABLE, "0", "NBA_FRESH_HOURS: '0' is no number of hours"),
        (market.HOURS_VARIABLE, "three", "NBA_FRESH_HOURS: 'three' is no number of hours"),
        (market.DECISION_VARIABLE, "0", "NBA_DECISION_MINUTES: '0' is no number of minutes from 1 to 1440"),
        (market.MARGIN_VARIABLE, "3%", "NBA_BET_MARGIN: '3%' is no number of percentage points from 0 to 50"),
        (market.HOURS_VARIABLE, "241", "NBA_FRESH_HOURS: '241' is no number of hours from 1 to 240"),
        (market.DECISION_VARIABLE, "1441", "NBA_DECISION_MINUTES: '1441' is no number of minutes from 1 to 1440"),
        (market.MARGIN_VARIABLE, "51", "NBA_BET_MARGIN: '51' is no number of percentage points from 0 to 50"),
    ],
)
def test_a_setting_that_is_none_is_refused(setting: Setting, variable: str, text: str, told: str) -> None:
    setting(variable, text)
    with pytest.raises(BadInput, match=re.escape(told)):
        market.settings()


def test_settings_where_none_is_given_and_at_their_ends(setting: Setting) -> None:
    numbers = (market.fresh_hours, market.decision_minutes, market.bet_margin)
    variables = (market.HOURS_VARIABLE, market.DECISION_VARIABLE, market.MARGIN_VARIABLE)
    assert [number() for number in numbers] == [3, 60, 3]
    for ends in ((1, 1, 0), (240, 1440, 50)):
        for variable, end in zip(variables, ends, strict=True):
            setting(variable, str(end))
        assert tuple(number() for number in numbers) == ends


def test_a_quarter_is_no_line() -> None:
    assert chosen(book("draftkings", 24.25), book("betmgm", 24.5))["line"] == 24.5
    assert CHOSEN(rows=[book("draftkings", 24.25)]) == []


def test_the_second_source_counts_where_it_is_newer() -> None:
    theirs = book("draftkings", 18.5, 1, source="bettingpros")
    assert chosen(book("betmgm", 22.5, 1), theirs)["line"] == 22.5
    assert chosen(book("betmgm", 22.5, 9), theirs)["line"] == 18.5
    assert chosen(book("betmgm", 22.5, 9), theirs | {"last_at": TIP - timedelta(hours=9)})["line"] == 22.5


def test_prices_of_the_chosen_line() -> None:
    row = chosen(book("draftkings", 22.5, over_price=-120, under_price=100), book("betmgm", 22.5, over_price=-150))
    assert (row["over_price"], row["under_price"]) == (-120, 100)
    assert row["over_probability"] == pytest.approx((120 / 220) / (120 / 220 + 0.5))


LINES = st.lists(
    st.tuples(
        st.sampled_from(["draftkings", "fanduel", "betmgm", "caesars", "bovada", "unibet"]),
        st.integers(30, 60),
        st.integers(0, 12),
    ),
    min_size=1,
    unique_by=lambda line: line[0],
)


@settings(max_examples=30, deadline=None)
@given(lines=LINES, data=st.data())
def test_the_line_is_one_that_was_offered_whatever_the_order(lines: list, data: st.DataObject) -> None:
    books = [book(name, halves / 2, hours) for name, halves, hours in lines]
    row = chosen(*books)
    assert row == chosen(*data.draw(st.permutations(books)))

    pool = {name: halves / 2 for name, halves, hours in lines if hours <= market.fresh_hours()}
    newest = min(hours for _, _, hours in lines)
    pool = pool or {name: halves / 2 for name, halves, hours in lines if hours == newest}
    assert pool[row["book"]] == row["line"]
    assert (row["books"], row["lowest"], row["highest"]) == (len(pool), min(pool.values()), max(pool.values()))
    preferred = [name for name in market.preferred_books() if name in pool]
    if preferred:
        assert row["book"] == preferred[0]
    else:
        offers = list(pool.values())
        most = max(offers.count(line) for line in offers)
        mean = sum(offers) / len(offers)
        distances = [abs(line - mean) for line in offers if offers.count(line) == most]
        assert offers.count(row["line"]) == most
        assert abs(row["line"] - mean) == pytest.approx(min(distances))


def test_decimal_odds_as_american_ones() -> None:
    found = values_of(market.american, "float64", 1.9091, 2.0, 2.5, 1.0, None)
    assert [value and round(value) for value in found] == [-110, 100, 150, None, None]


def test_what_american_odds_pay_even_at() -> None:
    assert values_of(market.implied_probability, "int64", -110, 100, 150, -100, 0, None) == [
        pytest.approx(110 / 210),
        0.5,
        0.4,
        0.5,
        None,
        None,
    ]


def test_no_vig() -> None:
    """-110 both ways is even; -120 and +100 are 54.5 and 50 of 104.5."""
    assert values_of(market.no_vig, "int64 int64", (-110, -110), (-120, 100), (-110, None)) == [
        0.5,
        pytest.approx(0.5217, abs=0.0001),
        None,
    ]


def test_implied_team_total() -> None:
    """220 and a favourite by 5.5 are 112.75 to 107.25; lines of different times are of different games."""
    late, early = eastern(MATCH.day, 19), eastern(MATCH.day, 10)
    both = values_of(
        market.implied_team_total,
        "float64 float64 timestamp('UTC') timestamp('UTC')",
        (-5.5, 220.0, late, late),
        (5.5, 220.0, late, eastern(MATCH.day, 16)),
        (5.5, 220.0, late, eastern(MATCH.day, 16) - timedelta(seconds=1)),
        (-5.5, 220.0, early, late),
        (-5.5, 220.0, late, early),
        (None, 220.0, None, late),
    )
    assert both == [112.75, 107.25, None, None, None, None]


def test_the_columns_of_an_offer() -> None:
    """One list says what they are called and what they are."""
    assert [column.name for column in market.offer_columns("spread")] == list(market.offer_names("spread"))
    assert market.offer_names("spread")["spread_opponent_price"] == "under_price"
    assert upcoming_player_game_context.column("points_line_over_price").unit == "American odds"
