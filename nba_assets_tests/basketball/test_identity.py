"""Which game, team and player a raw row means."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import ibis
import pytest

from nba_assets.basketball import identity
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import Query, one, told, values_of

RAW = ibis.schema(
    {
        "game_id": "string",
        "nba_game_id": "string",
        "game_date": "date",
        "season_year": "int64",
        "home_team_abbr": "string",
        "away_team_abbr": "string",
        "points": "int64",
    }
)
REMATCH = replace(MATCH, nba_id="0022400102", day=date(2024, 11, 9), away="BOS", home="NYK")

BY_PAIR = Query(lambda rows, games: identity.stamp_by_pair(rows, games), {"rows": RAW, "games": schedule})
BY_ID = Query(lambda rows, games: identity.stamp_by_nba_id(rows, games), {"rows": RAW, "games": schedule})
GAMES = [game_row(MATCH), game_row(REMATCH)]


@pytest.mark.parametrize(
    ("vendor", "nba"),
    [
        *[("BRK", "BKN"), ("CHO", "CHA"), ("PHO", "PHX"), ("GS", "GSW"), ("NO", "NOP"), ("NY", "NYK"), ("SA", "SAS")],
        *[("UTAH", "UTA"), ("BOS", "BOS"), ("bos", "BOS"), ("ny", "NYK"), (None, None)],
    ],
)
def test_vendors_team_codes(vendor: str | None, nba: str | None) -> None:
    assert values_of(identity.team, "string", vendor) == [nba]


@pytest.mark.parametrize(("home", "away"), [("BOS", "NYK"), ("NYK", "BOS"), ("NY", "bos")])
def test_a_game_is_found_by_date_and_pair_in_any_order(home: str, away: str) -> None:
    """NYK at BOS on the 8th, and the return match on the 9th: the date tells them apart, not the order."""
    rows = [
        {"game_id": "hash", "game_date": day, "home_team_abbr": home, "away_team_abbr": away, "points": n}
        for n, day in enumerate([MATCH.day, REMATCH.day, date(2024, 11, 10)])
    ]
    found = BY_PAIR(rows=rows, games=GAMES)
    assert told(found, "points", "game_id") == [(0, "20241108_NYK_BOS"), (1, "20241109_BOS_NYK")]
    assert set(found[0]) == {"points", "nba_game_id", "game_date", "game_id", "season_year"}


def test_rows_of_an_unknown_pair_are_left_out() -> None:
    row = {"game_date": MATCH.day, "points": 1}
    assert BY_PAIR(rows=[row | {"home_team_abbr": "BOS", "away_team_abbr": "LAL"}], games=GAMES) == []
    assert BY_PAIR(rows=[row | {"home_team_abbr": "BOS"}], games=GAMES) == []


def test_a_game_is_found_by_the_nbas_id_whatever_its_own_id_and_date_say() -> None:
    """The team box's game id is in array order; a date that slipped past midnight is put right."""
    row = {"nba_game_id": "0022400101", "game_id": "20241108_BOS_NYK", "game_date": REMATCH.day, "points": 7}
    (found,) = BY_ID(rows=[row, row | {"nba_game_id": "0022400999"}], games=GAMES)
    assert (found["game_id"], found["game_date"], found["season_year"]) == ("20241108_NYK_BOS", MATCH.day, 2024)


def test_resolve_keeps_what_stood_there() -> None:
    rows = ibis.schema({"player_lookup": "string", "points": "int64"})
    query = Query(lambda rows, names: identity.resolve(rows, names), {"rows": rows, "names": player_names})
    found = query(
        rows=[{"player_lookup": "thardaway", "points": 9}, {"player_lookup": "nobody", "points": 1}],
        names=named("timhardawayjr", thardaway="timhardawayjr"),
    )
    known = one(found, points=9)
    assert known["player_lookup"] == "timhardawayjr"
    assert known["player_lookup_raw"] == "thardaway"
    assert known["universal_player_id"] == "timhardawayjr_001"
    assert one(found, points=1) == {
        "player_lookup": None,
        "player_lookup_raw": "nobody",
        "universal_player_id": None,
        "points": 1,
    }


def test_resolve_into_another_column_leaves_the_rest() -> None:
    rows = ibis.schema({"blocker": "string", "player_lookup": "string"})
    query = Query(
        lambda rows, names: identity.resolve(rows, names, "blocker", "blocked_by"),
        {"rows": rows, "names": player_names},
    )
    (found,) = query(rows=[{"blocker": "jtatum", "player_lookup": "x"}], names=named("tatum", jtatum="tatum"))
    assert found == {"blocker": "jtatum", "player_lookup": "x", "blocked_by": "tatum"}


@pytest.mark.parametrize(
    ("spelling", "name"), [("12345tatum", "tatum"), ("tatum", "tatum"), ("tatum2", "tatum2"), (None, None)]
)
def test_a_number_in_front_of_a_spelling_is_taken_off(spelling: str | None, name: str | None) -> None:
    assert values_of(identity.without_number, "string", spelling) == [name]


BY_NO_GAME = Query(lambda rows, games: identity.without_game(rows, games), {"rows": RAW, "games": schedule})


def test_rows_of_no_game_are_what_the_pair_leaves_out() -> None:
    """Together they are all rows, as they came."""
    rows = [
        {"game_id": "hash", "game_date": MATCH.day, "home_team_abbr": home, "away_team_abbr": away, "points": n}
        for n, (home, away) in enumerate([("NY", "BOS"), ("BOS", "LAL"), ("BOS", None)])
    ]
    assert told(BY_PAIR(rows=rows, games=GAMES), "points") == [(0,)]
    strays = BY_NO_GAME(rows=rows, games=GAMES)
    assert told(strays, "points", "home_team_abbr") == [(1, "BOS"), (2, "BOS")]
    assert set(strays[0]) == set(RAW)
