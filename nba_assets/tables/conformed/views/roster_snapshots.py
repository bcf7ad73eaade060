"""Roster snapshots with the dates they hold for: each team's, from one to the next. A view over a season's scrapes."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from nba_assets.basketball.identity import resolve, team
from nba_assets.contracts.read import view
from nba_assets.tables.conformed.views.player_names import player_names
from nba_assets.tables.raw.availability import espn_team_rosters

NOON = 12
"""The hour by which no game has begun."""


@view(scrapes=espn_team_rosters, names=player_names)
def roster_snapshots(scrapes: ir.Table, names: ir.Table) -> ir.Table:
    """A row is a player on one snapshot of his team's roster, and the dates it holds for: `since` up to `until`.

    Of two teams' that hold from one date on the newer is the one with the later `roster_date` and `scrape_hour`.
    """
    scrapes = _last_of_each_date(scrapes)
    taken = scrapes.select("team_abbr", "since").distinct()
    following = taken.since.lead().over(ibis.window(group_by="team_abbr", order_by="since"))
    spans = taken.select(_team=taken.team_abbr, _since=taken.since, until=following.fill_null(ibis.date("9999-12-31")))
    rows = scrapes.join(spans, [scrapes.team_abbr == spans._team, scrapes.since == spans._since])
    rows = resolve(rows, names)
    rows = rows.filter(rows.player_lookup.notnull())
    players = rows.group_by("team_abbr", "player_lookup", "since", "until").agg(
        universal_player_id=rows.universal_player_id.max(),
        player_full_name=rows.player_full_name.max(),
        position=rows.position.max(),
        age=rows.age.max(),
        roster_date=rows.roster_date.max(),
        scrape_hour=rows.scrape_hour.max(),
        _told=rows.birth_date.max(),
        season_year=rows.season_year.max(),
    )
    # A date of birth does not change, and not every scrape has it: once told it is known, from then on.
    so_far = ibis.window(
        group_by=["player_lookup", "season_year"], order_by=["since", "team_abbr"], preceding=None, following=0
    )
    return players.mutate(birth_date=players._told.max().over(so_far)).drop("_told")


@view(scrapes=espn_team_rosters, names=player_names)
def unknown_on_rosters(scrapes: ir.Table, names: ir.Table) -> ir.Table:
    """A row is an entry of a last scrape whose name nobody knows by any spelling."""
    rows = resolve(_last_of_each_date(scrapes), names)
    return rows.filter(rows.player_lookup.isnull()).select("roster_date", "team_abbr", "player_lookup_raw")


def _last_of_each_date(scrapes: ir.Table) -> ir.Table:
    """Each team's last scrape to count from a date on, `since`: the scrape's own, from noon on the day after.

    By noon no game has begun. A page of the evening may have been read after the tip, and knows who was traded since.
    """
    day, next_day = scrapes.roster_date, scrapes.roster_date + ibis.interval(days=1)
    since = (scrapes.scrape_hour < NOON).fill_null(False).ifelse(day, next_day)
    scrapes = scrapes.mutate(team_abbr=team(scrapes.team_abbr), since=since)
    newest_first = ibis.window(
        group_by=["team_abbr", "since"], order_by=[ibis.desc("roster_date"), ibis.desc("scrape_hour")]
    )
    return scrapes.mutate(_nth=ibis.rank().over(newest_first)).filter(lambda t: t._nth == 0).drop("_nth")
