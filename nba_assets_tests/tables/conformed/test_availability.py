"""What the last injury report before the tip says of each player."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nba_assets.tables.conformed.availability import availability
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets_tests.given import MATCH, eastern, game_row, named
from nba_assets_tests.rows import Row, one, rows_of, told
from nba_assets_tests.shared import needs_shared, raw_rows

NAMES = named("tatum", "brown", "brunson", "jadenivey", jadeney="jadenivey")
EVE = MATCH.day - timedelta(days=1)


def entry(player: str, status: str, hour: int, day: date = MATCH.day, team: str = "BOS", **more: Any) -> Row:
    """A line of the edition of an hour; the tip is at half past seven."""
    return {
        "game_date": MATCH.day,
        "report_date": day,
        "report_hour": hour,
        "home_team": "BOS",
        "away_team": "NYK",
        "team": team,
        "player_lookup": player,
        "injury_status": status,
        "reason": f"at {hour}",
        "confidence_score": 0.95,
    } | more


def statuses(*report: Row) -> list[tuple]:
    rows = rows_of(availability, report=report, games=[game_row(MATCH)], names=NAMES)
    return told(rows, "player_lookup", "player_status", "injury_report")


def test_the_last_edition_before_the_tip_counts() -> None:
    """The edition of 19 h is out at 19:30, with the tip; that of 20 h half an hour after it."""
    editions = [entry("tatum", "questionable", 13), entry("tatum", "out", 19), entry("tatum", "available", 20)]
    assert statuses(*editions) == [("tatum", "out", "at 19")]


@pytest.mark.parametrize(
    ("hour", "scraped", "counts"),
    [
        (19, None, True),
        (19, "19:15", True),
        (19, "19:30", True),
        (19, "19:31", False),
        (19, "22:10", False),
        (19, "00:10", True),
        (19, "soon", True),
        (20, "20:00", False),
        (9, "9:05", True),
        (17, "17:30:00", True),
    ],
)
def test_an_edition_counts_from_the_minute_it_was_out(hour: int, scraped: str | None, counts: bool) -> None:
    """By its own time where there is one, else at half past; a scrape of another day tells no time. The tip is at
    half past seven."""
    assert bool(statuses(entry("tatum", "out", hour, scrape_time=scraped))) is counts


@pytest.mark.parametrize(("tip_minutes_later", "said"), [(0, "questionable"), (29, "questionable"), (30, "out")])
def test_the_edition_of_the_tips_hour_is_out_after_a_tip_on_the_hour(tip_minutes_later: int, said: str) -> None:
    """IND at MIA, 2 December 2023, 20:00: the 20 h edition, out at 20:30, took Haliburton off the list of doubts."""
    match = replace(MATCH, score=None)
    tip = eastern(MATCH.day, 20) + timedelta(minutes=tip_minutes_later)
    report = [entry("tatum", "questionable", 17, scrape_time="17:30"), entry("tatum", "out", 20, scrape_time="20:30")]
    row = one(rows_of(availability, report=report, games=[game_row(match, tip_at=tip)], names=NAMES))
    assert row["player_status"] == said
    assert row["published_eastern"] == f"2024-11-08 {'20:30' if said == 'out' else '17:30'}"


@pytest.mark.parametrize(("tip_minute", "said"), [(14, "available"), (15, "doubtful"), (44, "doubtful"), (45, "out")])
def test_of_several_editions_of_an_hour_the_last_before_the_tip_counts(tip_minute: int, said: str) -> None:
    """Since December 2025 there is one a quarter of an hour: the order in which they were loaded says nothing."""
    editions = [("out", "17:45"), ("available", "16:30"), ("doubtful", "17:15")]
    tip = eastern(MATCH.day, 17) + timedelta(minutes=tip_minute)
    for order in (editions, editions[::-1]):
        report = [entry("tatum", status, int(at[:2]), scrape_time=at) for status, at in order]
        row = one(rows_of(availability, report=report, games=[game_row(MATCH, tip_at=tip)], names=NAMES))
        assert row["player_status"] == said


def test_of_an_edition_that_was_loaded_twice_the_last_load_counts() -> None:
    loads = [
        entry("tatum", status, 17, processed_at=eastern(MATCH.day, hour))
        for status, hour in (("out", 19), ("probable", 18))
    ]
    assert statuses(*loads) == statuses(*loads[::-1]) == [("tatum", "out", "at 17")]


def test_without_a_tip_only_the_evening_before_counts() -> None:
    unknown = game_row(MATCH, tip_at=None)
    report = [entry("tatum", "doubtful", 22, EVE), entry("tatum", "out", 11)]
    row = one(rows_of(availability, report=report, games=[unknown], names=NAMES))
    assert row["player_status"] == "doubtful"


def test_an_edition_of_the_day_after_never_counts() -> None:
    """Though its hour is before the tip's: a range reads it for the next date's games."""
    assert statuses(entry("tatum", "out", 1, MATCH.day + timedelta(days=1))) == []


EDITIONS = st.lists(st.tuples(st.integers(0, 23), st.integers(0, 59)), min_size=1, unique_by=lambda edition: edition[0])


@settings(max_examples=15, deadline=None)
@given(editions=EDITIONS, tip=st.integers(0, 24 * 60 - 1))
def test_no_edition_after_the_tip_changes_anything(editions: list[tuple[int, int]], tip: int) -> None:
    def said(kept: list[tuple[int, int]]) -> list[dict[str, Any]]:
        report = [entry("tatum", f"at {hour}", hour, scrape_time=f"{hour:02}:{minute:02}") for hour, minute in kept]
        match = game_row(MATCH, tip_at=eastern(MATCH.day, 0) + timedelta(minutes=tip))
        return rows_of(availability, report=report, games=[match], names=NAMES)

    in_time = [(hour, minute) for hour, minute in editions if 60 * hour + minute <= tip]
    rows = said(editions)
    assert rows == said(in_time)
    assert [row["report_hour"] for row in rows] == ([max(in_time)[0]] if in_time else [])


def test_the_evening_befores_edition_counts_until_there_is_a_newer_one() -> None:
    eve = entry("tatum", "doubtful", 22, EVE)
    assert statuses(eve) == [("tatum", "doubtful", "at 22")]
    assert statuses(eve, entry("tatum", "out", 11)) == [("tatum", "out", "at 11")]


def test_an_edition_after_the_tip_is_no_forecast() -> None:
    assert statuses(entry("tatum", "out", 21)) == []


def test_each_player_has_his_own_last_edition() -> None:
    report = [entry("tatum", "Out", 17), entry("brown", "probable", 13), entry("brunson", "OUT", 13, team="NY")]
    rows = rows_of(availability, report=report, games=[game_row(MATCH)], names=NAMES)
    assert told(rows, "game_id", "team_abbr", "player_lookup", "player_status") == [
        (MATCH.id, "BOS", "brown", "probable"),
        (MATCH.id, "BOS", "tatum", "out"),
        (MATCH.id, "NYK", "brunson", "out"),
    ]


def test_statuses_count_in_any_case() -> None:
    assert statuses(entry("tatum", "OUT ", 13)) == [("tatum", "out", "at 13")]


def test_mangled_names_are_resolved_and_unknown_ones_left_out() -> None:
    """The report's normaliser loses `iv` in the middle of Ivey."""
    assert statuses(entry("jadeney", "out", 13), entry("nobody", "out", 13)) == [("jadenivey", "out", "at 13")]


def test_a_game_that_is_not_scheduled_is_left_out() -> None:
    assert statuses(entry("tatum", "out", 13, home_team="LAL")) == []


def test_a_row_says_which_edition_it_is_of() -> None:
    row = one(rows_of(availability, report=[entry("tatum", "Out", 22, EVE)], games=[game_row(MATCH)], names=NAMES))
    assert (row["report_date"], row["report_hour"], row["confidence"], row["season_year"]) == (EVE, 22, 0.95, 2024)
    assert (row["player_lookup_raw"], row["universal_player_id"]) == ("tatum", "tatum_001")


@needs_shared
@pytest.mark.slow
def test_haliburton_was_questionable_when_indiana_met_miami() -> None:
    """2 December 2023 at 20:00; the genuine edition that has him out was published at 20:30."""
    report = raw_rows("nba_raw.nbac_injury_report", "game_id = '20231202_IND_MIA'", "raw_2023-24")
    games = rows_of(schedule, raw=raw_rows("nba_raw.nbac_schedule", "game_date = '2023-12-02'", "raw_2023-24"))
    names = named(*{row["player_lookup"] for row in report})
    row = one(rows_of(availability, report=report, games=games, names=names), player_lookup="tyresehaliburton")
    assert (row["player_status"], row["published_eastern"]) == ("questionable", "2023-12-02 17:30")
