"""Strictly before the date, in the same season: by example, and for any games at all."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

import ibis
import ibis.expr.types as ir
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.basketball import history
from nba_assets_tests.rows import Query, Row, Rows, one, told

OPENING = date(2024, 10, 22)

DAYS = ibis.schema({"player": "string", "season_year": "int64", "game_date": "date"})
GAMES = ibis.schema(
    {**DAYS, "game_id": "string", "points": "int64", "season_type": "string", "seconds_played": "int64"}
)


def test_a_total_and_a_mean_keep_six_decimals_whatever_the_order() -> None:
    def build(rows: ir.Table) -> ir.Table:
        return rows.agg(total=history.total(rows.value), mean=history.mean(rows.value))

    values = [1e9, 0.000001, 0.25, -1e9, None]
    query = Query(build, {"rows": ibis.schema({"value": "float64"})})
    for given_ in (values, values[::-1]):
        assert query(rows=[{"value": value} for value in given_]) == [{"total": 0.250001, "mean": 0.06250025}]


def game(day: int, points: int = 0, player: str = "brunson", season: int = 2024, number: int = 0, **more: Any) -> Row:
    """A game on the `day`th date of a season."""
    start = OPENING.replace(year=season)
    game_date = start + timedelta(days=day)
    row = {"player": player, "season_year": season, "game_date": game_date, "game_id": f"{game_date}_{number}"}
    return row | {"points": points, "season_type": "regular", "seconds_played": 1800} | more


def on(day: int, player: str = "brunson", season: int = 2024) -> Row:
    return {name: value for name, value in game(day, player=player, season=season).items() if name in DAYS}


@cache
def _form() -> Query:
    def build(days: ir.Table, games: ir.Table) -> ir.Table:
        return history.as_of(
            days,
            games,
            "player",
            last=lambda g, before: g.points,
            last_3=lambda g, before: g.points.sum().over(before.last(3)),
            games_3=lambda g, before: g.count().over(before.last(3)),
            season=lambda g, before: g.points.sum().over(before.season),
        )

    return Query(build, {"days": DAYS, "games": GAMES})


@cache
def _past(within_days: int | None) -> Query:
    return Query(
        lambda days, games: history.before(days, games, "player", within_days=within_days),
        {"days": DAYS, "games": GAMES},
    )


def form(days: Rows, games: Rows) -> list[dict[str, Any]]:
    return _form()(days=days, games=games)


def past(days: Rows, games: Rows, within_days: int | None = None) -> list[dict[str, Any]]:
    return _past(within_days)(days=days, games=games)


def test_as_of_the_first_game_nothing_is_known() -> None:
    (row,) = form([on(0)], [game(0, 30)])
    assert (row["last"], row["last_3"], row["games_3"], row["season"]) == (None, None, None, None)


def test_as_of_looks_back_over_whole_games() -> None:
    games = [game(0, 1), game(2, 10), game(5, 100), game(9, 1000)]
    rows = form([on(0), on(1), on(2), on(5), on(9), on(30)], games)
    assert told(rows, "game_date", "last", "last_3", "games_3", "season") == [
        (on(0)["game_date"], None, None, None, None),
        (on(1)["game_date"], 1, 1, 1, 1),
        (on(2)["game_date"], 1, 1, 1, 1),
        (on(5)["game_date"], 10, 11, 2, 11),
        (on(9)["game_date"], 100, 111, 3, 111),
        (on(30)["game_date"], 1000, 1110, 3, 1111),
    ]


def test_two_games_on_one_day_do_not_see_each_other() -> None:
    games = [game(0, 1), game(3, 10, number=0), game(3, 100, number=1)]
    rows = form([on(3), on(4)], games)
    assert told(rows, "last", "last_3") == [(1, 1), (100, 111)]
    assert told(past([on(3)], games), "past_points") == [(1,)]
    assert sorted(told(past([on(4)], games), "past_points")) == [(1,), (10,), (100,)]


def test_last_season_is_no_history() -> None:
    games = [game(100, 50, season=2023)]
    assert one(form([on(0)], games))["last"] is None
    assert past([on(0)], games) == []


def test_another_player_is_no_history() -> None:
    games = [game(0, 50, player="hart")]
    assert one(form([on(1)], games))["last"] is None
    assert past([on(1)], games) == []


def test_each_day_is_kept_once_with_its_own_columns() -> None:
    rows = form([on(1), on(1, "hart")], [game(0, 7)])
    assert told(rows, "player", "last") == [("brunson", 7), ("hart", None)]


def test_within_days_includes_both_ends() -> None:
    games = [game(n, n) for n in range(20)]
    found = told(past([on(10)], games, within_days=7), "past_days_ago", "past_points")
    assert found == [(ago, 10 - ago) for ago in range(1, 8)]


def test_counted_are_played_games_of_the_season_proper() -> None:
    kinds = ["regular", "play_in", "playoffs", "cup_final", None]
    games = [game(n, season_type=kind) for n, kind in enumerate(kinds)] + [game(9, seconds_played=0)]
    players = Query(history.counted, {"games": GAMES})(games=games)
    assert told(players, "season_type") == [("play_in",), ("playoffs",), ("regular",)]

    teams = ibis.schema({name: kind for name, kind in GAMES.items() if name != "seconds_played"})
    rows = [{name: row[name] for name in teams} for row in games]
    assert len(Query(history.counted, {"games": teams})(games=rows)) == 4


def test_appeared_is_time_on_court() -> None:
    games = [game(0), game(1, seconds_played=0), game(2, seconds_played=None), game(3, seconds_played=1)]
    rows = Query(history.appeared, {"boxes": GAMES})(boxes=games)
    assert [row["game_date"] for row in rows] == [on(0)["game_date"], on(3)["game_date"]]


ANY_GAMES = st.lists(
    st.builds(
        game,
        day=st.integers(0, 12),
        points=st.integers(0, 60),
        player=st.sampled_from(["brunson", "hart"]),
        season=st.sampled_from([2023, 2024]),
        number=st.integers(0, 2),
    ),
    max_size=25,
    unique_by=lambda row: (row["player"], row["game_id"]),
)


@settings(max_examples=15, deadline=None)
@given(games=ANY_GAMES, day=st.integers(0, 13), player=st.sampled_from(["brunson", "hart"]))
def test_nothing_on_or_after_the_day_is_seen(games: list[Row], day: int, player: str) -> None:
    """Neither taking those games away nor changing them changes the row, and it says what Python says."""
    today = on(day, player)
    earlier = [row for row in games if row["game_date"] < today["game_date"]]
    altered = earlier + [row | {"points": 99} for row in games if row["game_date"] >= today["game_date"]]
    assert form([today], games) == form([today], earlier) == form([today], altered)
    assert sorted(told(past([today], games), *_PAST)) == sorted(told(past([today], altered), *_PAST))

    his = sorted(
        (row for row in earlier if row["player"] == player and row["season_year"] == 2024),
        key=lambda row: (row["game_date"], row["game_id"]),
    )
    points = [row["points"] for row in his]
    found = one(form([today], games))
    assert found["last_3"] == (sum(points[-3:]) if points else None)
    assert found["season"] == (sum(points) if points else None)
    assert sorted(told(past([today], games), "past_game_date", "past_points")) == sorted(
        (row["game_date"], row["points"]) for row in his
    )


_PAST = ("past_game_id", "past_points", "past_days_ago")
