"""Who started, as NBA.com's box score lists them."""

from __future__ import annotations

from datetime import date

from nba_assets.tables.conformed.views.starters import starters
from nba_assets_tests.given import MATCH, game_row, named
from nba_assets_tests.rows import rows_of, told
from nba_assets_tests.tables.conformed.sheets import nbac

GAMES = [game_row(MATCH)]
NAMES = named("tatum", "timhardawayjr", timhardaway="timhardawayjr")


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
