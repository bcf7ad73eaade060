"""The season calendar: which season a date is of, and windows of dates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nba_assets.contracts.calendar import (
    FIRST_DATE_VARIABLE,
    LONGEST_SEASON,
    Window,
    first_date,
    season_label,
    season_year,
)
from nba_assets.contracts.errors import BadInput

DAYS = st.dates(date(2018, 10, 1), date(2034, 6, 30))
LENGTHS = st.integers(-3, 900)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2024, 10, 1), 2024),
        (date(2024, 12, 31), 2024),
        (date(2025, 1, 1), 2024),
        (date(2025, 6, 30), 2024),
        (date(2025, 9, 30), 2024),
        (date(2020, 8, 1), 2019),
        (date(2020, 10, 11), 2019),
        (date(2020, 10, 12), 2020),
        (date(2021, 7, 20), 2020),
        (date(2021, 10, 1), 2021),
    ],
)
def test_season_year_is_the_year_it_starts_in(day: date, year: int) -> None:
    assert season_year(day) == year


def test_season_label() -> None:
    assert [season_label(year) for year in (2021, 2024, 2099)] == ["2021-22", "2024-25", "2099-00"]


def test_a_season_has_the_summer_after_it() -> None:
    season = Window.season(2024)
    assert (season.start, season.end, season.days) == (date(2024, 10, 1), date(2025, 9, 30), 365)


def test_the_season_that_ended_in_october_moves_the_next_one() -> None:
    assert Window.season(2019) == Window(date(2019, 10, 1), date(2020, 10, 11))
    assert Window.season(2020) == Window(date(2020, 10, 12), date(2021, 9, 30))
    assert Window.season(2019).days == LONGEST_SEASON == max(Window.season(year).days for year in range(1990, 2060))


def test_by_season_leaves_no_day_out() -> None:
    parts = Window(date(2024, 6, 10), date(2025, 11, 5)).by_season()
    assert [str(part) for part in parts] == [
        "2024-06-10..2024-09-30",
        "2024-10-01..2025-09-30",
        "2025-10-01..2025-11-05",
    ]
    assert Window(date(2024, 7, 4), date(2024, 8, 1)).by_season() == [Window(date(2024, 7, 4), date(2024, 8, 1))]


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Sets the first date, as the environment does before anything is loaded."""

    def set_to(text: str) -> None:
        monkeypatch.setenv(FIRST_DATE_VARIABLE, text)
        first_date.cache_clear()

    yield set_to
    first_date.cache_clear()


def test_a_setting_moves_the_first_date_back(setting: Callable[[str], None]) -> None:
    setting("")
    assert first_date() == date(2021, 10, 19)
    setting("2019-10-22")
    assert first_date() == date(2019, 10, 22)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2019", "NBA_FIRST_DATE: '2019' is no date; write YYYY-MM-DD"),
        ("2022-10-18", "NBA_FIRST_DATE: 2022-10-18 is after 2021-10-19; the first date moves back only"),
    ],
)
def test_and_nothing_else(text: str, told: str, setting: Callable[[str], None]) -> None:
    setting(text)
    with pytest.raises(BadInput, match=re.escape(told)):
        first_date()


def test_an_empty_window() -> None:
    empty = Window(date(2024, 11, 9), date(2024, 11, 8))
    assert (empty.days, empty.dates(), empty.by_season()) == (0, [], [])
    assert date(2024, 11, 8) not in empty


def test_a_window_of_one_day_reads_as_its_day() -> None:
    assert str(Window(date(2024, 11, 8), date(2024, 11, 8))) == "2024-11-08"


@given(start=DAYS, length=LENGTHS)
def test_dates_are_what_a_window_contains(start: date, length: int) -> None:
    window = Window(start, start + timedelta(days=length))
    dates = window.dates()
    assert len(dates) == window.days
    assert all(day in window for day in dates)
    assert start - timedelta(days=1) not in window
    assert window.end + timedelta(days=1) not in window


@given(start=DAYS, length=LENGTHS)
def test_the_seasons_of_a_window_are_its_dates(start: date, length: int) -> None:
    window = Window(start, start + timedelta(days=length))
    parts = window.by_season()
    assert [day for part in parts for day in part.dates()] == window.dates()
    assert all(season_year(part.start) == season_year(part.end) for part in parts)
    assert all(part.start in Window.season(season_year(part.start)) for part in parts)


@given(start=DAYS, other=DAYS)
def test_a_hull_holds_both(start: date, other: date) -> None:
    hull = Window(start, start).hull(Window(other, other))
    assert start in hull
    assert other in hull
    assert hull.days == abs((start - other).days) + 1
