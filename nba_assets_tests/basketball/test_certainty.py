"""When it was settled that a game is played, and by whom."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from nba_assets.basketball.certainty import settled
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets_tests.brackets import game, may, series
from nba_assets_tests.rows import Query, Row, schema_of

SETTLED = Query(settled, {"games": schema_of(schedule)})
NEVER = date(9999, 12, 31)
REGULAR = [game("0022300001", date(2024, 4, 10), "BOS", "MIA", "BOS"), game("0022301190", date(2024, 4, 14), "X", "Y")]


def settled_on(*games: Row) -> dict[str, Any]:
    return {row["nba_game_id"]: row["settled_on"] for row in SETTLED(games=games)}


def test_a_regular_game_is_certain_from_the_outset() -> None:
    assert settled_on(*REGULAR) == {"0022300001": None, "0022301190": None}


def test_a_postponed_game_settles_nothing() -> None:
    late = game("0022300002", date(2024, 4, 20), "BOS", "MIA", is_postponed=True)
    first = game("0042300101", date(2024, 4, 21), "BOS", "MIA")
    assert settled_on(*REGULAR, late, first)["0042300101"] == date(2024, 4, 14)


def test_the_play_in_is_settled_by_the_last_regular_game_and_then_by_itself() -> None:
    """The loser of seventh against eighth meets the winner of the other game."""
    first = game("0052300101", date(2024, 4, 16), "MIA", "PHI", "PHI")
    other = game("0052300111", date(2024, 4, 17), "ATL", "CHI", "CHI")
    last = game("0052300201", date(2024, 4, 19), "CHI", "MIA", "MIA")
    found = settled_on(*REGULAR, first, other, last)
    assert [found[g["nba_game_id"]] for g in (first, other, last)] == [
        date(2024, 4, 14),
        date(2024, 4, 14),
        date(2024, 4, 17),
    ]


def test_a_first_round_series_waits_for_the_season_and_for_its_own_teams_play_in() -> None:
    play_in = game("0052300201", date(2024, 4, 19), "CHI", "MIA", "MIA")
    waiting = series("10", date(2024, 4, 21), ("MIA", "BOS"), "--")
    seeded = series("11", date(2024, 4, 20), ("IND", "CLE"), "--")
    found = settled_on(*REGULAR, play_in, *waiting, *seeded)
    assert {found[g["nba_game_id"]] for g in waiting} == {date(2024, 4, 19)}
    assert {found[g["nba_game_id"]] for g in seeded} == {date(2024, 4, 14)}


def test_a_round_is_settled_by_the_last_game_of_the_round_before_it() -> None:
    one = series("20", may(1), ("BOS", "MIA"), "BBBB")
    other = series("21", may(2), ("CLE", "NYK"), "CNCNCNC")
    found = settled_on(*one, *other, *series("30", may(17), ("CLE", "BOS"), "----"))
    assert {on for nba_id, on in found.items() if nba_id.startswith("004230030")} == {may(14)}


@pytest.mark.parametrize(
    ("winners", "settled_by"),
    [
        ("BBBB", {}),
        ("BBBMB", {5: 4}),
        ("BMBMBMB", {5: 2, 6: 4, 7: 6}),
        ("BBMMMB-", {5: 3, 6: 4, 7: 6}),
        ("MMMBB--", {5: 4, 6: 5, 7: None}),
        ("BBB----", {5: None, 6: None, 7: None}),
    ],
)
def test_a_later_game_of_a_series_is_settled_once_both_have_won_enough(
    winners: str, settled_by: dict[int, int | None]
) -> None:
    """One win each for the fifth game, two for the sixth, three for the seventh."""
    games = series("20", may(1), ("BOS", "MIA"), winners)
    found = settled_on(*REGULAR, *games)
    dates = {n: games[by - 1]["game_date"] if by else NEVER for n, by in settled_by.items()}
    expected = [date(2024, 4, 14)] * 4 + [dates[n] for n in range(5, len(games) + 1)]
    assert [found[g["nba_game_id"]] for g in games] == expected


def cup(year: int, month: int, day: int) -> list[Row]:
    """A Cup week from that date on: quarter-finals, two filling games, semi-final, the losers' game, the final."""

    def on(later: int) -> date:
        return date(year, month, day + later)

    return [
        game(f"002{year % 100}01201", on(0), "BOS", "IND", "IND", year),
        game(f"002{year % 100}01202", on(1), "NYK", "MIL", "MIL", year),
        game(f"002{year % 100}01203", on(0), "NOP", "SAC", "NOP", year),
        game(f"002{year % 100}01204", on(1), "PHX", "LAL", "LAL", year),
        game(f"002{year % 100}01205", on(2), "ORL", "CLE", None, year),
        game(f"002{year % 100}01226", on(4), "CLE", "ORL", None, year),
        game(f"002{year % 100}01227", on(4), "NYK", "BOS", None, year),
        game(f"002{year % 100}01229", on(3), "IND", "MIL", None, year),
        game(f"002{year % 100}01230", on(3), "NOP", "LAL", None, year),
        game(f"006{year % 100}00001", on(5), "IND", "LAL", None, year),
    ]


@pytest.mark.parametrize(
    ("first", "groups_end"),
    [
        ((2023, 12, 4), date(2023, 11, 28)),
        ((2024, 12, 10), date(2024, 12, 3)),
        ((2025, 12, 9), date(2025, 11, 28)),
        ((2030, 12, 10), date(2030, 12, 9)),
    ],
)
def test_the_cup_week_is_paired_by_the_groups_and_then_by_the_cup(
    first: tuple[int, int, int], groups_end: date
) -> None:
    """Of a season whose groups' end is not known: on the day of the first quarter-final."""
    year, month, day = first
    found = {nba_id[-4:]: on for nba_id, on in settled_on(*cup(*first)).items()}
    by_the_groups = ("1201", "1202", "1203", "1204", "1205", "1226")
    assert {found[number] for number in by_the_groups} == {groups_end}
    assert found["1227"] == found["1229"] == found["1230"] == date(year, month, day + 1)
    assert found["0001"] == date(year, month, day + 3)


def test_high_numbers_of_april_and_of_seasons_before_the_cup_are_numbers_like_others() -> None:
    april = game("0022301230", date(2024, 4, 14), "BOS", "MIA")
    before = game("0022201230", date(2022, 12, 4), "BOS", "MIA", year=2022)
    assert settled_on(april, before) == {"0022301230": None, "0022201230": None}
