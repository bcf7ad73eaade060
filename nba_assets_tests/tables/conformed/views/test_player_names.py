"""Every spelling that is known, and whom it means."""

from __future__ import annotations

from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets_tests.rows import rows_of, told


def registered(lookup: str, team: str = "BOS", season: str = "2024-25", number: int = 1) -> dict:
    return {
        "player_lookup": lookup,
        "team_abbr": team,
        "season": season,
        "universal_player_id": f"{lookup}_{number:03}",
    }


def alias(spelling: str, lookup: str, *, is_active: bool = True) -> dict:
    return {"alias_lookup": spelling, "nba_canonical_lookup": lookup, "is_active": is_active}


def test_every_spelling_means_one_player() -> None:
    """Of two ids of a name it is the first."""
    found = rows_of(
        player_names,
        registry=[
            registered("timhardawayjr"),
            registered("timhardawayjr", "DAL", "2023-24", number=2),
            registered("timhardaway"),
        ],
        aliases=[
            alias("thardawayjr", "timhardawayjr"),
            alias("hardawayold", "timhardawayjr", is_active=False),
            alias("timhardaway", "timhardawayjr"),
            alias("nobody", "someoneelse"),
        ],
    )
    assert told(found, "spelling", "player_lookup", "universal_player_id", "bearers") == [
        ("thardawayjr", "timhardawayjr", "timhardawayjr_001", 2),
        ("timhardaway", "timhardaway", "timhardaway_001", 1),
        ("timhardawayjr", "timhardawayjr", "timhardawayjr_001", 2),
    ], "a registered name is never an alias; inactive aliases and aliases of nobody resolve nothing"
