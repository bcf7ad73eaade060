"""Who is on a team on a date, and what the last injury report before the tip says."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import ibis

from nba_assets.tables.conformed.availability import availability, on_roster, rosters
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Query, Row, one, rows_of, told

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
    editions = [entry("tatum", "questionable", 13), entry("tatum", "out", 19), entry("tatum", "available", 20)]
    assert statuses(*editions) == [("tatum", "out", "at 19")]


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


def test_mangled_names_are_resolved_and_unknown_ones_left_out() -> None:
    """The report's normaliser loses `iv` in the middle of Ivey (R-5)."""
    assert statuses(entry("jadeney", "out", 13), entry("nobody", "out", 13)) == [("jadenivey", "out", "at 13")]


def test_a_game_that_is_not_scheduled_is_left_out() -> None:
    assert statuses(entry("tatum", "out", 13, home_team="LAL")) == []


def snapshot(day: int, team: str, *players: str, hour: int = 8) -> list[Row]:
    return [
        {
            "roster_date": date(2024, 11, day),
            "scrape_hour": hour,
            "season_year": 2024,
            "team_abbr": team,
            "espn_player_id": n,
            "player_lookup": player,
            "player_full_name": player.title(),
            "age": 26,
        }
        for n, player in enumerate(players)
    ]


def rosters_of(*snapshots: list[Row]) -> list[dict[str, Any]]:
    return rows_of(rosters, rosters=[row for snapshot in snapshots for row in snapshot], names=NAMES)


def test_a_snapshot_holds_until_the_teams_next() -> None:
    """The Knicks' newer roster does not hide Boston's (U6)."""
    rows = rosters_of(
        snapshot(1, "BOS", "tatum", "brown"), snapshot(6, "BOS", "tatum", "stranger"), snapshot(8, "NY", "brunson")
    )
    forever = date(9999, 12, 31)
    assert told(rows, "team_abbr", "player_lookup", "since", "until") == [
        ("BOS", "brown", date(2024, 11, 1), date(2024, 11, 6)),
        ("BOS", "tatum", date(2024, 11, 1), date(2024, 11, 6)),
        ("BOS", "tatum", date(2024, 11, 6), forever),
        ("NYK", "brunson", date(2024, 11, 8), forever),
    ]


def test_the_last_scrape_of_a_day_counts() -> None:
    rows = rosters_of(snapshot(1, "BOS", "tatum", "brown", hour=8), snapshot(1, "BOS", "tatum", hour=17))
    assert told(rows, "player_lookup") == [("tatum",)]


DAYS = ibis.schema({"team_abbr": "string", "season_year": "int64", "game_date": "date"})
ON_ROSTER = Query(on_roster, {"days": DAYS, "rosters": rosters})


def players_on(day: int, spans: list[Row], *teams: str) -> list[tuple]:
    days = [{"team_abbr": team, "season_year": 2024, "game_date": date(2024, 11, day)} for team in teams]
    return told(ON_ROSTER(days=days, rosters=spans), "team_abbr", "player_lookup")


def test_who_is_on_a_team_on_a_day() -> None:
    spans = rosters_of(snapshot(3, "BOS", "tatum", "brown"), snapshot(6, "BOS", "tatum"))
    assert players_on(2, spans, "BOS") == []
    assert players_on(3, spans, "BOS") == players_on(5, spans, "BOS") == [("BOS", "brown"), ("BOS", "tatum")]
    assert players_on(6, spans, "BOS") == [("BOS", "tatum")]


def test_a_player_on_two_rosters_is_on_the_newer_one() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum", "brown"), snapshot(5, "NYK", "brunson", "brown"))
    assert players_on(4, spans, "BOS", "NYK") == [("BOS", "brown"), ("BOS", "tatum")]
    assert players_on(8, spans, "BOS", "NYK") == [("BOS", "tatum"), ("NYK", "brown"), ("NYK", "brunson")]


def test_a_traded_player_has_left_though_his_new_team_does_not_play_that_day() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum", "brown"), snapshot(5, "NYK", "brunson", "brown"))
    assert players_on(8, spans, "BOS") == [("BOS", "tatum")]


def test_a_row_keeps_what_the_roster_knows() -> None:
    spans = rosters_of(snapshot(1, "BOS", "tatum"))
    row = one(
        ON_ROSTER(days=[{"team_abbr": "BOS", "season_year": 2024, "game_date": date(2024, 11, 2)}], rosters=spans)
    )
    assert (row["universal_player_id"], row["player_full_name"], row["age"]) == ("tatum_001", "Tatum", 26)
