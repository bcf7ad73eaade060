"""One player's line in one game, from the best source that has the game."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from nba_assets.basketball.box_scores import COUNTS
from nba_assets.tables.conformed.player_boxes import player_boxes
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Row, broken_of, one, rows_of, told
from nba_assets_tests.tables.conformed.sheets import bdl, nbac, sheet

OTHER = replace(MATCH, nba_id="0022400102", away="LAL", home="DEN")
GAMES = [game_row(MATCH), game_row(OTHER)]
NAMES = named("tatum", "brown", "brunson", "timhardawayjr", "jokic", timhardaway="timhardawayjr")
NOTHING = dict.fromkeys(("field_goals_made", "field_goals_attempted", "free_throws_attempted", "assists"), 0)


def boxes(**sources: list[Row]) -> list[dict[str, Any]]:
    return rows_of(player_boxes, games=GAMES, names=NAMES, **sources)


def test_a_line_of_the_gamebook() -> None:
    rows = boxes(gamebook=[sheet("tatum", 31, minutes="36:45", plus_minus=0, field_goals_attempted=20)])
    row = one(rows)
    assert (row["game_id"], row["player_lookup"], row["universal_player_id"]) == (MATCH.id, "tatum", "tatum_001")
    assert (row["player_full_name"], row["team_abbr"], row["opponent_team_abbr"]) == ("Tatum", "BOS", "NYK")
    assert (row["points"], row["fg_attempts"], row["ft_attempts"], row["plus_minus"]) == (31, 20, None, 0)
    assert (row["minutes"], row["season_type"], row["source"]) == (36.75, "regular", "gamebook")


def test_sources_are_taken_game_by_game() -> None:
    """The gamebook lacks the second game: it comes from the next source, and the first stays as it is."""
    second = {"home_team_abbr": "DEN", "away_team_abbr": "LAL", "team_abbr": "DEN"}
    rows = boxes(
        gamebook=[sheet("tatum", 31)],
        nbac=[nbac("tatum", 99), nbac("brown", 98), nbac("jokic", 27, **second)],
        bdl=[bdl("tatum", 97), bdl("jokic", 96, **second)],
    )
    assert told(rows, "player_lookup", "points", "source") == [
        ("jokic", 27, "nbac_boxscore"),
        ("tatum", 31, "gamebook"),
    ]


def test_who_started_is_told_by_nbacoms_list_whatever_the_source_of_the_line() -> None:
    listed = [{"game_id": MATCH.id, "player_lookup": p, "is_starter": p == "tatum"} for p in ("tatum", "brown")]
    of_another = {"game_id": OTHER.id, "player_lookup": "brunson", "is_starter": True}
    names = ("tatum", "brown", "brunson", "nobody")
    rows = boxes(gamebook=[sheet(player) for player in names], starters=[*listed, of_another])
    assert told(rows, "player_lookup_raw", "is_starter") == [
        ("brown", False),
        ("brunson", None),
        ("nobody", None),
        ("tatum", True),
    ]


def test_minutes_of_a_clock_that_nobody_can_have_played_are_told_by_the_second_column() -> None:
    """And by nothing where it has none either, which a check says."""
    clocks = {"tatum": "PT34M12.00S", "brown": "3412", "timhardawayjr": "x", "brunson": "79"}
    rows = boxes(gamebook=[sheet(p, minutes=clock, minutes_decimal=35.5) for p, clock in clocks.items()])
    assert told(rows, "player_lookup", "minutes") == [
        ("brown", 35.5),
        ("brunson", 35.5),
        ("tatum", 34.2),
        ("timhardawayjr", 35.5),
    ]
    assert one(boxes(nbac=[nbac("tatum", minutes="x")]))["minutes"] is None


def test_statuses_count_in_any_case_and_unknown_ones_are_kept_out() -> None:
    listed = [sheet("tatum", status="ACTIVE"), sheet("brown", status=" Active "), sheet("brunson", status="suspended")]
    assert told(boxes(gamebook=listed), "player_lookup") == [("brown",), ("tatum",)]
    unknown = broken_of(player_boxes, "statuses_are_known", (), gamebook=listed)
    assert told(unknown, "player_lookup") == [("brunson",)]


def test_balldontlie_is_the_last_resort() -> None:
    row = one(boxes(bdl=[bdl("tatum", 31, "37")]))
    assert (row["source"], row["minutes"], row["plus_minus"]) == ("bdl", 37, None)


def test_only_the_active_of_the_gamebook_appeared() -> None:
    rows = boxes(gamebook=[sheet("tatum"), sheet("brown", 0, "dnp"), sheet("brunson", 0, "inactive", team="NYK")])
    assert told(rows, "player_lookup") == [("tatum",)]


def test_a_minute_and_a_statistic_tell_who_played_in_balldontlies_list() -> None:
    """It lists everybody with zeros and rounds to whole minutes."""
    rows = boxes(
        bdl=[
            bdl("tatum", 0, "00", **NOTHING),
            bdl("brown", 0, "00", **NOTHING | {"free_throws_attempted": 1}),
            bdl("brunson", 0, "01", **NOTHING, team="NYK"),
            bdl("timhardawayjr", 0, None, **NOTHING),
        ]
    )
    assert told(rows, "player_lookup", "minutes") == [("brown", 0), ("brunson", 1)]


def test_an_appearance_of_no_minutes_is_kept_in_the_gamebook() -> None:
    assert one(boxes(gamebook=[sheet("tatum", 0, minutes="0:00")]))["minutes"] == 0


def test_an_alias_is_the_player() -> None:
    row = one(boxes(gamebook=[sheet("timhardaway")]))
    assert (row["player_lookup"], row["player_lookup_raw"]) == ("timhardawayjr", "timhardaway")


def test_an_unknown_player_is_kept_unnamed() -> None:
    """His points are his team's; the check `players_are_known` counts him."""
    row = one(boxes(gamebook=[sheet("newcomer", 7)]))
    assert (row["player_lookup"], row["universal_player_id"]) == (None, None)
    assert (row["player_lookup_raw"], row["points"]) == ("newcomer", 7)


def test_the_last_of_duplicate_deliveries_counts() -> None:
    late = datetime(2024, 11, 10, tzinfo=UTC)
    for source, of in (("gamebook", sheet), ("nbac", nbac), ("bdl", bdl)):
        rows = boxes(**{source: [of("tatum", 31, processed_at=late), of("tatum", 29)]})
        assert told(rows, "points") == [(31,)], source


def test_home_and_away_are_the_schedules() -> None:
    """Two sources fill them from array order; the pair finds the game."""
    row = one(boxes(gamebook=[sheet("brunson", team="NYK", home_team_abbr="NYK", away_team_abbr="BOS")]))
    assert (row["game_id"], row["team_abbr"], row["opponent_team_abbr"]) == (MATCH.id, "NYK", "BOS")


def test_every_counting_statistic_has_a_name_of_ours() -> None:
    assert set(COUNTS) <= set(one(boxes(gamebook=[sheet("tatum")])))


def test_a_game_under_way_has_no_boxes_yet() -> None:
    live = [game_row(MATCH, is_final=False)]
    for source in ({"gamebook": [sheet("tatum")]}, {"nbac": [nbac("tatum")]}, {"bdl": [bdl("tatum")]}):
        assert rows_of(player_boxes, games=live, names=NAMES, **source) == []


def test_a_player_of_a_team_that_is_not_in_the_game_is_kept_out() -> None:
    """He had its away team for an opponent."""
    assert told(boxes(gamebook=[sheet("tatum"), sheet("jokic", team_abbr="DEN")]), "player_lookup") == [("tatum",)]
