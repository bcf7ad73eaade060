"""Raw reference tables: who a player is, what else he is called, where games are played.

They change by season rather than by day, are small, stored whole and not partitioned.
"""

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.tables.raw.columns import columns_of

_SEASON = Column("season", "STRING", "the season as 2022-23", required=True)

_WRITTEN = (
    Column("created_by", "STRING", "what wrote the row"),
    Column("created_at", "TIMESTAMP", "first write of the row", "UTC"),
    Column("processed_at", "TIMESTAMP", "last write of the row", "UTC"),
)

_PLACE = (
    Column("latitude", "FLOAT64", "of the arena", "degrees north", required=True),
    Column("longitude", "FLOAT64", "of the arena", "degrees east", required=True),
    Column("timezone", "STRING", "IANA time zone of the arena", required=True),
)

_IDENTITY = (
    *columns_of("player_game_summary", "player_lookup", "universal_player_id", "player_full_name"),
    *columns_of("upcoming_player_game_context", "player_lookup", "universal_player_id"),
)

_TRAVEL = (
    *columns_of(
        "upcoming_player_game_context",
        "game_start_time_local",
        "travel_miles",
        "time_zone_changes",
        "miles_traveled_last_14_days",
        "time_zones_crossed_last_14_days",
    ),
    *columns_of("upcoming_team_game_context", "travel_miles"),
)

nba_players_registry = RawTable(
    dataset="nba_reference",
    name="nba_players_registry",
    description="A player with a team in a season, and his one id. The counts look ahead: they cover the season.",
    partition_by=None,
    key=("player_lookup", "team_abbr", "season"),
    replaces="season",
    need="required",
    feeds=_IDENTITY,
    columns=(
        Column("universal_player_id", "STRING", "the player's one id, such as lebronjames_001", required=True),
        Column("player_name", "STRING", "display name"),
        Column("player_lookup", "STRING", "normalised name, canonical", required=True),
        Column("team_abbr", "STRING", "team", required=True),
        _SEASON,
        Column("nba_player_id", "INT64", "NBA's id of the player"),
        Column("first_game_date", "DATE", "first game for the team", "US Eastern"),
        Column("last_game_date", "DATE", "last game for the team", "US Eastern"),
        Column("games_played", "INT64", "games played for the team", "count"),
        Column("total_appearances", "INT64", "gamebooks that list him", "count"),
        Column("inactive_appearances", "INT64", "gamebooks that list him as inactive", "count"),
        Column("dnp_appearances", "INT64", "gamebooks that list him as dressed without playing", "count"),
        Column("jersey_number", "INT64", "jersey number"),
        Column("position", "STRING", "position, such as PG or SG-PG"),
        Column("source_priority", "STRING", "source that the row rests on"),
        Column("confidence_score", "FLOAT64", "confidence in the row", "0-1"),
        Column("last_processor", "STRING", "what last changed the row"),
        Column("last_gamebook_activity_date", "DATE", "last gamebook that lists him", "US Eastern"),
        *_WRITTEN,
    ),
)

player_aliases = RawTable(
    dataset="nba_reference",
    name="player_aliases",
    description="A spelling of a player's name that some source uses, and the canonical one.",
    partition_by=None,
    key=("alias_lookup",),
    replaces="alias_lookup",
    need="required",
    feeds=_IDENTITY,
    columns=(
        Column("alias_lookup", "STRING", "normalised name as the source has it", required=True),
        Column("nba_canonical_lookup", "STRING", "normalised name, canonical", required=True),
        Column("alias_display", "STRING", "display name as the source has it"),
        Column("nba_canonical_display", "STRING", "canonical display name"),
        Column("alias_type", "STRING", "suffix_difference, diacritic_deleted, nickname or source_variation"),
        Column("alias_source", "STRING", "source that uses it"),
        Column("is_active", "BOOL", "in use; an inactive alias resolves nothing", required=True),
        Column("notes", "STRING", "remarks"),
        *_WRITTEN,
    ),
)

team_locations = RawTable(
    dataset="nba_static",
    name="team_locations",
    description="A team's home arena in a season.",
    partition_by=None,
    key=("team_abbr", "season"),
    replaces="season",
    need="required",
    feeds=_TRAVEL,
    columns=(
        Column("team_abbr", "STRING", "team", required=True),
        _SEASON,
        Column("city", "STRING", "arena's city"),
        Column("state", "STRING", "arena's state or province"),
        Column("arena_name", "STRING", "arena"),
        *_PLACE,
        Column("airport_code", "STRING", "IATA code of the nearest airport"),
        Column("country", "STRING", "ISO code of the country, three letters"),
        Column("created_at", "TIMESTAMP", "first write of the row", "UTC"),
        Column("updated_at", "TIMESTAMP", "last write of the row", "UTC"),
    ),
)

extra_venues = RawTable(
    dataset="nba_static",
    name="extra_venues",
    description="An arena used in a season away from the home arenas: neutral sites and moved home games.",
    partition_by=None,
    key=("arena_name", "season"),
    replaces="season",
    need="optional",
    feeds=_TRAVEL,
    columns=(
        Column("arena_name", "STRING", "arena, as the schedule names it", required=True),
        _SEASON,
        Column("city", "STRING", "arena's city"),
        Column("country", "STRING", "ISO code of the country, three letters"),
        *_PLACE,
        Column("neutral_site_flag", "BOOL", "neither team plays at home there"),
        Column("games", "INT64", "games played there in the season", "count"),
    ),
)
