"""What was there only later: rows added to a simulated lake that nobody can have known at the tips of one day.

Each kind is one that a formula could take for known. A right table shows none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb

from nba_assets.contracts.calendar import Window
from nba_assets.contracts.contract import RawTable
from nba_assets.tables.raw.availability import espn_team_rosters, nbac_injury_report
from nba_assets.tables.raw.market import (
    bettingpros_player_points_props,
    odds_api_game_lines,
    odds_api_player_points_props,
)
from nba_assets.tables.raw.reference import player_aliases
from nba_assets.tables.raw.schedule import nbac_schedule, nbac_schedule_editions
from nba_assets.warehouse.duckdb import DuckDBWarehouse

TIPS = """
    (SELECT substr(game_code, 10, 3) AS one, substr(game_code, 13, 3) AS other, game_date_est AS tip,
        game_date_est AT TIME ZONE 'America/New_York' AS tip_eastern
     FROM nba_raw.nbac_schedule WHERE game_date = getvariable('day')) AS tips
"""


def add_later_knowledge(warehouse: DuckDBWarehouse, day: date) -> None:
    """All kinds of it, for the games of the day."""
    add_injury_edition(warehouse, day)
    add_uncertain_games(warehouse, day)
    add_later_roster(warehouse, day)
    add_later_lines(warehouse, day)
    postpone_a_game(warehouse, day)
    move_a_game(warehouse, day)
    show_a_game(warehouse, day)
    add_later_aliases(warehouse)
    age_to_the_seasons_end(warehouse, day)


def add_injury_edition(warehouse: DuckDBWarehouse, day: date) -> None:
    """The first edition after each tip, in most cases of the tip's own hour, that has everybody of the last one out."""
    with _changing(warehouse, nbac_injury_report, day) as connection:
        connection.execute(f"""
            INSERT INTO rows BY NAME
            SELECT rows.* REPLACE (
                hour(tip_eastern + INTERVAL 30 MINUTE) AS report_hour,
                hour(tip_eastern + INTERVAL 30 MINUTE) || ':30' AS scrape_time,
                'out' AS injury_status
            )
            FROM rows JOIN {TIPS} ON rows.away_team = one AND rows.home_team = other
            WHERE rows.game_date = getvariable('day')
            QUALIFY row_number() OVER (PARTITION BY player_lookup ORDER BY report_hour DESC) = 1
        """)


def add_uncertain_games(warehouse: DuckDBWarehouse, day: date) -> None:
    """The night after, a game that results have yet to call for, of each pair that plays on the day."""
    night_after = day + timedelta(days=1)
    with _changing(warehouse, nbac_schedule, night_after, of=day) as connection:
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT rows.* REPLACE (
                '00524' || right(game_id, 5) AS game_id,
                rows.game_date + 1 AS game_date,
                strftime(rows.game_date + 1, '%Y%m%d') || substr(game_code, 9) AS game_code,
                rows.game_date_est + INTERVAL 1 DAY AS game_date_est
            )
            FROM of_day AS rows
            WHERE NOT EXISTS (SELECT * FROM rows AS there
                WHERE list_has_any([there.home_team_tricode, there.away_team_tricode],
                    [rows.home_team_tricode, rows.away_team_tricode]))
        """)


def move_a_game(warehouse: DuckDBWarehouse, day: date) -> None:
    """The day after, a game of teams that play on the day is moved from three days after it into the winter."""
    was, will_be = day + timedelta(days=3), date(day.year + 1, 2, 15)
    with _changing(warehouse, nbac_schedule, will_be, of=was, then=day) as connection:
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (
                getvariable('day') AS game_date,
                strftime(getvariable('day'), '%Y%m%d') || substr(game_code, 9) AS game_code,
                game_date_est + (getvariable('day') - game_date) * INTERVAL 1 DAY AS game_date_est,
                1 AS game_status, NULL AS home_team_score, NULL AS away_team_score, NULL AS winning_team_tricode
            )
            FROM of_day
            WHERE EXISTS (SELECT * FROM of_then AS played WHERE list_has_any(
                [of_day.home_team_tricode, of_day.away_team_tricode],
                [played.home_team_tricode, played.away_team_tricode]))
            ORDER BY game_id LIMIT 1
        """)
        moved, code = connection.execute("SELECT game_id, game_code FROM rows").fetchall()[0]
    with _changing(warehouse, nbac_schedule, was) as connection:
        connection.execute(f"DELETE FROM rows WHERE game_id = '{moved}'")
    read = f"TIMESTAMPTZ '{day + timedelta(days=1)} 12:00:00+00'"
    with _changing(warehouse, nbac_schedule_editions, None) as connection:
        connection.execute("UPDATE rows SET first_seen = TIMESTAMPTZ '2024-08-15 12:00:00+00'")
        connection.execute(f"""
            INSERT INTO rows BY NAME
            SELECT * REPLACE ('{code}' AS game_code, DATE '{will_be}' AS game_date, {read} AS first_seen)
            FROM rows WHERE game_id = '{moved}'
        """)
        connection.execute(f"""
            UPDATE rows SET last_seen = {read} - INTERVAL 1 HOUR, withdrawn_at = {read}
            WHERE game_id = '{moved}' AND game_date = DATE '{was}'
        """)


def postpone_a_game(warehouse: DuckDBWarehouse, day: date) -> None:
    """The day after, a game of teams that play on the day is off; nobody has said yet when it will be played."""
    off, read = day + timedelta(days=2), day + timedelta(days=1)
    with _changing(warehouse, nbac_schedule, off, of=day) as connection:
        connection.execute(f"""
            UPDATE rows SET game_status = 1, game_status_text = 'PPD', home_team_score = NULL, away_team_score = NULL,
                winning_team_tricode = NULL, processed_at = TIMESTAMPTZ '{read} 12:00:00+00'
            WHERE game_id = (SELECT min(rows.game_id) FROM rows, of_day AS played WHERE list_has_any(
                [rows.home_team_tricode, rows.away_team_tricode],
                [played.home_team_tricode, played.away_team_tricode]))
        """)


def show_a_game(warehouse: DuckDBWarehouse, day: date) -> None:
    """The day after, networks choose a game of the night after next."""
    shown, read = day + timedelta(days=2), f"TIMESTAMPTZ '{day + timedelta(days=1)} 12:00:00+00'"
    with _changing(warehouse, nbac_schedule, shown) as connection:
        connection.execute("UPDATE rows SET is_primetime = true WHERE game_id = (SELECT max(game_id) FROM rows)")
        (chosen,) = connection.execute("SELECT max(game_id) FROM rows").fetchall()[0]
    with _changing(warehouse, nbac_schedule_editions, None) as connection:
        connection.execute(f"""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (true AS is_primetime, {read} AS first_seen) FROM rows WHERE game_id = '{chosen}'
        """)
        connection.execute(f"""
            UPDATE rows SET last_seen = {read} - INTERVAL 1 HOUR, withdrawn_at = {read}, is_primetime = false
            WHERE game_id = '{chosen}' AND first_seen < {read}
        """)


def add_later_roster(warehouse: DuckDBWarehouse, day: date) -> None:
    """A page late at night that has half of each team's players, at other positions."""
    latest = max(found for found in warehouse.dates(espn_team_rosters) if found <= day)
    with _changing(warehouse, espn_team_rosters, day, of=latest) as connection:
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (getvariable('day') AS roster_date, 23 AS scrape_hour, 'ZZ' AS position)
            FROM of_day WHERE espn_player_id % 2 = 0
        """)


def add_later_lines(warehouse: DuckDBWarehouse, day: date) -> None:
    """Five hours after each line another one, of a game that is under way."""
    later = "INTERVAL 5 HOUR"
    with _changing(warehouse, odds_api_player_points_props, day) as connection:
        connection.execute(f"""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (snapshot_timestamp + {later} AS snapshot_timestamp, points_line + 3 AS points_line,
                minutes_before_tipoff - 300 AS minutes_before_tipoff, processed_at + {later} AS processed_at)
            FROM rows WHERE minutes_before_tipoff < 300
        """)
    with _changing(warehouse, odds_api_game_lines, day) as connection:
        connection.execute(f"""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (snapshot_timestamp + {later} AS snapshot_timestamp, outcome_point + 3 AS outcome_point)
            FROM rows WHERE snapshot_timestamp + {later} > commence_time
        """)
    add_later_offers(warehouse, day)


def add_later_offers(warehouse: DuckDBWarehouse, day: date) -> None:
    """Ten minutes after each tip BettingPros has other lines and other openings, under spellings of its own; and who is
    in the other feed has changed to a team that plays last."""
    with _changing(warehouse, bettingpros_player_points_props, day) as connection:
        offered = connection.execute("SELECT DISTINCT player_lookup FROM rows").fetchall()
    with _changing(warehouse, player_aliases, None) as connection:
        connection.execute("CREATE TEMP TABLE offered (name TEXT)")
        connection.executemany("INSERT INTO offered VALUES (?)", [list(row) for row in offered])
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT of_any.* REPLACE ('aa' || name AS alias_lookup,
                coalesce(known.nba_canonical_lookup, name) AS nba_canonical_lookup, true AS is_active)
            FROM offered LEFT JOIN rows AS known ON known.alias_lookup = name, (FROM rows LIMIT 1) AS of_any
        """)
    with _changing(warehouse, odds_api_player_points_props, day) as connection:
        seen = connection.execute("SELECT DISTINCT player_name FROM rows").fetchall()
    with _changing(warehouse, bettingpros_player_points_props, day) as connection:
        connection.execute("CREATE TEMP TABLE seen (name TEXT)")
        connection.executemany("INSERT INTO seen VALUES (?)", [list(row) for row in seen])
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (bookmaker_last_update + INTERVAL 60 MINUTE AS bookmaker_last_update,
                points_line + 3 AS points_line, 'aa' || player_lookup AS player_lookup,
                CASE WHEN player_name IN (FROM seen) THEN (
                    SELECT away_team_tricode FROM nba_raw.nbac_schedule WHERE game_date = getvariable('day')
                    ORDER BY game_date_est DESC, game_id LIMIT 1) ELSE player_team END AS player_team,
                opening_line - 2 AS opening_line, opening_timestamp - INTERVAL 30 MINUTE AS opening_timestamp,
                book_id AS opening_book_id,
                processed_at + INTERVAL 60 MINUTE AS processed_at, source_file_path || '-later' AS source_file_path)
            FROM rows
        """)


def forget_the_last_hour(warehouse: DuckDBWarehouse, day: date) -> None:
    """No points line is left that was told less than an hour before the tip."""
    teams = {
        odds_api_player_points_props: ("snapshot_timestamp", "home_team_abbr"),
        bettingpros_player_points_props: ("bookmaker_last_update", "player_team"),
    }
    for table, (told, team) in teams.items():
        with _changing(warehouse, table, day) as connection:
            connection.execute(
                f"DELETE FROM rows USING {TIPS} WHERE {team} IN (one, other) AND {told} > tip - INTERVAL 1 HOUR"
            )


def add_later_aliases(warehouse: DuckDBWarehouse) -> None:
    """A spelling that no source has used so far."""
    with _changing(warehouse, player_aliases, None) as connection:
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (alias_lookup || 'later' AS alias_lookup) FROM rows LIMIT 5
        """)


def age_to_the_seasons_end(warehouse: DuckDBWarehouse, day: date) -> None:
    """Everybody's age as it will be, far enough for a formula to show it."""
    for found in warehouse.dates(espn_team_rosters):
        with _changing(warehouse, espn_team_rosters, found) as connection:
            connection.execute("UPDATE rows SET age = age + 10")


def begin_form_early(warehouse: DuckDBWarehouse, day: date) -> None:
    """A first game three weeks before, postponed: from its second week on, tables of form are built in a season."""
    first = day - timedelta(days=21)
    with _changing(warehouse, nbac_schedule, first, of=day) as connection:
        connection.execute("""
            INSERT INTO rows BY NAME
            SELECT * REPLACE (
                '0022499999' AS game_id,
                getvariable('day') AS game_date,
                strftime(getvariable('day'), '%Y%m%d') || substr(game_code, 9) AS game_code,
                1 AS game_status,
                'PPD' AS game_status_text,
                NULL AS home_team_score,
                NULL AS away_team_score,
                NULL AS winning_team_tricode
            )
            FROM of_day LIMIT 1
        """)


@contextmanager
def _changing(
    warehouse: DuckDBWarehouse, table: RawTable, day: date | None, of: date | None = None, then: date | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A partition's rows as the table `rows`, those of other days as `of_day` and `of_then`: what becomes of `rows` is
    stored."""
    days = [other for other in (day, of, then) if other]
    wanted = Window(min(days), max(days)) if days else None
    with warehouse.connect({table: wanted, nbac_schedule: wanted}) as connection:
        connection.execute(f"SET VARIABLE day = {f'DATE {chr(39)}{day}{chr(39)}' if day else 'NULL'}")
        of_the_day = f" WHERE {table.partition_by} = getvariable('day')" if day else ""
        connection.execute(f"CREATE TEMP TABLE rows AS FROM {table.full_name}{of_the_day}")
        for name, other in (("of_day", of), ("of_then", then)):
            if other:
                connection.execute(
                    f"CREATE TEMP TABLE {name} AS FROM {table.full_name} WHERE {table.partition_by} = DATE '{other}'"
                )
        yield connection
        key = ", ".join(table.key)
        rows = connection.execute(f"FROM rows ORDER BY {key}").to_arrow_table()
        warehouse.lake.replace(table, [(day, rows.cast(table.schema().to_pyarrow()))])
