"""Raw tables of who can play: the official injury report and the rosters.

Who did play is in the box scores, who a player is among the reference tables.
"""

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.tables.raw.columns import BOOKKEEPING, GAME_DATE, SEASON_YEAR, columns_of

nbac_injury_report = RawTable(
    dataset="nba_raw",
    name="nbac_injury_report",
    description="A player's status for a game in one edition of the NBA's injury report.",
    partition_by="report_date",
    # Since December 2025 an hour has several editions; of before, a row may not have its own time.
    key=("game_date", "player_lookup", "report_date", "report_hour", "scrape_time"),
    cluster_by=("player_lookup", "game_id", "injury_status"),
    need="optional",
    feeds=(
        *columns_of(
            "upcoming_player_game_context",
            "player_status",
            "injury_report",
            "star_teammates_out",
            "questionable_teammates",
            "probable_teammates",
            "projected_usage_rate",
        ),
        *columns_of(
            "upcoming_team_game_context", "starters_out_count", "players_out_count", "questionable_players_count"
        ),
    ),
    columns=(
        Column("report_date", "DATE", "date of the edition; the evening before for early ones", "US Eastern", True),
        Column("report_hour", "INT64", "hour of the edition, 0 to 23", "US Eastern", required=True),
        Column("season", "STRING", "the season as 2022-23"),
        GAME_DATE,
        Column("game_time", "STRING", "tip-off as printed, such as 07:30 (ET)"),
        Column("game_id", "STRING", "canonical YYYYMMDD_AWAY_HOME from the matchup"),
        Column("matchup", "STRING", "AWY@HOM"),
        Column("away_team", "STRING", "away team of the game"),
        Column("home_team", "STRING", "home team of the game"),
        Column("team", "STRING", "player's team"),
        Column("player_name_original", "STRING", "name as printed: Last, First"),
        Column("player_full_name", "STRING", "display name"),
        Column("player_lookup", "STRING", "jr, sr, ii, iii, iv lost anywhere in the name", required=True),
        Column("injury_status", "STRING", "out, doubtful, questionable, probable or available", required=True),
        Column("reason", "STRING", "the report's words"),
        Column("reason_category", "STRING", "injury, g_league, suspension, health_safety_protocol, rest, ..."),
        Column("confidence_score", "FLOAT64", "parser's confidence in the row", "0-1"),
        Column("overall_report_confidence", "FLOAT64", "parser's confidence in the edition", "0-1"),
        Column("data_kind", "STRING", "official, or reconstructed by those who knew who played"),
        Column("scrape_time", "STRING", "HH:MM of the scrape, by when the edition was out", "US Eastern"),
        *BOOKKEEPING,
    ),
)

espn_team_rosters = RawTable(
    dataset="nba_raw",
    name="espn_team_rosters",
    description="A player on a team's roster at one scrape. On most dates only some teams have one (U6).",
    partition_by="roster_date",
    require_partition_filter=True,
    key=("roster_date", "scrape_hour", "team_abbr", "espn_player_id"),
    cluster_by=("team_abbr", "player_lookup"),
    need="required",
    feeds=columns_of(
        "upcoming_player_game_context", "player_lookup", "player_full_name", "position", "team_abbr", "player_age"
    ),
    columns=(
        Column("roster_date", "DATE", "date of the scrape", "US Eastern", required=True),
        Column("scrape_hour", "INT64", "hour of the scrape, 0 to 23", "US Eastern", required=True),
        SEASON_YEAR,
        Column("team_abbr", "STRING", "team, in NBA's letters", required=True),
        Column("team_display_name", "STRING", "team's full name"),
        Column("espn_player_id", "INT64", "ESPN's id of the player", required=True),
        Column("player_full_name", "STRING", "display name"),
        Column("player_lookup", "STRING", "normalised name; suffix and diacritics are lost", required=True),
        Column("universal_player_id", "STRING", "registry id, where the scraper found one"),
        Column("position", "STRING", "position, such as PG or SG-PG"),
        Column("age", "INT64", "age in the season, one value for all of it, of its end", "years"),
        Column("birth_date", "DATE", "date of birth"),
        Column("experience_years", "INT64", "seasons played before", "years"),
        Column("status", "STRING", "roster status"),
        Column("source_file_date", "DATE", "date in the path of the scraped file"),
        *BOOKKEEPING,
    ),
)
