"""Freshness: whether the slate of a date is ready, that is built, and built after the history it reads was.

What to rebuild for another reason, such as a line that moved, is found elsewhere, and so is who is told of it. A
partition of older code is ready.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cache

import dagster as dg

from nba_assets.audit.game_days import game_days
from nba_assets.contracts.calendar import EASTERN, Window, season_year
from nba_assets.contracts.table import Table
from nba_assets.orchestration.slates import slate_tables, summaries
from nba_assets.warehouse.base import Warehouse
from nba_assets.warehouse.inputs import Content, Inputs

READY_BY = time(11, 30)
"""Eastern: when the models start to read today's slate."""

POLICY = dg.FreshnessPolicy.cron(
    deadline_cron="30 11 * 10-12,1-6 *", lower_bound_delta=timedelta(hours=23), timezone=EASTERN.key
)
"""The badge on an asset's page. Dagster knows neither games nor partitions here: the badge also turns red on a date
without games and green by a back-fill, so nobody is alarmed by it; `not_ready` is what alarms."""


def policy_of(table: Table) -> dg.FreshnessPolicy | None:
    """The slate's tables have one."""
    return POLICY if table in slate_tables() else None


def not_ready(warehouse: Warehouse, day: date) -> dict[Table, str]:
    """What `day`'s slate still lacks, and why: its own tables, and the summaries of the last date with games.

    Empty on a date without games.
    """
    season = Window.season(season_year(day))
    dates = game_days(warehouse, Window(season.start, day))
    if day not in dates:
        return {}
    before = dates[:-1]
    found: dict[Table, str] = {}
    if before:
        found = {t: f"not built for {before[-1]}" for t in summaries() if before[-1] not in warehouse.dates(t)}
    stored = cache(lambda source: Content(warehouse.contents(source)))
    changed: dict[Table, set[str]] = {}
    """The summaries that have changed since, by name, read itself or through a table of the same slate."""
    for table in slate_tables():
        build = warehouse.builds(table, [day]).get(day)
        own = Inputs(table, stored).changed(build.read, day) if build else []
        through = [changed[read.source] for read in table.reads.values() if read.source in changed]
        changed[table] = {source.name for source, _ in own if source in summaries()}.union(*through)
        if not build:
            found[table] = "not built"
        elif changed[table]:
            found[table] = f"built before the last change of {', '.join(sorted(changed[table]))}"
    return found
