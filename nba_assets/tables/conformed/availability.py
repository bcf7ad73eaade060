"""Availability: what the injury report says of each player of a game before its tip.

A row is a player of a scheduled game on an injury report: the last edition that was out by the tip, to the minute. What
the sheet said after the game is with the listed players.
"""

from __future__ import annotations

import ibis.expr.types as ir

from nba_assets.basketball.clock import eastern_time
from nba_assets.basketball.identity import folded, resolve, stamp_by_pair, team
from nba_assets.basketball.injury_report import STATUSES, published_eastern
from nba_assets.basketball.joins import newest, with_columns
from nba_assets.contracts.contract import Column
from nba_assets.contracts.kept_out import QUARANTINE, at_the_door
from nba_assets.contracts.read import eve_and_day, same_day
from nba_assets.contracts.table import conformed, holds
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.conformed.views.schedule import schedule
from nba_assets.tables.raw.availability import nbac_injury_report


@conformed(
    step="pregame",
    key=("game_id", "player_lookup"),
    cluster_by=("game_date", "game_id", "player_lookup"),
    reads={
        "report": eve_and_day(nbac_injury_report),
        "games": same_day(schedule),
        "names": same_day(player_names),
        "quarantine": same_day(QUARANTINE),
    },
    columns=(
        Column("game_id", "STRING", "canonical game, YYYYMMDD_AWAY_HOME", required=True),
        Column("game_date", "DATE", "Eastern date of the game", required=True),
        Column("season_year", "INT64", "year the season started in", required=True),
        Column("team_abbr", "STRING", "the team that reports him"),
        Column("player_lookup", "STRING", "canonical player", required=True),
        Column("player_lookup_raw", "STRING", "his spelling in the report", required=True),
        Column("universal_player_id", "STRING", "registry id"),
        Column("player_status", "STRING", "out, doubtful, questionable, probable or available", required=True),
        Column("injury_report", "STRING", "the report's words"),
        Column("reason_category", "STRING", "injury, g_league, suspension, health_safety_protocol, rest, ..."),
        Column("confidence", "FLOAT64", "the parser's", "0-1"),
        Column("report_date", "DATE", "date of the edition, US Eastern", required=True),
        Column("report_hour", "INT64", "hour of the edition, 0 to 23", "US Eastern", required=True),
        Column(
            "published_eastern",
            "STRING",
            "when the edition was out, YYYY-MM-DD HH:MM: its own time, else half past its hour; never after the tip",
            "US Eastern",
            required=True,
        ),
    ),
    checks=(
        holds(
            "statuses_are_known",
            lambda t: t.player_status.isin(STATUSES),
            f"every status is one of {', '.join(STATUSES)}; another counts as no report",
            "warn",
            reason="of an unknown status",
        ),
        *at_the_door(nbac_injury_report),
    ),
)
def availability(report: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    entries = stamp_by_pair(
        report.select(
            "game_date",
            "report_date",
            "report_hour",
            "player_lookup",
            home_team_abbr=report.home_team,
            away_team_abbr=report.away_team,
            team_abbr=team(report.team),
            player_status=folded(report.injury_status),
            injury_report=report.reason,
            reason_category=report.reason_category,
            confidence=report.confidence_score,
            processed_at=report.processed_at,
            published_eastern=published_eastern(report),
        ),
        games,
    )
    entries = with_columns(entries, games, ("game_id",), "tip_at")
    tip = eastern_time(entries.tip_at, entries.game_date).strftime("%Y-%m-%d %H:%M")
    # Without a known tip the date alone, which sorts after the evening before and ahead of the day's first minute.
    tip = tip.coalesce(entries.game_date.strftime("%Y-%m-%d"))
    entries = entries.filter(entries.published_eastern <= tip).drop("tip_at")
    entries = resolve(entries, names)
    entries = entries.filter(entries.player_lookup.notnull())
    # An hour may have several editions, and an edition may have been loaded twice: of both the last.
    edition = ("report_date", "report_hour", "published_eastern", "processed_at")
    rows = newest(entries, ("game_id", "player_lookup"), edition, ties=("team_abbr", "player_lookup_raw"))
    return rows.drop("processed_at")
