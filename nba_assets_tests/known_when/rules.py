"""When raw rows were known: for every raw table the instant of a row, and what its columns held then.

SQL over the row itself; `getvariable('tip')` is the instant asked about and `getvariable('day')` its Eastern date. A
table that is not here has no rule, and no lake can be cut with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from nba_assets.contracts.contract import RawTable

DAY, TIP = "getvariable('day')", "getvariable('tip')"

ALWAYS, NEVER = "TIMESTAMPTZ '-infinity'", "TIMESTAMPTZ 'infinity'"

_STARTS = f"(year({DAY}) - (month({DAY}) < 10)::INT)"

LABEL = f"{_STARTS}::VARCHAR || '-' || lpad((({_STARTS} + 1) % 100)::VARCHAR, 2, '0')"
"""The season of the day as 2022-23."""

BY_ITS_SEASON = f"CASE WHEN r.season <= {LABEL} THEN {ALWAYS} ELSE {NEVER} END"
"""Of what is published for a season ahead of it."""

WITHDRAWN_SINCE = f"""
    SELECT game_id, game_code, season_year, game_date, game_date_est, is_primetime, 1 AS game_status,
        first_seen AS processed_at,
        substr(game_code, 10, 3) AS away_team_tricode, substr(game_code, 13, 3) AS home_team_tricode
    FROM nba_raw.nbac_schedule_editions
    WHERE first_seen <= {TIP} AND withdrawn_at > {TIP} AND game_date >= {DAY}
"""
"""Games that stood in the schedule at the tip and do not any more."""

LATER_EDITIONS = """
    CREATE OR REPLACE TEMP TABLE later_editions AS
    FROM (SELECT *, min(first_seen) OVER (PARTITION BY season_year) AS kept_since FROM nba_raw.nbac_schedule_editions)
    WHERE withdrawn_at IS NULL AND first_seen > kept_since
"""
"""What the schedule says since an edition after the first that was kept."""


@dataclass(frozen=True)
class Rule:
    """A row is known from `known_at` on; before more is known, `as_then` stands in these columns.

    `rows` are the table's own, unless some of those that were there then are kept elsewhere.
    """

    known_at: str
    as_then: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""


def rule_of(table: RawTable) -> Rule:
    """Raises LookupError for a table whose rows nobody has said when they are known."""
    if table.full_name not in RULES:
        raise LookupError(f"{table.full_name}: say when its rows are known")
    return RULES[table.full_name]


def eastern(timestamp: str) -> str:
    """A time on Eastern clocks as an instant."""
    return f"(({timestamp})::TIMESTAMP AT TIME ZONE 'America/New_York')"


def results() -> Rule:
    """What happened in a game is known when its date is over; a late correction passes for the first word."""
    return Rule(known_at=eastern("game_date + 1"))


def schedule() -> Rule:
    """A game is known once it is certain, what came of it when its date is over; and where editions were kept, as the
    edition of then has it.

    That a game is off is known when its row was read. Before the first edition that was kept of a season, the last one
    stands for all: through it postponements leak.
    """
    to_come = f"game_date >= {DAY}"
    certain = (
        f"(SELECT coalesce(min(certain.known_at), CASE WHEN r.game_id LIKE '002%' THEN {ALWAYS} END)"
        " FROM certain WHERE certain.game_id = r.game_id)"
    )
    announced = (
        f"(SELECT coalesce(min(first_seen), {ALWAYS}) FROM later_editions AS e"
        " WHERE e.game_id = r.game_id AND e.game_date = r.game_date AND e.season_year = r.season_year"
        f" AND e.kept_since <= {TIP})"
    )

    def unless_to_come(column: str, then: str) -> str:
        return f"CASE WHEN {to_come} THEN {then} ELSE {column} END"

    return Rule(
        rows=f"(FROM nba_raw.nbac_schedule UNION ALL BY NAME ({WITHDRAWN_SINCE}))",
        known_at=f"greatest({certain}, {announced})",
        as_then={
            "game_status": unless_to_come("game_status", "1"),
            "game_status_text": unless_to_come(
                "game_status_text", f"CASE WHEN processed_at <= {TIP} THEN game_status_text ELSE 'Scheduled' END"
            ),
            "home_team_score": unless_to_come("home_team_score", "NULL"),
            "away_team_score": unless_to_come("away_team_score", "NULL"),
            "winning_team_tricode": unless_to_come("winning_team_tricode", "NULL"),
            "created_at": f"least(created_at, {eastern(DAY)})",
            "processed_at": f"least(processed_at, {eastern(DAY)})",
        },
    )


def schedule_editions() -> Rule:
    """An edition is known from when it was read, and how long it stood only afterwards."""
    return Rule(
        known_at="first_seen",
        as_then={
            "last_seen": f"CASE WHEN withdrawn_at <= {TIP} THEN last_seen END",
            "withdrawn_at": f"CASE WHEN withdrawn_at <= {TIP} THEN withdrawn_at END",
        },
    )


def injury_editions() -> Rule:
    """An edition is known from its own time on, or half past its hour: where it has none, or one before the hour, which
    is of another day."""
    own = "try_strptime(scrape_time, '%H:%M')::TIME"
    at = f"CASE WHEN {own} >= make_time(report_hour, 0, 0) THEN {own} ELSE make_time(report_hour, 30, 0) END"
    return Rule(known_at=eastern(f"report_date + {at}"))


def rosters() -> Rule:
    """A page is known from its scrape on. The season's age is from its end: who has a birth date has no use for it."""
    return Rule(
        known_at=eastern("roster_date + to_hours(scrape_hour)"),
        as_then={"age": "CASE WHEN birth_date IS NULL THEN age END"},
    )


def snapshots() -> Rule:
    """A line is known from its snapshot on."""
    return Rule(known_at="snapshot_timestamp")


def offers() -> Rule:
    """An offer is known from the book's last word on it, whenever it was scraped."""
    return Rule(known_at="bookmaker_last_update")


def registry() -> Rule:
    """Who a player is, is known from the first row that names him; nothing else is of the season that runs.

    Bulk loads write the registry at the season's end, so its own times say nothing. A team that he has yet to play for
    is left out for who has one already.
    """
    this_season = f"r.season = ({LABEL})"
    joined = f"(r.first_game_date >= {DAY} OR r.first_game_date IS NULL)"
    elsewhere = (
        "EXISTS (SELECT * FROM nba_reference.nba_players_registry AS other WHERE other.player_lookup = r.player_lookup"
        f" AND other.season = r.season AND other.first_game_date < {DAY})"
    )
    counts = ("games_played", "total_appearances", "inactive_appearances", "dnp_appearances")
    words = ("last_game_date", "last_gamebook_activity_date", "last_processor", "created_at", "processed_at")
    return Rule(
        known_at=f"CASE WHEN NOT {this_season} THEN {BY_ITS_SEASON}"
        f" WHEN {joined} AND {elsewhere} THEN {NEVER}"
        " ELSE (SELECT min(met.known_at) FROM met WHERE met.player_lookup = r.player_lookup) END",
        as_then={name: f"CASE WHEN NOT {this_season} THEN {name} END" for name in (*counts, *words)}
        | {"first_game_date": f"CASE WHEN NOT ({this_season} AND {joined}) THEN first_game_date END"},
    )


def aliases() -> Rule:
    """A spelling is resolved when the season first meets it: until then it resolves nothing."""
    return Rule(known_at="(SELECT min(met.known_at) FROM met WHERE met.spelling = r.alias_lookup)")


def arenas() -> Rule:
    """Where games are played is known before the season."""
    return Rule(known_at=BY_ITS_SEASON)


def extra_arenas() -> Rule:
    """And so is where else, but not how often it will have been."""
    return Rule(known_at=BY_ITS_SEASON, as_then={"games": "NULL"})


RULES: Mapping[str, Rule] = {
    "nba_raw.nbac_schedule": schedule(),
    "nba_raw.nbac_schedule_editions": schedule_editions(),
    "nba_raw.nbac_gamebook_player_stats": results(),
    "nba_raw.nbac_player_boxscores": results(),
    "nba_raw.bdl_player_boxscores": results(),
    "nba_raw.nbac_team_boxscore": results(),
    "nba_raw.bigdataball_play_by_play": results(),
    "nba_raw.nbac_play_by_play": results(),
    "nba_raw.nbac_injury_report": injury_editions(),
    "nba_raw.espn_team_rosters": rosters(),
    "nba_raw.odds_api_game_lines": snapshots(),
    "nba_raw.odds_api_player_points_props": snapshots(),
    "nba_raw.bettingpros_player_points_props": offers(),
    "nba_reference.nba_players_registry": registry(),
    "nba_reference.player_aliases": aliases(),
    "nba_static.team_locations": arenas(),
    "nba_static.extra_venues": extra_arenas(),
}


def met(tables: Iterable[RawTable]) -> str:
    """SQL that makes `met`: every spelling in a dated row, when the first such row was known, and whom it means."""
    parts = []
    for table in tables:
        names = [column.name for column in table.columns if column.name.endswith("lookup")]
        if table.partition_by and names:
            parts.append(
                f"SELECT unnest([{', '.join(names)}]) AS spelling, {rule_of(table).known_at} AS known_at"
                f" FROM {table.full_name} AS r"
            )
    return f"""
    CREATE OR REPLACE TEMP TABLE met AS
    WITH spellings AS (
        SELECT regexp_replace(spelling, '^[0-9]+', '') AS spelling, min(known_at) AS known_at
        FROM ({" UNION ALL ".join(parts)})
        WHERE spelling IS NOT NULL
        GROUP BY 1
    )
    SELECT spelling, coalesce(alias.nba_canonical_lookup, spelling) AS player_lookup, known_at
    FROM spellings
    LEFT JOIN nba_reference.player_aliases AS alias ON alias.alias_lookup = spellings.spelling
    UNION ALL
    SELECT spelling, spelling, known_at FROM spellings
    """
