"""The calendar of all tables: which dates have a partition at which hour, and which are refused."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest

from nba_assets.contracts.calendar import EASTERN, Window
from nba_assets.contracts.errors import BadInput
from nba_assets.orchestration.partitions import DAILY, DAYS_AHEAD, last_partition, partition_days
from nba_assets_tests.orchestration.clock import DAYS, HOURS, moment, standing_at

WEEK = timedelta(days=7)


@pytest.mark.parametrize("hour", HOURS)
@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
def test_a_week_ahead_has_partitions_at_every_hour_of_every_day(day: date, hour: str) -> None:
    """Tomorrow's slate, and over the All-Star break the next one, six days off; and no date months ahead."""
    with standing_at(moment(day, hour)):
        assert last_partition() == day + WEEK
        for ahead in range(1, DAYS_AHEAD + 1):
            assert DAILY.has_partition_key(str(day + timedelta(days=ahead)))
        assert not DAILY.has_partition_key(str(day + WEEK + timedelta(days=1)))
        assert partition_days(Window(day, day + WEEK))[-1] == day + WEEK
        with pytest.raises(BadInput, match=f"the last partition is {day + WEEK}, 7 days from today"):
            partition_days(Window(day, day + WEEK + timedelta(days=1)))


def test_a_partition_is_a_date_in_the_east_on_the_days_the_clock_changes() -> None:
    for day, hours in ((date(2026, 11, 1), 25), (date(2027, 3, 14), 23), (date(2026, 7, 4), 24)):
        with standing_at(moment(day, "16:00")):
            window = DAILY.time_window_for_partition_key(day.isoformat())
        assert (window.end.timestamp() - window.start.timestamp()) / 3600 == hours
        assert window.start.astimezone(EASTERN).date() == day


def test_every_date_of_the_year_has_one() -> None:
    keys = [date.fromisoformat(key) for key in DAILY.get_partition_keys()]
    assert keys == Window(date(2021, 10, 19), last_partition()).dates()


def test_a_date_before_the_first_is_refused() -> None:
    with pytest.raises(BadInput, match="2021-10-18: the first partition is 2021-10-19"):
        partition_days(Window(date(2021, 10, 18), date(2021, 10, 20)))


def test_of_single_dates_dagster_drops_one_before_the_first() -> None:
    """A back-fill through the API with a list of dates: Dagster makes this of it before anything of ours is asked, and
    keeps no word of the date that it left out. What is before the first only, or a range, it refuses by itself."""
    asked = DAILY.empty_subset().with_partition_keys(["2021-10-18", "2021-10-20"])
    assert list(asked.get_partition_keys()) == ["2021-10-20"]


def test_a_setting_moves_the_first_one_back() -> None:
    says = "from nba_assets.orchestration.partitions import DAILY; print(DAILY.get_first_partition_key())"
    environment = os.environ | {"NBA_FIRST_DATE": "2019-10-22"}
    told = subprocess.run([sys.executable, "-c", says], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "2019-10-22"
