"""Who is on a team on a date, and what the injury report says of him before the tip.

What the sheet said after the game is `listed_players` in `player_boxes.py`.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.clock import EASTERN, local_time
from nba_assets.contracts.read import eve_and_day, same_day, view
from nba_assets.tables.conformed.games import games
from nba_assets.tables.conformed.identity import player_names, resolve, stamp_by_pair, team
from nba_assets.tables.raw.availability import espn_team_rosters, nbac_injury_report

TRUSTED_CONFIDENCE = 0.8


@view(report=eve_and_day(nbac_injury_report), games=same_day(games), names=player_names)
def availability(report: ir.Table, games: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player of a scheduled game on an injury report: the last edition before the tip.

    `player_status` is out, doubtful, questionable, probable or available; `confidence` is the parser's.
    """
    entries = stamp_by_pair(
        report.select(
            "game_date",
            "report_date",
            "report_hour",
            "player_lookup",
            home_team_abbr=report.home_team,
            away_team_abbr=report.away_team,
            team_abbr=team(report.team),
            player_status=report.injury_status.lower(),
            injury_report=report.reason,
            reason_category=report.reason_category,
            confidence=report.confidence_score,
        ),
        games,
    )
    tips = games.select(
        _tip_game=games.game_id, _tip_hour=local_time(games.tip_at, ibis.literal(EASTERN), games.game_date).hour()
    )
    entries = entries.join(tips, entries.game_id == tips._tip_game)
    days_early = entries.game_date.delta(entries.report_date, unit="day")
    entries = entries.filter((days_early > 0) | (entries.report_hour <= entries._tip_hour))
    entries = resolve(entries, names)
    newest_first = ibis.window(
        group_by=["game_id", "player_lookup"],
        order_by=[ibis.desc("report_date"), ibis.desc("report_hour"), "team_abbr", "player_lookup_raw"],
    )
    entries = entries.filter(entries.player_lookup.notnull())
    rows = entries.mutate(_nth=ibis.row_number().over(newest_first))
    return rows.filter(rows._nth == 0).drop("_nth", "_tip_game", "_tip_hour")


@view(rosters=espn_team_rosters, names=player_names)
def rosters(rosters: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player on one snapshot of his team's roster, and the dates it holds for: `since` up to `until`.

    Each team has its own latest snapshot; one date for all would find the few teams that changed that day (U6).
    """
    rosters = rosters.mutate(team_abbr=team(rosters.team_abbr))
    last_of_day = ibis.window(group_by=["team_abbr", "roster_date"])
    rosters = rosters.mutate(_last_hour=rosters.scrape_hour.max().over(last_of_day))
    rosters = rosters.filter(rosters.scrape_hour == rosters._last_hour)
    snapshots = rosters.select("team_abbr", "roster_date").distinct()
    following = snapshots.roster_date.lead().over(ibis.window(group_by="team_abbr", order_by="roster_date"))
    spans = snapshots.select(
        _team=snapshots.team_abbr, since=snapshots.roster_date, until=following.fill_null(ibis.date("9999-12-31"))
    )
    rows = rosters.join(spans, [rosters.team_abbr == spans._team, rosters.roster_date == spans.since])
    rows = resolve(rows, names)
    rows = rows.filter(rows.player_lookup.notnull())
    return rows.group_by("team_abbr", "player_lookup", "since", "until").agg(
        universal_player_id=rows.universal_player_id.max(),
        player_full_name=rows.player_full_name.max(),
        age=rows.age.max(),
        birth_date=rows.birth_date.max(),
        season_year=rows.season_year.max(),
    )


def on_roster(days: ir.Table, rosters: ir.Table) -> ir.Table:
    """Each team's day with each player on its latest roster then; a player on two teams' belongs to the newer one,
    whether that team plays on the day or not.

    `days` has `team_abbr`, `season_year` and `game_date`; a roster snapshot taken on the day itself is of the morning,
    before any tip.
    """
    dates = days.select(_date="game_date", _season="season_year").distinct()
    held = dates.inner_join(
        rosters, [dates._season == rosters.season_year, dates._date >= rosters.since, dates._date < rosters.until]
    )
    newest_first = ibis.window(group_by=["_date", "player_lookup"], order_by=[ibis.desc("since"), "team_abbr"])
    held = held.mutate(_nth=ibis.row_number().over(newest_first))
    on_team = held.filter(held._nth == 0).select(
        "_date",
        "player_lookup",
        "universal_player_id",
        "player_full_name",
        "age",
        "birth_date",
        _team="team_abbr",
    )
    return days.inner_join(on_team, [("team_abbr", "_team"), ("game_date", "_date")]).drop("_team", "_date")
