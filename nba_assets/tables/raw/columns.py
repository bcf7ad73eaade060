"""Columns that several raw tables share, written once.

Only columns that mean the same everywhere belong here; a column of one table is declared with that table.
"""

from nba_assets.contracts.contract import Column

BOOKKEEPING = (
    Column("source_file_path", "STRING", "object-store path of the scraped file", required=True),
    Column("data_hash", "STRING", "first 16 hex digits of SHA-256 over the loader's own, narrow list of fields"),
    Column("created_at", "TIMESTAMP", "first write of the row", "UTC"),
    Column("processed_at", "TIMESTAMP", "last write of the row; says how fresh the table is", "UTC", required=True),
)

GAME_DATE = Column("game_date", "DATE", "calendar date of the game", "US Eastern", required=True)

SEASON_YEAR = Column("season_year", "INT64", "year the season starts in: 2022 for 2022-23", "year", required=True)

COUNTING_STATS = (
    Column("points", "INT64", "points scored", "points"),
    Column("assists", "INT64", "assists", "count"),
    Column("steals", "INT64", "steals", "count"),
    Column("blocks", "INT64", "shots blocked", "count"),
    Column("turnovers", "INT64", "turnovers by the player", "count"),
    Column("personal_fouls", "INT64", "personal fouls", "count"),
    Column("field_goals_made", "INT64", "field goals made, threes included", "count"),
    Column("field_goals_attempted", "INT64", "field goals attempted, threes included", "count"),
    Column("three_pointers_made", "INT64", "three-pointers made", "count"),
    Column("three_pointers_attempted", "INT64", "three-pointers attempted", "count"),
    Column("free_throws_made", "INT64", "free throws made", "count"),
    Column("free_throws_attempted", "INT64", "free throws attempted", "count"),
    Column("offensive_rebounds", "INT64", "offensive rebounds", "count"),
    Column("defensive_rebounds", "INT64", "defensive rebounds", "count"),
)
"""A player's line in one game, the same in all three player box scores; NULL where the player has no line."""


def columns_of(table: str, *columns: str) -> tuple[str, ...]:
    """`("team_offense_game_summary", "pace")` -> `("team_offense_game_summary.pace",)`, as `feeds` wants them."""
    return tuple(f"{table}.{column}" for column in columns)
