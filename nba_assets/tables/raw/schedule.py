"""Raw schedule of the NBA: who plays whom, when and where, which every game id is resolved through.

What happened in a game is in the box scores and the play-by-play.
"""

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.tables.raw.columns import BOOKKEEPING, GAME_DATE, SEASON_YEAR, columns_of

_TIP = Column("game_date_est", "TIMESTAMP", "tip-off, a true instant in spite of its name", "UTC")
_PRIMETIME = Column("is_primetime", "BOOL", "shown on a national network")
_CODE = Column("game_code", "STRING", "YYYYMMDD/AWYHOM: the away and home order to trust", required=True)

nbac_schedule_editions = RawTable(
    dataset="nba_raw",
    name="nbac_schedule_editions",
    description="A game as the schedule announced it, and when it stood so: kept on ingest, since the source replaces.",
    partition_by=None,
    key=("season_year", "game_id", "first_seen"),
    replaces="season_year",
    need="optional",
    feeds=columns_of(
        "upcoming_team_game_context", "next_game_days_rest", "next_opponent_team_abbr", "next_game_is_primetime"
    ),
    columns=(
        SEASON_YEAR,
        Column("game_id", "STRING", "NBA's 10-digit id", required=True),
        _CODE,
        GAME_DATE,
        _TIP,
        _PRIMETIME,
        Column("first_seen", "TIMESTAMP", "when the first edition with it was read", "UTC", required=True),
        Column("last_seen", "TIMESTAMP", "when the last edition with it was read; NULL while it stands", "UTC"),
        Column("withdrawn_at", "TIMESTAMP", "when the first edition without it was read; NULL while it stands", "UTC"),
    ),
)

nbac_schedule = RawTable(
    dataset="nba_raw",
    name="nbac_schedule",
    description="A game of the season, past or to come, as NBA.com's schedule has it.",
    partition_by="game_date",
    require_partition_filter=True,
    key=("game_id",),
    cluster_by=("data_source", "home_team_tricode", "away_team_tricode", "season_year"),
    replaces="season_year",
    editions=nbac_schedule_editions,
    need="required",
    feeds=(
        *columns_of("player_game_summary", "game_id", "season_year", "opponent_team_abbr", "win_flag"),
        *columns_of("team_offense_game_summary", "game_id", "season_year", "opponent_team_abbr", "home_game"),
        *columns_of("team_defense_game_summary", "game_id", "season_year", "opponent_team_abbr", "home_game"),
        *columns_of(
            "upcoming_player_game_context",
            "game_id",
            "opponent_team_abbr",
            "home_game",
            "game_start_time_local",
            "season_phase",
            "back_to_back",
            "consecutive_road_games",
            "travel_miles",
            "time_zone_changes",
            "next_game_days_rest",
            "games_in_next_7_days",
            "opponent_days_rest",
        ),
        *columns_of(
            "upcoming_team_game_context",
            "game_id",
            "opponent_team_abbr",
            "home_game",
            "team_days_rest",
            "team_back_to_back",
            "games_in_last_7_days",
            "games_in_last_14_days",
            "game_number_in_season",
            "team_win_streak_entering",
            "team_loss_streak_entering",
            "last_game_margin",
            "travel_miles",
        ),
    ),
    columns=(
        Column("game_id", "STRING", "NBA's 10-digit id; its first three digits give the season type", required=True),
        _CODE,
        Column("season_nba_format", "STRING", "the season as 2022-23"),
        SEASON_YEAR,
        GAME_DATE,
        _TIP,
        Column("game_status", "INT64", "1 scheduled, 2 live, 3 final"),
        Column("game_status_text", "STRING", "the status in words"),
        Column("home_team_id", "INT64", "NBA's id of the home team"),
        Column("home_team_tricode", "STRING", "home team", required=True),
        Column("home_team_name", "STRING", "home team's nickname"),
        Column("away_team_id", "INT64", "NBA's id of the away team"),
        Column("away_team_tricode", "STRING", "away team", required=True),
        Column("away_team_name", "STRING", "away team's nickname"),
        Column("home_team_score", "INT64", "final score of the home team; NULL before the end", "points"),
        Column("away_team_score", "INT64", "final score of the away team; NULL before the end", "points"),
        Column("winning_team_tricode", "STRING", "winner; NULL before the end"),
        _PRIMETIME,
        Column("is_regular_season", "BOOL", "TRUE for play-in and playoffs as well; use the id's prefix"),
        Column("is_playoffs", "BOOL", "playoffs; FALSE for the play-in; use the id's prefix"),
        Column("playoff_round", "STRING", "round, in the playoffs only"),
        Column("neutral_site_flag", "BOOL", "neither team plays at home"),
        Column("international_game", "BOOL", "played outside the United States and Canada"),
        Column("arena_timezone", "STRING", "never filled; the venue's zone is in the static tables"),
        Column("arena_name", "STRING", "arena"),
        Column("arena_city", "STRING", "arena's city"),
        Column("arena_state", "STRING", "arena's state or province; NULL abroad"),
        Column("data_source", "STRING", "api_stats, or cdn_static for the backup"),
        *BOOKKEEPING,
    ),
)
