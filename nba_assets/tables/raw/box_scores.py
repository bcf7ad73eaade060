"""Raw box scores: what each player and each team did in a game, from three player sources and the official totals.

Single events are in the play-by-play. Which source wins for a game is settled in the conformed tables, not here.
"""

from nba_assets.contracts.contract import Column, RawTable
from nba_assets.tables.raw.columns import BOOKKEEPING, COUNTING_STATS, GAME_DATE, SEASON_YEAR, columns_of

_GAME_TEAMS = (
    Column("home_team_abbr", "STRING", "home team of the game"),
    Column("away_team_abbr", "STRING", "away team of the game"),
)

_TOTAL_REBOUNDS = Column("total_rebounds", "INT64", "rebounds; can be NULL beside a filled split", "count")

_PLUS_MINUS = Column("plus_minus", "INT64", "team's margin while the player was on court", "points")

_PLAYER_LINE = columns_of(
    "player_game_summary",
    "points",
    "minutes_played",
    "assists",
    "steals",
    "blocks",
    "turnovers",
    "personal_fouls",
    "offensive_rebounds",
    "defensive_rebounds",
    "fg_attempts",
    "three_pt_attempts",
    "ft_attempts",
)

_TEAM_TOTALS = (
    *columns_of(
        "team_offense_game_summary",
        "points_scored",
        "fg_attempts",
        "three_pt_attempts",
        "ft_attempts",
        "rebounds",
        "assists",
        "turnovers",
        "personal_fouls",
        "possessions",
        "offensive_rating",
        "pace",
        "ts_pct",
    ),
    *columns_of(
        "team_defense_game_summary",
        "points_allowed",
        "opp_fg_attempts",
        "opp_three_pt_attempts",
        "opp_ft_attempts",
        "opp_rebounds",
        "opp_assists",
        "turnovers_forced",
        "fouls_committed",
        "three_pt_points_allowed",
        "defensive_rating",
        "opponent_pace",
        "opponent_ts_pct",
    ),
)

nbac_gamebook_player_stats = RawTable(
    dataset="nba_raw",
    name="nbac_gamebook_player_stats",
    description="A player on a game's official gamebook: played, dressed without playing, or inactive.",
    partition_by="game_date",
    key=("game_id", "player_lookup"),
    cluster_by=("season_year", "team_abbr", "player_status", "name_resolution_status"),
    need="required",
    feeds=(
        *_PLAYER_LINE,
        *columns_of("player_game_summary", "plus_minus"),
        *columns_of("team_offense_game_summary", "players_inactive", "starters_inactive"),
        *columns_of(
            "team_defense_game_summary", "steals", "defensive_rebounds", "players_inactive", "starters_inactive"
        ),
    ),
    columns=(
        Column("game_id", "STRING", "canonical YYYYMMDD_AWAY_HOME", required=True),
        Column("game_code", "STRING", "YYYYMMDD/AWYHOM"),
        GAME_DATE,
        SEASON_YEAR,
        *_GAME_TEAMS,
        Column("player_name", "STRING", "display name"),
        Column("player_lookup", "STRING", "normalised name, canonical", required=True),
        Column("team_abbr", "STRING", "player's team in this game"),
        Column("player_status", "STRING", "active (played), dnp (dressed) or inactive", required=True),
        Column("dnp_reason", "STRING", "published words for not playing, such as Did Not Dress"),
        Column("minutes", "STRING", "time on court as MM:SS; NULL unless active"),
        Column("minutes_decimal", "FLOAT64", "time on court; NULL unless active", "minutes"),
        *COUNTING_STATS,
        _TOTAL_REBOUNDS,
        _PLUS_MINUS,
        Column("name_resolution_status", "STRING", "how the printed surname was resolved"),
        Column("name_resolution_confidence", "FLOAT64", "confidence in the resolved name", "0-1"),
        Column("requires_manual_review", "BOOL", "the resolved name wants a look"),
        *BOOKKEEPING,
    ),
)

nbac_player_boxscores = RawTable(
    dataset="nba_raw",
    name="nbac_player_boxscores",
    description="A player who appeared in a game, from NBA.com's box score, with the official starter flag.",
    partition_by="game_date",
    key=("game_id", "player_lookup"),
    cluster_by=("player_lookup", "team_abbr"),
    need="fallback",
    feeds=(*_PLAYER_LINE, *columns_of("player_game_summary", "plus_minus", "starter_flag")),
    columns=(
        Column("game_id", "STRING", "canonical YYYYMMDD_AWAY_HOME", required=True),
        Column("nba_game_id", "STRING", "NBA's 10-digit id", required=True),
        GAME_DATE,
        SEASON_YEAR,
        Column("season_type", "STRING", "Regular Season, PlayIn or Playoffs"),
        Column("is_playoff_game", "BOOL", "playoff game"),
        *_GAME_TEAMS,
        Column("team_abbr", "STRING", "player's team in this game", required=True),
        Column("player_full_name", "STRING", "display name"),
        Column("player_lookup", "STRING", "normalised name, canonical", required=True),
        Column("nba_player_id", "INT64", "NBA's id of the player"),
        Column("starter", "BOOL", "in the starting five"),
        Column("minutes", "STRING", "time on court as MM:SS"),
        *COUNTING_STATS,
        _TOTAL_REBOUNDS,
        _PLUS_MINUS,
        *BOOKKEEPING,
    ),
)

bdl_player_boxscores = RawTable(
    dataset="nba_raw",
    name="bdl_player_boxscores",
    description="A listed player of a game, from Ball Don't Lie. Players who did not play are rows of zeros.",
    partition_by="game_date",
    require_partition_filter=True,
    key=("game_id", "player_lookup"),
    cluster_by=("player_lookup", "team_abbr"),
    need="fallback",
    feeds=_PLAYER_LINE,
    columns=(
        Column("game_id", "STRING", "canonical YYYYMMDD_AWAY_HOME", required=True),
        GAME_DATE,
        SEASON_YEAR,
        Column("game_status", "STRING", "status in words, such as Final"),
        Column("period", "INT64", "last period played; 5 and more are overtimes"),
        Column("is_postseason", "BOOL", "play-in or playoff game"),
        *_GAME_TEAMS,
        Column("home_team_score", "INT64", "score of the home team", "points"),
        Column("away_team_score", "INT64", "score of the away team", "points"),
        Column("team_abbr", "STRING", "player's team in this game", required=True),
        Column("player_full_name", "STRING", "display name", required=True),
        Column("player_lookup", "STRING", "normalised name; letters with diacritics are lost", required=True),
        Column("minutes", "STRING", "whole minutes as text; 00 also for players who did not play", "minutes"),
        *COUNTING_STATS,
        Column("rebounds", "INT64", "rebounds", "count"),
        *BOOKKEEPING,
    ),
)

nbac_team_boxscore = RawTable(
    dataset="nba_raw",
    name="nbac_team_boxscore",
    description="A team's official totals in one game: two rows a game.",
    partition_by="game_date",
    require_partition_filter=True,
    key=("nba_game_id", "team_abbr"),
    cluster_by=("game_id", "team_abbr", "season_year", "is_home"),
    need="required",
    feeds=_TEAM_TOTALS,
    columns=(
        Column("game_id", "STRING", "canonical shape, but in array order: not to be joined on", required=True),
        Column("nba_game_id", "STRING", "NBA's 10-digit id", required=True),
        GAME_DATE,
        SEASON_YEAR,
        Column("team_id", "INT64", "NBA's id of the team"),
        Column("team_abbr", "STRING", "team", required=True),
        Column("team_name", "STRING", "team's nickname"),
        Column("team_city", "STRING", "team's city"),
        Column("is_home", "BOOL", "follows the order in game_id, so wrong in about half of the games"),
        Column("minutes", "STRING", "the players' minutes together as MMM:SS: 240:00, and 25:00 more per overtime"),
        Column("points", "INT64", "points scored", "points"),
        Column("fg_made", "INT64", "field goals made, threes included", "count"),
        Column("fg_attempted", "INT64", "field goals attempted, threes included", "count"),
        Column("fg_percentage", "FLOAT64", "field goals made of attempted", "0-1"),
        Column("three_pt_made", "INT64", "three-pointers made", "count"),
        Column("three_pt_attempted", "INT64", "three-pointers attempted", "count"),
        Column("three_pt_percentage", "FLOAT64", "three-pointers made of attempted", "0-1"),
        Column("ft_made", "INT64", "free throws made", "count"),
        Column("ft_attempted", "INT64", "free throws attempted", "count"),
        Column("ft_percentage", "FLOAT64", "free throws made of attempted", "0-1"),
        Column("offensive_rebounds", "INT64", "offensive rebounds by players", "count"),
        Column("defensive_rebounds", "INT64", "defensive rebounds by players", "count"),
        Column("total_rebounds", "INT64", "rebounds by players, without team rebounds", "count"),
        Column("assists", "INT64", "assists", "count"),
        Column("steals", "INT64", "steals", "count"),
        Column("blocks", "INT64", "shots blocked", "count"),
        Column("turnovers", "INT64", "turnovers by players, without team turnovers", "count"),
        Column("personal_fouls", "INT64", "personal fouls", "count"),
        Column("plus_minus", "INT64", "final margin of the team", "points"),
        *BOOKKEEPING,
    ),
)
