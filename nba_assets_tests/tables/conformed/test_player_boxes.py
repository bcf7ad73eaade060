"""One player's line in one game, from the best source that has the game."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from nba_assets.tables.conformed.player_boxes import COUNTS, listed_players, player_boxes, starters, stray_boxes
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Row, one, rows_of, told

OTHER = replace(MATCH, nba_id="0022400102", away="LAL", home="DEN")
GAMES = [game_row(MATCH), game_row(OTHER)]
NAMES = named("tatum", "brown", "brunson", "timhardawayjr", "jokic", timhardaway="timhardawayjr")
NOTHING = dict.fromkeys(("field_goals_made", "field_goals_attempted", "free_throws_attempted", "assists"), 0)


def line(player: str, points: int = 10, minutes: str | None = "30:00", team: str = "BOS", **more: Any) -> Row:
    """A player's row in MATCH, as all three box scores have it."""
    row = {
        "game_date": MATCH.day,
        "home_team_abbr": "BOS",
        "away_team_abbr": "NYK",
        "team_abbr": team,
        "player_lookup": player,
        "points": points,
        "minutes": minutes,
        "processed_at": datetime(2024, 11, 9, 9, tzinfo=UTC),
        "data_hash": "a",
    }
    return row | more


def sheet(player: str, points: int = 10, status: str = "active", **more: Any) -> Row:
    return line(player, points, player_status=status, player_name=player.title(), **more)


def bdl(player: str, points: int = 10, minutes: str | None = "30", **more: Any) -> Row:
    return line(player, points, minutes, player_full_name=player.title(), **more)


def nbac(player: str, points: int = 10, *, starter: bool | None = None, **more: Any) -> Row:
    return line(player, points, player_full_name=player.title(), nba_game_id=MATCH.nba_id, starter=starter, **more)


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


def test_balldontlie_is_the_last_resort() -> None:
    row = one(boxes(bdl=[bdl("tatum", 31, "37")]))
    assert (row["source"], row["minutes"], row["plus_minus"]) == ("bdl", 37, None)


def test_only_the_active_of_the_gamebook_appeared() -> None:
    rows = boxes(gamebook=[sheet("tatum"), sheet("brown", 0, "dnp"), sheet("brunson", 0, "inactive", team="NYK")])
    assert told(rows, "player_lookup") == [("tatum",)]


def test_a_minute_and_a_statistic_tell_who_played_in_balldontlies_list() -> None:
    """It lists everybody with zeros and rounds to whole minutes (R-8)."""
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


def test_rows_of_no_game_are_told_apart() -> None:
    """They are kept out of the boxes, and a check counts them."""
    stray = {"home_team_abbr": "LAL"}
    rows = rows_of(
        stray_boxes,
        gamebook=[sheet("tatum"), sheet("brown", **stray)],
        nbac=[nbac("white", game_date=date(2024, 11, 7))],
        bdl=[bdl("hart"), bdl("towns", home_team_abbr=None)],
        games=GAMES,
    )
    assert told(rows, "player_lookup", "source") == [
        ("brown", "gamebook"),
        ("towns", "bdl"),
        ("white", "nbac_boxscore"),
    ]
    assert boxes(gamebook=[sheet("brown", **stray)]) == []


def test_every_counting_statistic_has_a_name_of_ours() -> None:
    assert set(COUNTS) <= set(one(boxes(gamebook=[sheet("tatum")])))


def test_starters() -> None:
    rows = rows_of(
        starters,
        nbac=[nbac("tatum", starter=True), nbac("timhardaway", starter=False), nbac("stranger", starter=True)],
        games=GAMES,
        names=NAMES,
    )
    assert told(rows, "game_id", "game_date", "team_abbr", "player_lookup", "is_starter") == [
        (MATCH.id, date(2024, 11, 8), "BOS", "tatum", True),
        (MATCH.id, date(2024, 11, 8), "BOS", "timhardawayjr", False),
    ]


def test_a_starter_delivered_twice_is_one_starter() -> None:
    """Two rows would make two rows of `player_game_summary`."""
    rows = rows_of(starters, nbac=[nbac("tatum", starter=True)] * 2, games=GAMES, names=NAMES)
    assert told(rows, "player_lookup") == [("tatum",)]


def test_listed_players() -> None:
    rows = rows_of(
        listed_players,
        gamebook=[
            sheet("tatum"),
            sheet("brown", None, "dnp", dnp_reason="Coach's Decision"),
            sheet("brunson", None, "inactive", team="NY", dnp_reason="Left Ankle Sprain"),
        ],
        games=GAMES,
        names=NAMES,
    )
    assert told(rows, "player_lookup", "team_abbr", "player_status", "dnp_reason") == [
        ("brown", "BOS", "dnp", "Coach's Decision"),
        ("brunson", "NYK", "inactive", "Left Ankle Sprain"),
        ("tatum", "BOS", "active", None),
    ]


def test_a_person_delivered_twice_is_listed_once() -> None:
    """Two rows would be two players inactive."""
    rows = rows_of(listed_players, gamebook=[sheet("brown", None, "inactive")] * 2, games=GAMES, names=NAMES)
    assert told(rows, "player_lookup") == [("brown",)]
