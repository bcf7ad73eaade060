"""What a tick says of dates that wait: tables, what is missing, since when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nba_assets.orchestration.events import triggers
from nba_assets.orchestration.events.waiting import DAYS_TOLD, in_words, still_waiting
from nba_assets.tables.raw import raw_table
from nba_assets.tables.registry import tables

DAY = date(2024, 10, 23)
AT = datetime(2024, 10, 24, 9, 10, tzinfo=UTC)
SCHEDULE = raw_table("nba_raw.nbac_schedule")


def test_it_names_the_date_the_tables_what_is_missing_and_since_when() -> None:
    assert SCHEDULE
    waits = still_waiting({}, {DAY: {SCHEDULE}}, {DAY: AT})
    told = in_words(waits)
    assert told.startswith("2024-10-23: ")
    assert told.endswith(", since 2024-10-24 05:10:00 ET")
    for table in tables():
        if SCHEDULE in triggers.raw_behind(table) and (missing := triggers.lacking(table, {SCHEDULE})):
            assert table.name in told
            assert all(raw.name in told for raw in missing)
    later = still_waiting(waits, {DAY: {SCHEDULE}}, {DAY: AT + timedelta(hours=1)})
    assert later == waits, "since the first of it came"


def test_a_date_that_has_all_it_needs_waits_no_longer() -> None:
    assert SCHEDULE
    waits = still_waiting({}, {DAY: {SCHEDULE}}, {DAY: AT})
    everything = {raw for table in tables() for raw in triggers.required_of(table)}
    assert in_words(still_waiting(waits, {DAY: everything}, {DAY: AT})) == ""


def test_only_the_newest_dates_are_told() -> None:
    assert SCHEDULE
    days = [DAY + timedelta(days=n) for n in range(DAYS_TOLD + 3)]
    waits = still_waiting({}, {day: {SCHEDULE} for day in days}, dict.fromkeys(days, AT))
    assert list(waits) == [str(day) for day in days[-DAYS_TOLD:]]
